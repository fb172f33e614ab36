"""What production looks like: drift of the latest batch, and accuracy from the labels that came back."""

import importlib
from typing import Any

import numpy as np
import pandas as pd

from .. import schema
from . import artefact, dataset, registry
from .context import Context, now
from .digest import read_json, write_json
from .gates.fairness import compare as compare_slices
from .metrics import METRICS
from .stats import compare
from .truth import Truth, join


def windows(context: Context) -> Any:
    """Return the file of all windows so far."""
    return context.build / "monitor" / "windows.jsonl"


def monitor(context: Context) -> dict[str, Any]:
    """Look at the latest batch and the feedback, keep a window; return the report."""
    retrain = importlib.import_module(".retrain", __package__)
    opened, version = served(context)
    reference, current = dataset.read(context, "train"), dataset.read(context, "current")
    drift = compare(reference, current, list(schema.INPUTS)) if len(current) else []
    back = feedback(context, version)
    measured = accuracy(context, opened, current, back)
    report = {
        "at": now().isoformat(),
        "model_version": version,
        "drift": {each.column: round(each.psi, 6) for each in drift},
        "performance": measured,
        "feedback": {"labels": len(back.labels), "ratings": len(back.ratings),
                     "mean": back.mean_rating(), "unmatched": back.unmatched,
                     "predicted": back.predicted},
        "fairness": slices(context, opened, current, back),
        "latency": latency(context),
    }
    window = retrain.Window(
        at=now(), version=version, drift=report["drift"], accuracy=measured["value"],
        accuracy_at_registration=measured["at_registration"], labels=measured["rows"],
        rating=back.mean_rating(), ratings=len(back.ratings),
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


def accuracy(
    context: Context, opened: artefact.Opened, current: pd.DataFrame, back: Truth
) -> dict[str, Any]:
    """Return the metric of the gate on rows whose truth is known.

    What users sent back is the truth; until enough of it came, labels of the latest batch are.
    """
    settings = context.config("gates")["gates"]["performance"]
    path = context.evidence / "performance.json"
    before = read_json(path)["details"]["value"] if path.is_file() else settings["floor"]
    classes = np.array([] if schema.CLASSES is None else schema.CLASSES)
    known = current[current[schema.TARGET].notna()] if schema.TARGET in current else current[:0]
    enough = len(back.labels) >= context.config("retraining")["minimum_labels"]
    if enough:
        truth, scores, source = back.truth(), np.array(back.scores), "feedback"
    elif len(known):
        truth, scores, source = known[schema.TARGET].to_numpy(), opened.scores(known), "batch"
    else:
        truth, scores, source = np.array([]), np.array([]), "none"
    result = {"metric": settings["metric"], "value": None, "at_registration": before,
              "rows": len(truth), "floor": settings["floor"], "source": source}  # fmt: skip
    if len(truth) and (schema.CLASSES is None or len(set(truth)) == len(classes)):
        result["value"] = METRICS[settings["metric"]](truth, scores, classes)
    return result


def slices(
    context: Context, opened: artefact.Opened, current: pd.DataFrame, back: Truth
) -> dict[str, Any]:
    """Return the differences between groups where labels are known; small groups are left out."""
    settings = context.config("gates")["gates"]["fairness"]
    named = [at for at, group in enumerate(back.groups) if group != "unknown"]
    if len(named) >= context.config("retraining")["minimum_labels"]:
        guess, groups = np.array(back.predictions)[named], pd.Series(back.groups).iloc[named]
        checks, _ = compare_slices(back.truth()[named], guess, groups, settings)
    elif {schema.TARGET, schema.SENSITIVE} <= set(current) and len(current):
        known = current[current[schema.TARGET].notna()]
        checks, _ = compare_slices(
            known[schema.TARGET].to_numpy(), opened.predict(known), known[schema.SENSITIVE], settings
        )
    else:
        return {}
    return {check.name: check.value for check in checks if check.name.endswith("_difference")}


def latency(context: Context) -> dict[str, Any]:
    """Return what the gate measured last."""
    path = context.evidence / "latency.json"
    return read_json(path)["details"] if path.is_file() else {}


def feedback(context: Context, version: str) -> Truth:
    """Return what came back about the served version, from the prediction log."""
    log = importlib.import_module("..serve.prediction_log", __package__)
    folder = context.build / "predictions"
    return join(log.read(folder) if folder.is_dir() else [], version)


def decide(context: Context) -> dict[str, Any]:
    """Decide whether to train again; a yes is kept as a run, so that it is said once."""
    retrain = importlib.import_module(".retrain", __package__)
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
