"""Section `integrations`: systems outside the platform."""

from __future__ import annotations

from typing import Literal

from bedplate.spec.base import HttpsUrl, Spec


class LineageSpec(Spec):
    """Where lineage events are sent."""

    openlineage_url: HttpsUrl
    """OpenLineage endpoint."""


class CatalogSpec(Spec):
    """The data catalogue that datasets and models appear in."""

    kind: Literal["datahub", "openmetadata", "collibra", "purview"]
    """Product."""
    url: HttpsUrl
    """Its API."""


class FeatureStoreSpec(Spec):
    """The feature store that models read."""

    kind: Literal["feast", "tecton", "sagemaker"] = "feast"
    """Product."""
    url: HttpsUrl | None = None
    """Its registry or API."""


class SiemSpec(Spec):
    """Where security events are forwarded."""

    url: HttpsUrl
    """HTTP event collector."""


class IntegrationsSpec(Spec):
    """Systems outside the platform; each is optional."""

    lineage: LineageSpec | None = None
    """Lineage events."""
    catalog: CatalogSpec | None = None
    """Data catalogue."""
    feature_store: FeatureStoreSpec | None = None
    """Feature store."""
    siem: SiemSpec | None = None
    """Security events."""
