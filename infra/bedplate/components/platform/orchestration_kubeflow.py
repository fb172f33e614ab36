"""Kubeflow Pipelines: upstream publishes manifests only, so Argo CD installs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.contracts.images import ImageReference
from bedplate.versions import KUBEFLOW_PIPELINES

if TYPE_CHECKING:
    from bedplate.components.platform.scope import PlatformScope

_PATH = "manifests/kustomize/env/cert-manager/platform-agnostic-k8s-native"
"""Its own database and object store, on encrypted volumes; pipelines are kept as objects."""

_IMAGES = tuple(
    f"ghcr.io/kubeflow/{name}:{KUBEFLOW_PIPELINES}"
    for name in (
        "kfp-api-server",
        "kfp-cache-server",
        "kfp-frontend",
        "kfp-metadata-envoy",
        "kfp-metadata-writer",
        "kfp-persistence-agent",
        "kfp-scheduled-workflow-controller",
        "kfp-viewer-crd-controller",
        "kfp-visualization-server",
    )
)
"""Images of the manifests."""


def kubeflow_application(scope: PlatformScope) -> dict[str, Any]:
    """Return the application that Argo CD keeps as upstream's manifests say."""
    source = {
        "repoURL": scope.spec.orchestration.kubeflow_pipelines.repository,
        "targetRevision": KUBEFLOW_PIPELINES,
        "path": _PATH,
        "kustomize": {"images": _redirected(scope)},
    }
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "kubeflow-pipelines", "namespace": "argocd"},
        "spec": {
            "project": "platform",
            "source": source,
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
    for reference in _IMAGES:
        suffix = ImageReference.parse(reference).suffix
        found.append(f"{reference.removesuffix(suffix)}={scope.supply.image(reference)}")
    return found
