"""Kubeflow Pipelines: upstream publishes manifests only, so Argo CD installs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.contracts.images import PIPELINES, ImageReference
from bedplate.versions import KUBEFLOW_PIPELINES

if TYPE_CHECKING:
    from bedplate.components.platform.scope import PlatformScope

_FOLDER = "manifests/kustomize/env/cert-manager"
_PATHS = (f"{_FOLDER}/cluster-scoped-resources", f"{_FOLDER}/platform-agnostic-k8s-native")
"""Definitions first; then the engine with a database and an object store of its own, on encrypted
volumes, and pipelines that are kept as objects."""


def kubeflow_application(scope: PlatformScope) -> dict[str, Any]:
    """Return the application that Argo CD keeps as upstream's manifests say."""
    published = {
        "repoURL": scope.spec.orchestration.kubeflow_pipelines.repository,
        "targetRevision": KUBEFLOW_PIPELINES,
    }
    images = {"kustomize": {"images": _redirected(scope)}}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "kubeflow-pipelines", "namespace": "argocd"},
        "spec": {
            "project": "platform",
            "sources": [
                {**published, "path": _PATHS[0]},
                {**published, "path": _PATHS[1], **images},
            ],
            "destination": {"name": "in-cluster", "namespace": "kubeflow"},
            "syncPolicy": {
                "automated": {"prune": True, "selfHeal": True},
                # Its definitions are too large for the annotation of client-side apply.
                "syncOptions": ["ServerSideApply=true", "CreateNamespace=false"],
                "retry": {"limit": 5, "backoff": {"duration": "30s", "maxDuration": "10m"}},
            },
        },
    }


def _redirected(scope: PlatformScope) -> list[str]:
    """Return kustomize's replacements `old=new:tag` of the images that come from elsewhere."""
    found = []
    for reference in PIPELINES:
        suffix = ImageReference.parse(reference).suffix
        found.append(f"{reference.removesuffix(suffix)}={scope.supply.image(reference)}")
    return found
