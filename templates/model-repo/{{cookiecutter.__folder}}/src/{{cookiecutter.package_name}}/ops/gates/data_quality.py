"""Data quality: what the data contract promises, and that no input gives the target away."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from ... import schema
from .. import contract as contracts
from .. import dataset
from ..context import Context, command
from ..evidence import Check, at_least, at_most
from .engine import Result

SHOWN = 20
"""Breaches that one part may list; the count is always whole."""


def measure(context: Context, settings: dict[str, Any]) -> Result:
    """Hold every part against the contract, and look for leaks in the training part."""
    manifest = dataset.manifest(context)
    contract = contracts.load(context.root / "data" / "contract.yaml")
    frames = {part: dataset.read(context, part) for part in dataset.PARTS}
    checks = []
    for part, frame in frames.items():
        checks += part_checks(part, frame, contract, settings)
    checks += overlap(frames["train"], frames["test"])
    checks += leaks(frames["train"], settings["maximum_single_feature"])
    fix = f"mend the source in data.py or agree on data/contract.yaml, then {command('data')}"
    return Result(checks, {"data": manifest["digest"]}, fix, {"rows": manifest["rows"]})


def part_checks(
    part: str, frame: pd.DataFrame, contract: dict[str, Any], settings: dict[str, Any]
) -> list[Check]:
    """Return the checks of one part: its size, its duplicates, every promise of the contract."""
    checks = [at_least("rows", len(frame), settings["minimum_rows"], part)]
    key = frame[schema.KEY] if schema.KEY in frame else pd.Series(range(len(frame)))
    share = float(key.duplicated().mean()) if len(frame) else 0.0
    checks.append(
        at_most("duplicates", share, settings["maximum_duplicates"], f"{part}.{key.name}")
    )
    broken = contracts.breaches(frame, contract)
    for breach in broken[:SHOWN]:
        note = f"{breach.rule}; for example {breach.example!r}"
        checks.append(at_most("rows_in_breach", breach.rows, 0, f"{part}.{breach.column}", note))
    checks.append(at_most("promises_broken", len(broken), 0, part))
    return checks


def overlap(train: pd.DataFrame, test: pd.DataFrame) -> list[Check]:
    """Return the check that no row is both learned from and measured on."""
    both = len(set(train[schema.KEY]) & set(test[schema.KEY]))
    return [at_most("rows_in_train_and_test", both, 0, schema.KEY)]


def leaks(train: pd.DataFrame, maximum: float) -> list[Check]:
    """Return, for each input, how well it predicts the target all by itself."""
    return [
        at_most("single_feature_score", score(train[name], train[schema.TARGET]), maximum, name,
                "1 means that this input alone gives the target away")
        for name in schema.INPUTS
        if name in train
    ]  # fmt: skip


def score(values: pd.Series, target: pd.Series) -> float:
    """Return how well a small tree on one column predicts: 0 as good as a guess, 1 perfect.

    It learns from every other row and is asked about the rest.
    """
    known = values.notna() & target.notna()
    numbers = values[known] if pd.api.types.is_numeric_dtype(values) else values[known].astype(
        "category").cat.codes  # fmt: skip
    rows, truth = numbers.to_numpy(float).reshape(-1, 1), target[known].to_numpy()
    if len(truth) < 50 or not np.isfinite(rows).all() or len(set(truth[1::2])) < 2:
        return 0.0
    if schema.PROBLEM == "regression":
        tree: Any = DecisionTreeRegressor(max_leaf_nodes=64, min_samples_leaf=10, random_state=0)
        asked = truth[1::2].astype(float)
        missed = tree.fit(rows[::2], truth[::2]).predict(rows[1::2]) - asked
        return max(0.0, 1.0 - float(np.mean(missed**2) / np.var(asked)))
    tree = DecisionTreeClassifier(max_leaf_nodes=64, min_samples_leaf=10, random_state=0)
    text = truth.astype(str)
    right = float(np.mean(tree.fit(rows[::2], text[::2]).predict(rows[1::2]) == text[1::2]))
    usual = float(pd.Series(text[1::2]).value_counts(normalize=True).iloc[0])
    return max(0.0, (right - usual) / (1 - usual))
