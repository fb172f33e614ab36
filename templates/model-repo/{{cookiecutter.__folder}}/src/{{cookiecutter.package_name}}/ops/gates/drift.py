"""Drift: the latest batch still looks like what the model learned from."""

from typing import Any

import pandas as pd

from ... import schema
from .. import artefact, dataset
from ..context import Context, command
from ..evidence import Check, at_least, at_most
from ..stats import Drift, compare
from .engine import Result

PREDICTION = "prediction"
"""Name of the model's own answer among the columns."""


def measure(context: Context, settings: dict[str, Any]) -> Result:
    """Compare the latest batch with the training part: every input, and the predictions."""
    manifest = dataset.manifest(context)
    candidate = artefact.open_model(context.model)
    reference, current = dataset.read(context, "train"), dataset.read(context, "current")
    checks = [at_least("rows", len(current), settings["minimum_rows"], "current")]
    details: dict[str, Any] = {"columns": {}}
    if len(current):
        columns = [*schema.INPUTS, PREDICTION]
        found = compare(answered(reference, candidate), answered(current, candidate), columns)
        checks += judge(found, settings)
        details["columns"] = {
            each.column: {"psi": round(each.psi, 6), "js": round(each.js, 6), "test": each.test,
                          "p_value": each.p_value, "effect": round(each.effect, 6)}
            for each in found
        }  # fmt: skip
    subject = {"data": manifest["digest"], "model": candidate.digest}
    fix = f"find out what changed in the source; train on newer rows with {command('train')}"
    return Result(checks, subject, fix, details)


def answered(frame: pd.DataFrame, model: artefact.Opened) -> pd.DataFrame:
    """Return the rows with the model's answer beside them."""
    return frame.assign(**{PREDICTION: model.predict(frame)})


def judge(found: list[Drift], settings: dict[str, Any]) -> list[Check]:
    """Return the checks of each column.

    With many rows a test finds any difference, so that it blocks only together with an effect. The
    significance is shared by all columns (Bonferroni).
    """
    level = settings["significance"] / max(len(found), 1)
    checks = []
    for each in found:
        name = "category" if each.test == "chi2" else "number"
        checks.append(at_most("psi", each.psi, settings["maximum_psi"], each.column))
        checks.append(at_most("js", each.js, settings["maximum_js"], each.column))
        effect = each.effect if each.p_value < level else 0.0
        note = f"a {name}; p {each.p_value:.2g}, effect {each.effect:.3f}"
        checks.append(at_most(each.test, effect, settings["minimum_effect"], each.column, note))
    return checks
