"""The namespaces that the platform keeps for itself: how strict each is, and who is in the mesh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

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


PLATFORM_NAMESPACES: Final[dict[str, PlatformNamespace]] = {
    "airflow": PlatformNamespace("restricted", mesh=True, purpose="pipeline engine Airflow"),
    "argo": PlatformNamespace("restricted", mesh=True, purpose="pipeline engine Argo Workflows"),
    "argo-events": PlatformNamespace("restricted", mesh=True, purpose="retraining on alerts"),
    "argocd": PlatformNamespace("restricted", mesh=True, purpose="GitOps"),
    "cert-manager": PlatformNamespace("restricted", mesh=False, purpose="certificates"),
    "edge": PlatformNamespace("restricted", mesh=True, purpose="gateways and login"),
    "external-secrets": PlatformNamespace("restricted", mesh=False, purpose="secrets"),
    "gatekeeper-system": PlatformNamespace("restricted", mesh=False, purpose="admission policies"),
    "istio-system": PlatformNamespace("privileged", mesh=False, purpose="mesh"),
    "keda": PlatformNamespace("restricted", mesh=False, purpose="autoscaling by events"),
    "kserve": PlatformNamespace("restricted", mesh=False, purpose="model serving controllers"),
    "kubeflow": PlatformNamespace("baseline", mesh=True, purpose="pipeline engine KFP"),
    "mlflow": PlatformNamespace("restricted", mesh=True, purpose="model registry"),
    "monitoring": PlatformNamespace("privileged", mesh=True, purpose="metrics, logs, dashboards"),
    "nvidia": PlatformNamespace("privileged", mesh=False, purpose="GPU device plugin, exporter"),
}
"""Namespaces by name. `privileged` is where pods need the host: the mesh's data plane, the GPU
drivers' plugins and the node exporter."""

KUBERNETES_NAMESPACES: Final = frozenset(
    {"default", "kube-node-lease", "kube-public", "kube-system"}
)
"""Namespaces that every cluster has."""
