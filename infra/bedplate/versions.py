"""Every version that Bedplate pins or supports, in one place.

A pair that is not listed is refused: an unknown combination fails here, not in the cluster.
"""

from __future__ import annotations

from datetime import date

BEDPLATE = "0.1.0"
"""This tool's own version (semantic versioning)."""

EKS_STANDARD_SUPPORT_ENDS: dict[str, date] = {
    "1.34": date(2026, 12, 2),
    "1.35": date(2027, 3, 27),
    "1.36": date(2027, 8, 2),
}
"""Kubernetes versions that EKS offers in standard support, and when that ends (EKS user guide,
kubernetes-versions)."""

COMPONENTS: dict[str, tuple[str, frozenset[str]]] = {
    "EKS": ("standard support", frozenset(EKS_STANDARD_SUPPORT_ENDS)),
    "Karpenter": ("1.14.1", frozenset({"1.34", "1.35", "1.36"})),
    "KServe": ("0.20.0", frozenset({"1.34", "1.35", "1.36"})),
}
"""Pinned components and the Kubernetes versions that each is used with. Karpenter: 1.36 needs 1.13
or later (its compatibility page). KServe: 1.32 or later (its admin guide)."""
