"""Where the process begins: `bedplate`, and `python -m bedplate`."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

from bedplate.errors import EXIT_INTERRUPTED, EXIT_TERMINATED


def entry() -> NoReturn:
    """Run the process's own command line and end the process.

    Whoever stops it, early or late, gets an exit code and no traceback, and what was begun is
    undone: temporary files are removed, programs that were started are told to stop. SIGTERM does
    what Ctrl-C does, and differs by the exit code.
    """
    terminated: list[int] = []

    def end(number: int, _frame: object) -> NoReturn:
        terminated.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        from bedplate.cli import entry as begin  # noqa: PLC0415 - Ctrl-C may come while it loads

        begin()
    except KeyboardInterrupt:
        code: int | str | None = EXIT_INTERRUPTED
    except SystemExit as stop:
        code = stop.code
    sys.exit(EXIT_TERMINATED if terminated and code == EXIT_INTERRUPTED else code)


if __name__ == "__main__":
    entry()
