"""Fairness: no group of people is treated much worse than another."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame

from ... import schema
from .. import artefact, dataset
from ..context import Context, command
from ..evidence import Check, at_least, at_most
from .engine import Result


def selection_rate(_truth: Any, guess: Any) -> float:
    """Return the share of a slice that gets the adverse outcome."""
    return float(np.mean(np.asarray(guess) == schema.ADVERSE))


def true_positive_rate(truth: Any, guess: Any) -> float:
    """Return the share of those who really are adverse cases that is found."""
    real = np.asarray(truth) == schema.ADVERSE
    return float(np.mean(np.asarray(guess)[real] == schema.ADVERSE)) if real.any() else float("nan")


def false_positive_rate(truth: Any, guess: Any) -> float:
    """Return the share of the others that is wrongly taken for adverse."""
    other = np.asarray(truth) != schema.ADVERSE
    return (
        float(np.mean(np.asarray(guess)[other] == schema.ADVERSE)) if other.any() else float("nan")
    )


def accuracy(truth: Any, guess: Any) -> float:
    """Return the share of right answers."""
    return float(np.mean(np.asarray(truth) == np.asarray(guess)))


def mean_error(truth: Any, guess: Any) -> float:
    """Return by how much predictions are too high, in the unit of the target."""
    return float(np.mean(np.asarray(guess, float) - np.asarray(truth, float)))


def absolute_error(truth: Any, guess: Any) -> float:
    """Return how far predictions are off, in the unit of the target."""
    return float(np.mean(np.abs(np.asarray(guess, float) - np.asarray(truth, float))))


METRICS: dict[str, Callable[[Any, Any], float]] = {
    each.__name__: each
    for each in (
        selection_rate, true_positive_rate, false_positive_rate, accuracy, mean_error, absolute_error,
    )
}  # fmt: skip


def measure(context: Context, settings: dict[str, Any]) -> Result:
    """Compare the slices of the sensitive column on the held-out rows."""
    manifest = dataset.manifest(context)
    candidate = artefact.open_model(context.model)
    rows = dataset.read(context, "test")
    checks, details = compare(
        rows[schema.TARGET].to_numpy(), candidate.predict(rows), rows[schema.SENSITIVE], settings
    )
    subject = {"data": manifest["digest"], "model": candidate.digest}
    fix = f"look at what stands for the group in features.py and at the labels, then {command('train')}"
    return Result(checks, subject, fix, details)


def compare(
    truth: Any, guess: Any, groups: pd.Series, settings: dict[str, Any]
) -> tuple[list[Check], dict[str, Any]]:
    """Return one check a metric over all slices that are large enough, and all numbers."""
    sizes = groups.fillna("unknown").value_counts()
    judged = sorted(sizes[sizes >= settings["minimum_slice"]].index)
    small = sorted(set(sizes.index) - set(judged))
    checks = [at_least("slices_judged", len(judged), 2, schema.SENSITIVE,
                       f"at least {settings['minimum_slice']} rows each")]  # fmt: skip
    if small and settings["small_slices"] == "block":
        checks += [at_least("slice_rows", int(sizes[name]), settings["minimum_slice"],
                            f"{schema.SENSITIVE}={name}", "too few rows to judge")
                   for name in small]  # fmt: skip
    kept = groups.fillna("unknown").isin(judged).to_numpy()
    limits = settings["maximum_difference"]
    details: dict[str, Any] = {
        "attribute": schema.SENSITIVE, "slices": {}, "not_judged": {n: int(sizes[n]) for n in small},
    }  # fmt: skip
    if len(judged) < 2:
        return checks, details
    frame = MetricFrame(
        metrics={name: METRICS[name] for name in limits},
        y_true=np.asarray(truth)[kept],
        y_pred=np.asarray(guess)[kept],
        sensitive_features=groups.fillna("unknown")[kept],
    )
    # Errors of a regression are held against the spread of the target, so that units do not matter.
    scale = float(np.std(np.asarray(truth, float))) if schema.PROBLEM == "regression" else 1.0
    by_group = frame.by_group / scale
    for name, limit in limits.items():
        checks.append(_difference(name, by_group[name], limit))
    details["slices"] = {
        str(group): {"rows": int(sizes[group]), **{k: round(float(v), 6) for k, v in row.items()}}
        for group, row in by_group.iterrows()
    }
    return checks, details


def _difference(name: str, values: pd.Series, limit: float) -> Check:
    if values.isna().any():
        empty = ", ".join(map(str, values[values.isna()].index))
        return at_most(f"{name}_difference", float("nan"), limit, empty, "no case to measure")
    low, high = values.idxmin(), values.idxmax()
    note = f"{low} {values[low]:.4f}, {high} {values[high]:.4f}"
    where = f"{schema.SENSITIVE}={high}"
    return at_most(f"{name}_difference", float(values[high] - values[low]), limit, where, note)
