"""Trains the team's model on the training part and writes the artefact."""

import importlib
from typing import Any

from .. import schema
from . import artefact, dataset{% if cookiecutter.feature_store == "feast" %}, feature_store{% endif %}
from .context import Context, registered

GOLDEN_ROWS = 25
"""Rows whose predictions the server must repeat."""


def train(context: Context) -> artefact.Opened:
    """Train, and return the artefact as it was written."""
    manifest = dataset.manifest(context)
    model: Any = importlib.import_module("..model", __package__)
    rows = dataset.read(context, "train")
    fitted = model.fit(rows, context.seed)
    test = dataset.read(context, "test")[list(schema.INPUTS)].dropna()
    golden = test.sample(min(GOLDEN_ROWS, len(test)), random_state=context.seed)
    opened = artefact.save(
        context.model, fitted, metadata(context, manifest), golden, model.TRUSTED_TYPES
    )
    # What an earlier run registered is another model: it must not speak for this one.
    if context.registration.is_file() and registered(context)["digest"] != opened.digest:
        context.registration.unlink()
    return opened


def metadata(context: Context, manifest: dict[str, Any]) -> dict[str, Any]:
    """Return what the artefact says about itself."""
    return {
        "name": context.name(),
        "problem": schema.PROBLEM,
        "target": schema.TARGET,
        "inputs": dict(schema.INPUTS),
        "classes": None if schema.CLASSES is None else list(schema.CLASSES),
        "personal": [name for name in schema.PERSONAL if name in schema.INPUTS],
        "sensitive": schema.SENSITIVE,
        "seed": context.seed,
        "data_digest": manifest["digest"],
        "lineage_id": manifest["lineage_id"],
{%- if cookiecutter.feature_store == "feast" %}
        "feature_service": feature_store.service(context),
{%- endif %}
    }
