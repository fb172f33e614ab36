"""Parity: the registered artefact, in the server, predicts what it predicted in training."""

from typing import Any

import numpy as np

from .. import artefact{% if cookiecutter.feature_store == "feast" %}, feature_store{% endif %}
from ..context import Context, command, registered
from ..evidence import Check, at_least, at_most, same
from ..serving import Server, serving
from .engine import Result


def measure(context: Context, settings: dict[str, Any]) -> Result:
    """Ask the server for the golden rows and compare."""
    known = registered(context)
    with serving(context) as server:
        opened = artefact.open_model(server.folder, known["digest"])
        checks = compare(server, opened, settings["tolerance"])
{%- if cookiecutter.feature_store == "feast" %}
        checks += feature_store.parity(context, server, opened, settings["tolerance"])
{%- endif %}
    subject = {"model": known["digest"], "data": opened.metadata["data_digest"]}
    fix = f"train and serve from the same requirements/run.lock, then {command('register')}"
{%- if cookiecutter.feature_store == "feast" %}
    details = {key: opened.metadata[key] for key in ("libraries", "feature_service")}
    return Result(checks, subject, fix, details)
{%- else %}
    return Result(checks, subject, fix, {"libraries": opened.metadata["libraries"]})
{%- endif %}


def compare(server: Server, opened: artefact.Opened, tolerance: float) -> list[Check]:
    """Return the checks of one server on the golden rows of an artefact."""
    rows, predictions, probabilities = artefact.golden(opened.folder)
    outputs = server.infer(rows)
    answered = outputs["prediction"]["data"]
    checks = [
        at_least("golden_rows", len(rows), 10),
        same("libraries", artefact.same_libraries(opened.metadata) or "equal", "equal"),
    ]
    if probabilities is None:
        gap = np.max(np.abs(np.array(answered, float) - np.array(predictions, float)))
        return [*checks, at_most("prediction_distance", float(gap), tolerance, "golden rows")]
    wrong = sum(one != other for one, other in zip(answered, predictions, strict=True))
    flat = np.array(outputs["probability"]["data"], float)
    gap = np.max(np.abs(flat - np.array(probabilities, float).ravel()))
    return [
        *checks,
        at_most("predictions_that_differ", wrong, 0, "golden rows"),
        at_most("probability_distance", float(gap), tolerance, "golden rows"),
    ]
