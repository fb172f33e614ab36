"""Faults to turn on: each must turn exactly its gate red. `make fault FAULT=poisoned-rows`.

A fault changes what a step left behind, as an accident or an attacker would; no step knows of it.
"""

import argparse
import dataclasses
import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .. import schema
from . import dataset, registry
from .context import Context, here, registered
from .digest import of_tree
from .errors import UsageError
from .gates import tests
from .metrics import metric
from .step import GATE_OF, _say, gate, guarded, run

RNG_SEED = 11


@dataclass(frozen=True)
class Fault:
    """One way in which things go wrong."""

    summary: str
    """One sentence."""
    gate: str
    """The gate that must be red, and no other."""
    after: str
    """Step after which it happens; `serve` is the server itself."""
    change: Callable[[Context], None] = lambda _context: None
    """What it does."""
    champion: bool = False
    """Whether a released champion is needed to find it."""
    module: str = ""
    """Module that serves instead of the repository's own server."""


def _rows(context: Context, part: str, change: Callable[[pd.DataFrame, Any], None]) -> None:
    frame = dataset.read(context, part)
    change(frame, np.random.default_rng(RNG_SEED))
    dataset.write(context, part, frame)
    dataset.record(context)  # the fault came in before the data was recorded


def poison(context: Context) -> None:
    """Put impossible values, unknown categories and duplicates among the rows."""

    def change(frame: pd.DataFrame, rng: Any) -> None:
        picked = rng.choice(len(frame), max(5, len(frame) // 100), replace=False)
        frame.loc[picked, schema.NUMERIC[0]] = -1.0
        frame.loc[picked[::2], schema.CATEGORICAL[0]] = "'; drop table"
        frame.loc[picked[1], schema.KEY] = frame.loc[picked[0], schema.KEY]

    _rows(context, "train", change)


def leak(context: Context) -> None:
    """Let one input hold the target, as a column does that is filled in afterwards."""

    def change(frame: pd.DataFrame, rng: Any) -> None:
        name = schema.NUMERIC[-1]
        codes: Any = frame[schema.TARGET].astype("category").cat.codes.to_numpy(float)
        if schema.PROBLEM == "regression":
            codes = frame[schema.TARGET].rank(pct=True).to_numpy() * 8
        frame[name] = codes + rng.normal(0, 0.01, len(frame)).clip(-0.02, 0.02) + 0.02

    for part in dataset.PARTS:
        _rows(context, part, change)


def bias(context: Context) -> None:
    """Let the training labels of one group be worse than the truth."""

    def change(frame: pd.DataFrame, rng: Any) -> None:
        groups = frame[schema.SENSITIVE].value_counts()
        hit = (frame[schema.SENSITIVE] == groups.index[1]) & (rng.random(len(frame)) < 0.45)
        if schema.PROBLEM == "regression":
            frame.loc[hit, schema.TARGET] += 1.5 * frame[schema.TARGET].std()
        else:
            frame.loc[hit, schema.TARGET] = schema.ADVERSE

    _rows(context, "train", change)


def degrade(context: Context) -> None:
    """Shuffle one input of the training rows: still plausible, but it teaches nothing.

    It is the first whose loss the champion shows and the floor does not.
    """
    settings = context.config("gates")["gates"]["performance"]
    train, test = dataset.read(context, "train"), dataset.read(context, "test")
    rng, whole = np.random.default_rng(RNG_SEED), _value(context, train, test)
    for name in schema.NUMERIC:
        worse = train.assign(**{name: rng.permutation(train[name].to_numpy())})
        value = _value(context, worse, test)
        if settings["floor"] <= value < whole - 2 * settings["maximum_loss"]:
            break
    dataset.write(context, "train", worse)
    dataset.record(context)


def _value(context: Context, train: pd.DataFrame, test: pd.DataFrame) -> float:
    """Return the metric of the gate for a model of some rows."""
    model: Any = importlib.import_module("..model", __package__)
    fitted, inputs = model.fit(train, context.seed), test[list(schema.INPUTS)]
    scores = fitted.predict(inputs) if schema.CLASSES is None else fitted.predict_proba(inputs)
    name = context.config("gates")["gates"]["performance"]["metric"]
    classes = np.array([] if schema.CLASSES is None else schema.CLASSES)
    return metric(name, schema.CLASSES)(test[schema.TARGET].to_numpy(), scores, classes)


def shift(context: Context) -> None:
    """Move one input of the latest batch by a standard deviation."""

    def change(frame: pd.DataFrame, _rng: Any) -> None:
        name = schema.NUMERIC[0]
        frame[name] = frame[name] + frame[name].std()

    _rows(context, "current", change)


def tamper(context: Context) -> None:
    """Change one byte of the artefact after it was trained."""
    path = context.model / "model.skops"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


TEST = """
import pytest

@pytest.fixture(scope="session", autouse=True)
def _sources(record_testsuite_property):
    record_testsuite_property("sources", "{sources}")

@pytest.mark.parametrize("number", range({count}))
def test_it(number):
    assert number
"""
"""Tests of which the first one fails."""


def fail(context: Context) -> None:
    """Let one test of many fail."""
    count = context.config("gates")["gates"]["tests"]["minimum_tests"] + 1
    sources = of_tree(context.root, tests.SOURCES)
    path = context.build / "failed-tests" / "test_one.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEST.format(sources=sources, count=count), "utf-8")
    report = context.build / "junit.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir",
               str(path.parent), "--junitxml", str(report), str(path)]  # fmt: skip
    # It needs no plugin of what else is installed.
    environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=False, timeout=120)


FAULTS = {
    "poisoned-rows": Fault("impossible values, unknown categories, a duplicate",
                           "data_quality", "data", poison),
    "leaked-target": Fault("one input holds the target", "data_quality", "data", leak),
    "biased-model": Fault("labels of one group are worse than the truth",
                          "fairness", "data", bias),
    "shifted-batch": Fault("the latest batch has moved", "drift", "data", shift),
    "degraded-challenger": Fault("worse than the champion, above the floor",
                                 "performance", "data", degrade, champion=True),
    "tampered-artefact": Fault("one byte of the artefact was changed",
                               "security", "drift", tamper),
    "unequal-server": Fault("the server's numbers are a little off",
                            "parity", "serve", module="unequal"),
    "slow-predictor": Fault("the server takes too long", "latency", "serve", module="slow"),
    "failed-tests": Fault("one test fails", "tests", "security", fail),
}  # fmt: skip
"""Every fault, by the name that `make fault FAULT=…` takes."""
ORDER = ("validate", "train", "evaluate", "fairness", "drift", "security", "register", "parity",
         "latency")  # fmt: skip


def prepare(context: Context, fault: Fault) -> None:
    """Leave the data as it is without the fault, and a champion where the fault needs one."""
    if context.build.exists():
        shutil.rmtree(context.build)
    run(context, "data")
    if fault.champion:
        for name in ("validate", "train", "evaluate", "fairness", "drift", "security", "register"):
            run(context, name)
        registry.promote(context, registered(context)["version"], {})
    if fault.after == "data":
        fault.change(context)


def sweep(context: Context, fault: Fault, order: tuple[str, ...] = ORDER) -> list[str]:
    """Run every gate, none stopping another, with the fault turned on; return the red ones."""
    found: list[str] = []
    for step in order:
        if step == "register" and found:
            break  # what is not registered is not served: parity and latency have nothing to judge
        if step not in GATE_OF:
            run(context, step)
        elif not gate(context, step):
            found.append(GATE_OF[step])
        if step == fault.after:
            fault.change(context)
    return found


def served(context: Context, fault: Fault) -> Context:
    """Return the context with the server of the fault."""
    return dataclasses.replace(context, serve=f"{__package__}.{fault.module}")


def reds(context: Context, name: str) -> list[str]:
    """Start anew with one fault turned on; return the red gates."""
    fault = FAULTS[name]
    prepare(context, fault)
    order = (*ORDER, "tests") if fault.gate == "tests" else ORDER
    return sweep(served(context, fault) if fault.module else context, fault, order)


def show(context: Context, name: str) -> bool:
    """Turn a fault on, say which gate stopped it; the build is red, as it must be."""
    if name not in FAULTS:
        known = "\n".join(f"  {key}: {each.summary}" for key, each in FAULTS.items())
        raise UsageError(f"there is no fault {name!r}. Fix: make fault FAULT=…, one of\n{known}")
    found = reds(dataclasses.replace(context, build=context.build / "faults" / name), name)
    expected = FAULTS[name].gate
    _say(f"\n{name}: red: {', '.join(found) or 'nothing'}; expected: {expected}")
    return False


def main(arguments: list[str] | None = None) -> int:
    """Turn on one fault; 1 since a gate is red, 2 if there is no such fault."""
    parser = argparse.ArgumentParser(prog="faults", description="Turn on one fault.")
    parser.add_argument("name", nargs="?", default="")
    given: Any = parser.parse_args(arguments)
    return guarded(lambda: show(here(), given.name))


if __name__ == "__main__":
    sys.exit(main())
