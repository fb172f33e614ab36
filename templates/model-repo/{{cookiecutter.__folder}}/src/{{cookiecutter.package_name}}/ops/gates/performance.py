"""Performance: a floor for every model, and the champion on the same held-out rows."""

from typing import Any

import numpy as np

from ... import schema
from .. import artefact, dataset, registry
from ..context import Context, command
from ..evidence import Check, at_least
from ..metrics import intervals, metric
from .engine import Result


def measure(context: Context, settings: dict[str, Any]) -> Result:
    """Measure the candidate, and the champion beside it where there is one."""
    manifest = dataset.manifest(context)
    candidate = artefact.open_model(context.model)
    champion = registry.champion(context)
    rows = dataset.read(context, "test")
    truth = rows[schema.TARGET].to_numpy()
    models = [candidate.scores(rows)]
    if champion is not None:
        models.append(champion.scores(rows))
    classes = np.array([] if schema.CLASSES is None else schema.CLASSES)
    asked = metric(settings["metric"], schema.CLASSES)
    values = [asked(truth, scores, classes) for scores in models]
    each, difference = intervals(asked, truth, models, classes, settings, context.seed)
    checks = [floor_check(settings, values[0], each[0])]
    details: dict[str, Any] = {
        "metric": settings["metric"], "value": round(values[0], 6), "interval": _round(each[0]),
        "rows": len(rows), "champion": None, "trained_on": candidate.metadata["data_digest"],
    }  # fmt: skip
    if champion is not None and difference is not None:
        checks.append(champion_check(settings, values, difference))
        details["champion"] = {
            "digest": champion.digest, "value": round(values[1], 6),
            "difference": _round(difference),
        }  # fmt: skip
    subject = {"data": manifest["digest"], "model": candidate.digest}
    fix = f"look at model.py and features.py, then {command('train')}"
    return Result(checks, subject, fix, details)


def floor_check(settings: dict[str, Any], value: float, interval: tuple[float, float]) -> Check:
    """Return the check of the floor: the number itself, with its interval beside it."""
    note = f"{settings['confidence']:.0%} interval {interval[0]:.4f} to {interval[1]:.4f}"
    return at_least(settings["metric"], value, settings["floor"], "test", note)


def champion_check(
    settings: dict[str, Any], values: list[float], difference: tuple[float, float]
) -> Check:
    """Return the check that the candidate is not worse than the champion by more than allowed.

    The lower end of the interval decides: few rows make it wide, and what is not known is not let
    through.
    """
    note = (
        f"candidate {values[0]:.4f}, champion {values[1]:.4f}; {settings['confidence']:.0%} interval "
        f"of the difference {difference[0]:+.4f} to {difference[1]:+.4f}"
    )
    return at_least(
        f"{settings['metric']}_against_champion",
        difference[0],
        -settings["maximum_loss"],
        "test",
        note,
    )


def _round(pair: tuple[float, float]) -> list[float]:
    return [round(pair[0], 6), round(pair[1], 6)]
