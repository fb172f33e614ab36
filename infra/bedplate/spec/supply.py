"""Section `supply`: where images and charts come from."""

from __future__ import annotations

from bedplate.spec.base import NonEmpty, Spec


class SupplySpec(Spec):
    """One switch for air-gapped installs."""

    images: NonEmpty | None = None
    """Registry (and prefix) that mirrors every image; absent: the environment's own ECR."""
    charts: NonEmpty | None = None
    """OCI registry or local folder that holds every chart; absent: the charts' own sources, or the
    environment's own ECR where egress is isolated."""
    manifests: NonEmpty | None = None
    """Folder, or address of one, that holds the manifests which are published without a chart;
    absent: their own sources."""
