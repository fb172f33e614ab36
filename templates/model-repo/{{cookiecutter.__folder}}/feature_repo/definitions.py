"""Which features there are, where they come from, and which of them the model reads.

The team owns this file. A change of what a feature means is a new service: `SERVICE` names it, and
every model version says which one it was trained with.
"""

import os
from datetime import timedelta
from pathlib import Path

from feast import Entity, FeatureService, FeatureView, Field, FileSource, ValueType
from feast.types import Float64, String

SERVICE = "{{cookiecutter.package_name}}_v1"
"""Name of the feature service that training and serving both ask."""
ALWAYS = timedelta(0)
"""A value holds until there is a newer one, however old it is."""

applicant = Entity(name="applicant", join_keys=["applicant_id"], value_type=ValueType.STRING)
observed = FileSource(
    name="observed",
    path=str(Path(os.environ["FEAST_STORE"]) / "observed.parquet"),
    timestamp_field="observed_at",
)
finances = FeatureView(
    name="finances",
    entities=[applicant],
    ttl=ALWAYS,
    schema=[Field(name=name, dtype=Float64) for name in ("income", "debt_ratio", "utilisation")],
    source=observed,
)
conduct = FeatureView(
    name="conduct",
    entities=[applicant],
    ttl=ALWAYS,
    schema=[
        Field(name="tenure_months", dtype=Float64),
        Field(name="late_count", dtype=Float64),
        Field(name="channel", dtype=String),
        Field(name="region", dtype=String),
    ],
    source=observed,
)
service = FeatureService(name=SERVICE, features=[finances, conduct])
EVERYTHING = [applicant, observed, finances, conduct, service]
"""What the registry is told."""
