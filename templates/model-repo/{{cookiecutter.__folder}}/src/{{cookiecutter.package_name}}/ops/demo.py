"""`make demo`: the whole way on this machine, offline: data to retraining decision."""

import os
import sys
import time

# First: it looks for each type that it trusts in every module that is loaded.
import skops.io  # noqa: F401

from . import serving
from .context import Context, here
from .step import _say, guarded, run

BEFORE = ("data", "validate", "train")
GATES = ("evaluate", "fairness", "drift", "security", "register", "parity", "latency")
AFTER = ("card", "release", "monitor", "retrain")


def demo(context: Context) -> bool:
    """Run every step in the order of a pipeline, in one process; stop at the first red gate."""
    started = time.perf_counter()
    for name in BEFORE:
        run(context, name)
    # The server starts while the gates are judged; it serves the very files that are registered.
    serving.warm(context, context.model, "1")
    for name in (*GATES, *AFTER):
        run(context, name)
    _say(f"\nThe model card: {os.path.relpath(context.build)}/card/MODEL_CARD.md")
    _say(f"Everything took {time.perf_counter() - started:.0f} s.")
    return True


if __name__ == "__main__":
    sys.exit(guarded(lambda: demo(here())))
