"""The namespaces that the platform keeps for itself: how strict each is, and who is in the mesh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from bedplate.spec.platform import PlatformSpec

PodSecurity = Literal["privileged", "baseline", "restricted"]
"""Level of the Pod Security Standards."""


@dataclass(frozen=True, slots=True)
class PlatformNamespace:
    """One namespace of the platform."""

    pod_security: PodSecurity
    """Level that its pods are held to."""
    mesh: bool
    """Whether its pods are in the mesh. Webhooks are called by the API server, which is not: what
    serves them stays outside, and is reached by network policies instead."""
    purpose: str
    """What runs there."""
    object_storage: bool = False
    """Whether its pods read or write S3, whose gateway endpoint has public addresses."""


PLATFORM_NAMESPACES: Final[dict[str, PlatformNamespace]] = {
    "airflow": PlatformNamespace("restricted", mesh=True, purpose="pipelines", object_storage=True),
    "argo": PlatformNamespace("restricted", mesh=True, purpose="pipelines", object_storage=True),
    "argo-events": PlatformNamespace("restricted", mesh=True, purpose="retraining on alerts"),
    "argocd": PlatformNamespace("restricted", mesh=True, purpose="GitOps"),
    "cert-manager": PlatformNamespace("restricted", mesh=False, purpose="certificates"),
    "edge": PlatformNamespace("restricted", mesh=True, purpose="gateways and login"),
    "external-secrets": PlatformNamespace("restricted", mesh=False, purpose="secrets"),
    "gatekeeper-system": PlatformNamespace("restricted", mesh=False, purpose="admission policies"),
    "istio-system": PlatformNamespace("privileged", mesh=False, purpose="mesh"),
    "keda": PlatformNamespace("restricted", mesh=False, purpose="autoscaling by events"),
    "kserve": PlatformNamespace("restricted", mesh=False, purpose="model serving controllers"),
    "kubeflow": PlatformNamespace("baseline", mesh=True, purpose="pipelines", object_storage=True),
    "mlflow": PlatformNamespace(
        "restricted", mesh=True, purpose="model registry", object_storage=True
    ),
    "monitoring": PlatformNamespace(
        "privileged", mesh=True, purpose="measuring", object_storage=True
    ),
    "nvidia": PlatformNamespace("privileged", mesh=False, purpose="GPU device plugin, exporter"),
}
"""Namespaces by name. `privileged` is where pods need the host: the mesh's data plane, the GPU
drivers' plugins and the node exporter."""

KUBERNETES_NAMESPACES: Final = frozenset(
    {"default", "kube-node-lease", "kube-public", "kube-system"}
)
"""Namespaces that every cluster has."""

_ENGINES: Final = {"airflow": "airflow", "argo-workflows": "argo", "kubeflow-pipelines": "kubeflow"}
"""The namespace of each pipeline engine."""


def engine_namespace(spec: PlatformSpec) -> str:
    """Return the namespace of the pipeline engine."""
    return _ENGINES[spec.orchestration.engine]


def retrains(spec: PlatformSpec) -> bool:
    """Tell whether an alert on a model starts a run."""
    return spec.monitoring.drift.enabled and spec.monitoring.drift.retrain


def uses_gitops(spec: PlatformSpec) -> bool:
    """Tell whether Argo CD is needed: for releases, or to install Kubeflow Pipelines."""
    return spec.gitops is not None or spec.orchestration.engine == "kubeflow-pipelines"


def team_namespaces(spec: PlatformSpec) -> dict[str, str]:
    """Return each of the teams' namespaces, with its team."""
    return {namespace: name for name, team in spec.teams.items() for namespace in team.namespaces}


def used_namespaces(spec: PlatformSpec) -> dict[str, PlatformNamespace]:
    """Return the platform's namespaces that an environment has, by name."""
    absent = set(_ENGINES.values()) - {engine_namespace(spec)}
    absent |= set() if retrains(spec) else {"argo-events"}
    absent |= set() if uses_gitops(spec) else {"argocd"}
    absent |= set() if spec.gpu_pools else {"nvidia"}
    absent |= set() if spec.serving.autoscaler == "keda" else {"keda"}
    return {name: own for name, own in PLATFORM_NAMESPACES.items() if name not in absent}
