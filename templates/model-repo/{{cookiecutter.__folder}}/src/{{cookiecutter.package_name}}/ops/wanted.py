"""Whether this run of a pipeline should train: always if somebody or an alert asked for it.

A run by the schedule asks the retraining decision. Exit code 0 is yes, 3 is no.
"""

import argparse
import sys
from pathlib import Path

from . import registry
from .context import Context, here
from .digest import write_text
from .step import guarded, run

NO = 3
"""Exit code of a run that has nothing to do."""


def wanted(context: Context, reason: str) -> bool:
    """Return whether to train; a scheduled run measures and decides first."""
    if reason != "schedule" or registry.aliased(context, registry.CHAMPION) is None:
        return True
    from .digest import read_json

    run(context, "monitor")
    run(context, "retrain")
    return bool(read_json(context.build / "retraining.json")["retrain"])


def main(arguments: list[str] | None = None) -> int:
    """Say yes or no, to a file too where one is named."""
    parser = argparse.ArgumentParser(prog="wanted", description="Should this run train?")
    parser.add_argument("--reason", default="manual", help="schedule, alert or manual")
    parser.add_argument("--out", type=Path, help="file that gets yes or no")
    given = parser.parse_args(arguments)
    answers: list[bool] = []

    def ask() -> bool:
        answers.append(wanted(here(), given.reason))
        return True

    if code := guarded(ask):
        return code
    if given.out:
        write_text(given.out, "yes" if answers[0] else "no")
    sys.stdout.write(f"train: {'yes' if answers[0] else 'no'} ({given.reason})\n")
    return 0 if answers[0] else NO


if __name__ == "__main__":
    sys.exit(main())
