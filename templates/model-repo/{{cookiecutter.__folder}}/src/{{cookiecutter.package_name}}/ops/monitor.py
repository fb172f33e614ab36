"""What production looks like: drift of the latest batch, and accuracy from the labels that came known."""

import importlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .. import schema
from . import artefact, dataset, registry, request_log, retrain, storage, truth
from .context import Context, now
from .digest import read_json, write_json
from .gates.fairness import compare as compare_slices
from .metrics import METRICS
from .stats import compare


def windows(context: Context) -> Any:
    """Return the file of all windows so far."""
    return context.build / "monitor" / "windows.jsonl"


def monitor(context: Context) -> dict[str, Any]:
    """Look at the latest batch and the feedback, keep a window; return the report."""
    opened, version = served(context)
    reference, current = dataset.read(context, "train"), dataset.read(context, "current")
    drift = compare(reference, current, list(schema.INPUTS)) if len(current) else []
    known = feedback(context, version)
    rows = labelled(context, opened, current, known)
    measured = accuracy(context, *rows[:2])
    report: dict[str, Any] = {
        "at": now().isoformat(),
        "model_version": version,
        "drift": {each.column: round(each.psi, 6) for each in drift},
        "performance": measured,
        "feedback": {"labels": len(known.labels), "ratings": len(known.ratings),
                     "mean": known.mean_rating(), "unmatched": known.unmatched,
                     "predicted": known.predicted},
        "fairness": slices(context, *rows),
        "latency": latency(context),
    }  # fmt: skip
    window = retrain.Window(
        at=now(), version=version, drift=report["drift"], accuracy=measured["value"],
        accuracy_at_registration=measured["at_registration"], labels=measured["rows"],
        rating=known.mean_rating(), ratings=len(known.ratings),
    )  # fmt: skip
    retrain.append(windows(context), [window])
    write_json(context.build / "monitor.json", report)
    return report


def served(context: Context) -> tuple[artefact.Opened, str]:
    """Return the champion, or the model of this run where nothing is released."""
    version = registry.aliased(context, registry.CHAMPION)
    if version is not None:
        folder = registry.fetch(context, version)
        return artefact.open_model(folder, version.tags.get("digest")), str(version.version)
    return artefact.open_model(context.model), "0"


def feedback(context: Context, version: str) -> truth.Truth:
    """Return what came back from users, from the prediction log: a folder, or the platform's bucket."""
    place = os.environ.get("PREDICTION_LOG") or str(context.build / "predictions")
    if place.startswith(storage.SCHEME):
        since = now() - timedelta(days=context.config("monitoring")["window_days"])
        return truth.join(request_log.read(place, context.name(), since, now()), version)
    log = importlib.import_module("..serve.prediction_log", __package__)
    return truth.join(log.read(Path(place)) if Path(place).is_dir() else [], version)


def labelled(
    context: Context, opened: artefact.Opened, current: pd.DataFrame, known: truth.Truth
) -> tuple[Any, Any, pd.Series]:
    """Return truth, scores and groups: of the feedback where it suffices, else of the latest batch."""
    if len(known.labels) >= context.config("retraining")["minimum_labels"]:
        return known.truth(), np.array(known.scores, float), pd.Series(known.groups)
    if not {schema.TARGET, schema.SENSITIVE} <= set(current):
        return np.array([]), np.array([]), pd.Series(dtype=str)
    rows = current[current[schema.TARGET].notna()]
    scores = opened.scores(rows) if len(rows) else np.array([])
    return rows[schema.TARGET].to_numpy(), scores, rows[schema.SENSITIVE]


def accuracy(context: Context, known: Any, scores: Any) -> dict[str, Any]:
    """Return the metric of the gate on the rows whose truth is known."""
    settings = context.config("gates")["gates"]["performance"]
    path = context.evidence / "performance.json"
    before = read_json(path)["details"]["value"] if path.is_file() else settings["floor"]
    result = {"metric": settings["metric"], "value": None, "at_registration": before,
              "rows": len(known), "floor": settings["floor"]}  # fmt: skip
    classes = np.array([] if schema.CLASSES is None else schema.CLASSES)
    # A metric needs every class among the rows.
    if len(known) and (schema.CLASSES is None or len(set(known)) == len(classes)):
        result["value"] = METRICS[settings["metric"]](known, scores, classes)
    return result


def slices(context: Context, known: Any, scores: Any, groups: pd.Series) -> dict[str, Any]:
    """Return the differences between groups, where labels are known."""
    if not len(known):
        return {}
    guess = (
        scores if schema.CLASSES is None else np.array(schema.CLASSES)[np.argmax(scores, axis=1)]
    )
    settings = context.config("gates")["gates"]["fairness"]
    checks, _details = compare_slices(known, guess, groups.reset_index(drop=True), settings)
    return {check.name: check.value for check in checks if check.name.endswith("_difference")}


def latency(context: Context) -> dict[str, Any]:
    """Return what the gate measured last."""
    path = context.evidence / "latency.json"
    return read_json(path)["details"] if path.is_file() else {}


def decide(context: Context) -> dict[str, Any]:
    """Decide whether to train again; a yes is kept as a run, so that it is said once."""
    policy = retrain.Policy.read(context.root / "config" / "retraining.yaml")
    context.config("retraining")
    path = context.build / "monitor" / "runs.jsonl"
    seen, runs = retrain.read_windows(windows(context)), retrain.read_runs(path)
    decision = retrain.decide(seen, runs, policy, now())
    if decision.retrain:
        retrain.append(path, [retrain.Run(now(), seen[-1].version, decision.cause)])
    result = {"at": now().isoformat(), "retrain": decision.retrain, "reason": decision.reason,
              "signals": list(decision.signals), "cause": decision.cause}  # fmt: skip
    write_json(context.build / "retraining.json", result)
    return result
