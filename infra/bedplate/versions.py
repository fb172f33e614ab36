"""Every version that Bedplate pins or supports, in one place.

A pair that is not listed is refused: an unknown combination fails here, not in the cluster.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BEDPLATE = "0.1.0"
"""This tool's own version (semantic versioning)."""

EKS_STANDARD_SUPPORT_ENDS: dict[str, date] = {
    "1.34": date(2026, 12, 2),
    "1.35": date(2027, 3, 27),
    "1.36": date(2027, 8, 2),
}
"""Kubernetes versions that EKS offers in standard support, and when that ends (EKS user guide,
kubernetes-versions)."""


@dataclass(frozen=True, slots=True)
class Component:
    """A component whose version must fit others'."""

    version: str
    """Pinned version."""
    kubernetes: frozenset[str]
    """Kubernetes versions that it is used with."""
    beside: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Versions of other components that it is used with."""


_SUPPORTED = frozenset(EKS_STANDARD_SUPPORT_ENDS)

COMPONENTS: dict[str, Component] = {
    "EKS": Component("standard support", _SUPPORTED),
    # Kubernetes 1.36 needs 1.13 or later (Karpenter's compatibility page).
    "Karpenter": Component("1.14.1", _SUPPORTED),
    # 1.32 or later (its admin guide); the other versions are those that its own release pins or
    # asks for at least (kserve-deps.env of v0.20.0).
    "KServe": Component(
        "0.20.0",
        _SUPPORTED,
        {
            "Gateway API": frozenset({"1.5.1"}),
            "cert-manager": frozenset({"1.17.0", "1.21.1"}),
            "KEDA": frozenset({"2.18.0", "2.20.2"}),
        },
    ),
    # 1.32 to 1.36 (supported releases); it is built on this Gateway API (go.mod of 1.30.3).
    "Istio": Component("1.30.3", _SUPPORTED, {"Gateway API": frozenset({"1.5.1"})}),
    "Gateway API": Component("1.5.1", _SUPPORTED),
    # These state a lower bound only, in the kubeVersion of their charts: 1.19 to 1.25.
    "Argo CD": Component("3.4.4", _SUPPORTED),
    "cert-manager": Component("1.21.1", _SUPPORTED),
    "External Secrets": Component("2.9.0", _SUPPORTED),
    "KEDA": Component("2.20.2", _SUPPORTED),
    "Prometheus operator": Component("0.93.1", _SUPPORTED),
    # These state none: their objects are proven on the API server of the tests (1.35).
    "Argo Workflows": Component("4.0.6", _SUPPORTED),
    "Gatekeeper": Component("3.23.0", _SUPPORTED),
}
"""The matrix of what is used together. A version that is not listed is refused."""


def unlisted_pairs(
    kubernetes: str, components: Mapping[str, Component] = COMPONENTS
) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield each component, what it is not listed with, and the versions of that which it is."""
    for name, component in components.items():
        if kubernetes not in component.kubernetes:
            yield f"{name} ({component.version})", f"Kubernetes {kubernetes}", component.kubernetes
        for other, listed in component.beside.items():
            beside = components[other].version
            if beside not in listed:
                yield f"{name} ({component.version})", f"{other} {beside}", listed


_CANARY_SPLITS_SINCE = (0, 21)
"""KServe whose `spec.canary` splits traffic in Standard mode; 0.20 makes the second deployment only
(kserve/kserve, commit 85b0908 after the branch of 0.20)."""


def canary_method(kserve: str = COMPONENTS["KServe"].version) -> str:
    """Return how a version of KServe takes traffic step by step.

    `http-route`: two services behind one weighted route; `inference-service`: its own `canary`.
    """
    major, minor = (int(part) for part in kserve.split(".")[:2])
    return "inference-service" if (major, minor) >= _CANARY_SPLITS_SINCE else "http-route"


@dataclass(frozen=True, slots=True)
class Chart:
    """A Helm chart that the platform installs."""

    version: str
    """Pinned version, as the chart's repository spells it."""
    repository: str
    """Where it is published: an `https://` repository, or the `oci://` folder that holds it."""
    release: str = ""
    """What is released under this version, where the chart counts on its own."""


_ARGO = "https://argoproj.github.io/argo-helm"
_ISTIO = "https://istio-release.storage.googleapis.com/charts"
_KSERVE = "oci://ghcr.io/kserve/charts"

CHARTS: dict[str, Chart] = {
    "airflow": Chart("1.21.0", "https://airflow.apache.org", "3.2.0"),
    "argo-cd": Chart("10.1.1", _ARGO, "v3.4.4"),
    "argo-events": Chart("2.4.22", _ARGO, "v1.9.10"),
    "argo-workflows": Chart("1.0.18", _ARGO, "v4.0.6"),
    "aws-load-balancer-controller": Chart("3.5.0", "https://aws.github.io/eks-charts"),
    "base": Chart("1.30.3", _ISTIO),
    "cert-manager": Chart("v1.21.1", "https://charts.jetstack.io"),
    "cni": Chart("1.30.3", _ISTIO),
    "dcgm-exporter": Chart(
        "4.8.2", "https://nvidia.github.io/dcgm-exporter/helm-charts", "4.5.3-4.8.2"
    ),
    "external-secrets": Chart("2.9.0", "https://charts.external-secrets.io"),
    "gatekeeper": Chart("3.23.0", "https://open-policy-agent.github.io/gatekeeper/charts"),
    "istiod": Chart("1.30.3", _ISTIO),
    "karpenter": Chart("1.14.1", "oci://public.ecr.aws/karpenter"),
    "karpenter-crd": Chart("1.14.1", "oci://public.ecr.aws/karpenter"),
    "keda": Chart("2.20.2", "https://kedacore.github.io/charts"),
    "kserve-crd": Chart("v0.20.0", _KSERVE),
    "kserve-resources": Chart("v0.20.0", _KSERVE),
    "kserve-runtime-configs": Chart("v0.20.0", _KSERVE),
    "kube-prometheus-stack": Chart(
        "88.5.3", "https://prometheus-community.github.io/helm-charts", "v0.93.1"
    ),
    "loki": Chart("18.11.0", "https://grafana-community.github.io/helm-charts", "3.7.6"),
    "metrics-server": Chart("3.13.1", "https://kubernetes-sigs.github.io/metrics-server", "0.8.1"),
    "mlflow": Chart("1.11.5", "https://community-charts.github.io/helm-charts", "3.15.1"),
    "nvidia-dra-driver-gpu": Chart("25.12.0", "https://helm.ngc.nvidia.com/nvidia"),
    "nvidia-device-plugin": Chart("0.20.0", "https://nvidia.github.io/k8s-device-plugin"),
    "opentelemetry-collector": Chart(
        "0.170.0", "https://open-telemetry.github.io/opentelemetry-helm-charts", "0.158.0"
    ),
    "ztunnel": Chart("1.30.3", _ISTIO),
}
"""Charts by name. Each is one whose values and custom resources `bedplate.contracts` knows."""

GATEWAY_API = "1.5.1"
"""Gateway API whose resources are installed: the one that KServe 0.20 and Istio 1.30 build on."""

MANIFESTS: dict[str, str] = {
    f"gateway-api-{GATEWAY_API}": "https://github.com/kubernetes-sigs/gateway-api/releases/download/"
    f"v{GATEWAY_API}/standard-install.yaml",
}
"""Manifests that are published without a chart, by name, and where."""

KUBEFLOW_PIPELINES = "2.17.0"
"""Kubeflow Pipelines whose manifests Argo CD installs."""
