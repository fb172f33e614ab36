"""Faults to turn on: each must turn exactly its gate red. `make fault FAULT=poisoned-rows`.

A fault changes what a step left behind, as an accident or an attacker would; no step knows of it.
"""

import argparse
import dataclasses
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .. import schema
from . import dataset, registry
from .context import Context, here, registered
from .errors import UsageError
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
    """Shuffle the strongest inputs of the training rows: still plausible, but they teach nothing."""

    def change(frame: pd.DataFrame, rng: Any) -> None:
        numbers = frame[[*schema.NUMERIC]]
        codes = frame[schema.TARGET].rank() if schema.CLASSES is None else (
            frame[schema.TARGET] == schema.ADVERSE).astype(float)  # fmt: skip
        strongest = numbers.corrwith(codes).abs().nlargest(1).index
        for name in strongest:
            frame[name] = rng.permutation(frame[name].to_numpy())

    _rows(context, "train", change)


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
    "slow-predictor": Fault("the server takes too long", "latency", "serve"),
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


def serving_slowly(context: Context) -> Context:
    """Return the context with the server that takes too long."""
    return dataclasses.replace(context, serve=f"{__package__}.slow")


def reds(context: Context, name: str) -> list[str]:
    """Start anew with one fault turned on; return the red gates."""
    fault = FAULTS[name]
    prepare(context, fault)
    return sweep(serving_slowly(context) if fault.after == "serve" else context, fault)


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
