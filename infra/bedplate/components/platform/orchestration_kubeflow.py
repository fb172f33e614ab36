"""Kubeflow Pipelines: upstream publishes manifests only, so Argo CD installs them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bedplate.contracts.images import (
    PIPELINES_BESIDE,
    PIPELINES_DRIVER,
    PIPELINES_EXECUTOR,
    PIPELINES_LAUNCHER,
    PIPELINES_OWN,
    ImageReference,
)
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
    images = {"kustomize": {"images": _redirected(scope), "patches": _patches(scope)}}
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
    """Return kustomize's replacements `old=new:tag`, by the names that stand in the manifests."""
    names = {ref.removesuffix(ImageReference.parse(ref).suffix): ref for ref in PIPELINES_OWN}
    names |= PIPELINES_BESIDE
    return [f"{name}={scope.supply.image(ref)}" for name, ref in sorted(names.items())]


def _patches(scope: PlatformScope) -> list[dict[str, Any]]:
    """Return the images that no container names: kustomize's own replacement passes them by."""
    steps = {"V2_DRIVER_IMAGE": PIPELINES_DRIVER, "V2_LAUNCHER_IMAGE": PIPELINES_LAUNCHER}
    variables = [{"name": key, "value": scope.supply.image(ref)} for key, ref in steps.items()]
    executor = scope.supply.image(PIPELINES_EXECUTOR)
    # A list of texts is replaced whole.
    arguments = ["--configmap", "workflow-controller-configmap", "--executor-image", executor]
    return [
        _patch("ml-pipeline", {"name": "ml-pipeline-api-server", "env": variables}),
        _patch("workflow-controller", {"name": "workflow-controller", "args": arguments}),
    ]


def _patch(deployment: str, container: dict[str, Any]) -> dict[str, Any]:
    """Return a change of one container; JSON is YAML."""
    changed = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": deployment},
        "spec": {"template": {"spec": {"containers": [container]}}},
    }
    return {"target": {"kind": "Deployment", "name": deployment}, "patch": json.dumps(changed)}
