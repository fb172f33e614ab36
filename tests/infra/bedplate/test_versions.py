"""The matrix speaks of the versions that are installed, and refuses all others."""

from __future__ import annotations

from dataclasses import replace

from bedplate.versions import CHARTS, COMPONENTS, EKS_STANDARD_SUPPORT_ENDS, unlisted_pairs

CHART_OF = {
    "Argo CD": "argo-cd",
    "Argo Workflows": "argo-workflows",
    "External Secrets": "external-secrets",
    "Gatekeeper": "gatekeeper",
    "Istio": "istiod",
    "KEDA": "keda",
    "KServe": "kserve-resources",
    "Karpenter": "karpenter",
    "Prometheus operator": "kube-prometheus-stack",
    "cert-manager": "cert-manager",
}
"""The chart that installs a component of the matrix."""


def test_the_matrix_has_the_versions_of_the_charts() -> None:
    """Whoever moves a chart must look at what it is used with."""
    charts = {name: CHARTS[chart] for name, chart in CHART_OF.items()}
    installed = {
        name: (one.release or one.version).removeprefix("v") for name, one in charts.items()
    }

    assert installed == {
        name: one.version for name, one in COMPONENTS.items() if name not in ("EKS", "Gateway API")
    }


def test_every_version_in_standard_support_fits_all() -> None:
    """No pair of the matrix is unlisted."""
    assert [list(unlisted_pairs(version)) for version in EKS_STANDARD_SUPPORT_ENDS] == [[], [], []]


def test_an_unknown_pair_is_named_with_what_is_known() -> None:
    """Of Kubernetes, and of two components."""
    moved = COMPONENTS | {"KEDA": replace(COMPONENTS["KEDA"], version="3.0.0")}

    assert ("Gatekeeper (3.23.0)", "Kubernetes 1.40", frozenset(EKS_STANDARD_SUPPORT_ENDS)) in set(
        unlisted_pairs("1.40")
    )
    assert list(unlisted_pairs("1.35", moved)) == [
        ("KServe (0.20.0)", "KEDA 3.0.0", COMPONENTS["KServe"].beside["KEDA"])
    ]
