"""The one command line of every pipeline: `python -m <package>.ops.step NAME`.

Exit codes: 0 it is done and passes, 1 a gate or a rule blocks, 2 the command or a setting is wrong.
"""

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

from . import lineage
from .context import CALLERS, Context, here
from .errors import OpsError, UsageError

GATE_OF = {
    "validate": "data_quality",
    "evaluate": "performance",
    "fairness": "fairness",
    "drift": "drift",
    "parity": "parity",
    "latency": "latency",
    "security": "security",
    "tests": "tests",
}
"""Steps that are gates."""


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def gate(context: Context, name: str) -> bool:
    """Run a gate; say whether the way is free."""
    from .gates import run

    evidence = run(GATE_OF[name], context)
    _say(evidence.report())
    return not evidence.blocks


def _data(context: Context) -> bool:
    from . import dataset

    made = dataset.make(context)
    rows = ", ".join(f"{part} {count}" for part, count in made["rows"].items())
    _say(f"DONE     data: {made['lineage_id']}: {rows}")
    return True


def _train(context: Context) -> bool:
    from .train import train

    _say(f"DONE     train: {train(context).digest}")
    return True


def _register(context: Context) -> bool:
    from . import evidence as records
    from . import registry
    from .gates.engine import schema

    found = records.read_all(context.evidence, schema(context))
    needed = ("data_quality", "performance", "fairness", "drift", "security")
    missing = [name for name in needed if name not in found]
    red = [name for name in needed if name in found and found[name].blocks]
    if missing or red:
        raise OpsError(
            f"register: red: {', '.join(red) or 'none'}; not run: {', '.join(missing) or 'none'}. "
            "Fix: only a model that passed these gates is registered."
        )
    numbers = {
        check.name: check.value
        for name in ("performance", "fairness")
        for check in found[name].checks
        if isinstance(check.value, float)
    }
    made = registry.register(context, numbers)
    _say(f"DONE     register: {made['name']} version {made['version']} is the challenger")
    return True


def _card(context: Context) -> bool:
    from . import card

    _say(f"DONE     card: build/card/MODEL_CARD.md, facts {card.make(context)}")
    return True


def _release(context: Context) -> bool:
    from . import release

    made = release.release(context)
    _say(f"DONE     release: {made['name']} version {made['version']} for {made['environment']}")
    return True


def _monitor(context: Context) -> bool:
    from . import monitor

    report = monitor.monitor(context)
    worst = max(report["drift"], key=report["drift"].get, default="none")
    measured = report["performance"]
    value = "unknown" if measured["value"] is None else f"{measured['value']:.4f}"
    _say(f"DONE     monitor: worst drift {worst} {report['drift'].get(worst, 0):.3f}, "
         f"{measured['metric']} {value}, {report['feedback']['ratings']} ratings")  # fmt: skip
    return True


def _retrain(context: Context) -> bool:
    from . import monitor

    made = monitor.decide(context)
    _say(f"DONE     retrain: {'yes' if made['retrain'] else 'no'}: {made['reason']}")
    return True


ACTIONS: dict[str, Callable[[Context], bool]] = {
    "data": _data,
    "train": _train,
    "register": _register,
    "card": _card,
    "release": _release,
    "monitor": _monitor,
    "retrain": _retrain,
}
"""Steps that are not gates."""
STEPS = (
    "data", "validate", "train", "evaluate", "fairness", "drift", "security", "register", "parity",
    "latency", "tests", "card", "release", "monitor", "retrain",
)  # fmt: skip
"""Every step, in the order of a pipeline."""


def run(context: Context, name: str) -> bool:
    """Run one step under lineage; say whether the way is free."""
    started = time.perf_counter()
    with lineage.run(context, name):
        action = ACTIONS.get(name)
        passed = action(context) if action else gate(context, name)
        if not passed:
            raise Blocked(name)
    _say(f"         {name} took {time.perf_counter() - started:.1f} s")
    return passed


class Blocked(OpsError):  # noqa: N818 # it is a verdict, not an error
    """A gate is red; it has said why."""


def main(arguments: list[str] | None = None) -> int:
    """Run one step and return the exit code."""
    parser = argparse.ArgumentParser(prog="step", description="Run one step of the pipeline.")
    parser.add_argument("name", choices=STEPS)
    parser.add_argument("--caller", choices=CALLERS, default="step", help="who runs it")
    parser.add_argument("--environment", default="dev", help="which environment it is for")
    parser.add_argument("--image", default="", help="release: repository@sha256:… of the predictor")
    parser.add_argument("--storage", default="", help="release: where the artefact lies")
    parser.add_argument(
        "--weight", type=int, default=100, help="release: percent; less is a canary"
    )
    parser.add_argument("--canary", action="store_const", const=None, dest="weight",
                        help="release: as --weight with the platform's first share")  # fmt: skip
    given: Any = parser.parse_args(arguments)
    if given.image and given.name != "release":
        parser.error("--image is for the step `release`")
    return guarded(lambda: _asked(given))


def _asked(given: Any) -> bool:
    """Run the step; a release with an image also writes its change: pointer and manifests."""
    context = here(caller=given.caller, environment=given.environment)
    if not given.image:
        return run(context, given.name)
    from . import deploy

    wanted = deploy.Wanted(given.environment, given.image, given.storage, given.weight)
    deploy.possible(context, wanted)
    passed = run(context, given.name)
    for path in deploy.release(context, wanted):
        _say(f"WROTE    {path.relative_to(context.root)}")
    return passed


def guarded(action: Callable[[], bool]) -> int:
    """Return the exit code of an action; what people can act on is said without a traceback."""
    try:
        return 0 if action() else 1
    except UsageError as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    except Blocked:
        return 1
    except OpsError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
