"""Values of Argo Workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.teams_manifests import WORKLOAD

if TYPE_CHECKING:
    from bedplate.components.platform.scope import PlatformScope

_KEPT_SECONDS = 7 * 24 * 3600
"""How long the object of a finished run stays; its logs and artefacts lie in the bucket."""

RESTRICTED: dict[str, Any] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""A container that fits the Pod Security Standard `restricted`."""


def argo_values(scope: PlatformScope) -> dict[str, Any]:
    """Return the values of the chart: runs in the teams' namespaces, as the teams."""
    small = {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}}
    return {
        "images": {"pullPolicy": "IfNotPresent"},
        # The definitions with all their fields come by a job; these hold what the server checks.
        "crds": {"install": True, "full": False},
        "controller": {
            "replicas": 2,
            "pdb": {"enabled": True, "minAvailable": 1},
            "workflowNamespaces": sorted(scope.team_namespaces),
            "workflowDefaults": {"spec": _defaults()},
            "metricsConfig": {"enabled": True},
            "securityContext": RESTRICTED,
            "resources": small,
        },
        "workflow": {
            "serviceAccount": {"create": False, "name": WORKLOAD},
            # The team's component binds what a step needs to its account.
            "rbac": {"create": False},
        },
        "mainContainer": {"securityContext": RESTRICTED | {"readOnlyRootFilesystem": False}},
        "executor": {
            "securityContext": RESTRICTED,
            "resources": {
                "requests": {"cpu": "20m", "memory": "64Mi"},
                "limits": {"memory": "256Mi"},
            },
        },
        "server": _server(small),
        "useStaticCredentials": False,
        # Each team keeps what its runs pass on among its own data (teams_manifests).
        "artifactRepository": {"archiveLogs": True},
    }


def _server(resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "replicas": 2,
        "pdb": {"enabled": True, "minAvailable": 1},
        # Its page acts with its own rights: whoever comes has logged in at the edge, and flows
        # let nobody else in.
        "authModes": ["server"],
        "serviceAccount": {"create": True, "name": "argo-workflows-server"},
        "resources": resources,
    }


def _defaults() -> dict[str, Any]:
    """Return what a run gets that does not say otherwise."""
    return {
        "serviceAccountName": WORKLOAD,
        "ttlStrategy": {"secondsAfterCompletion": _KEPT_SECONDS},
        "podGC": {"strategy": "OnPodSuccess"},
        "activeDeadlineSeconds": 24 * 3600,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 1000,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
