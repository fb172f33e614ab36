"""Everything that Bedplate says to a user when it refuses.

Each error carries its whole sentence; only ``bedplate.cli`` turns it into text and an exit code.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EXIT_CLEAN = 0
"""Nothing blocks."""
EXIT_BLOCKED = 1
"""A finding, or a fault in the user's files, blocks."""
EXIT_USAGE = 2
"""The command line itself is wrong."""
EXIT_UNRESOLVED = 3
"""Nothing failed, but a verdict is open where open verdicts block."""
EXIT_INTERNAL = 70
"""Our own fault (EX_SOFTWARE of sysexits.h)."""
EXIT_INTERRUPTED = 130
"""Ended by Ctrl-C (128 and the number of SIGINT)."""
EXIT_TERMINATED = 143
"""Ended by SIGTERM (128 and its number)."""


def shown(path: str | Path) -> str:
    """Return a path as the user would type it from here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


class BedplateError(Exception):
    """A refusal with a sentence for the user; never shown with a traceback."""

    def __init__(self, message: str, exit_code: int = EXIT_BLOCKED) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


class UsageError(BedplateError):
    """The command line names something that does not exist or does not fit."""

    def __init__(self, message: str) -> None:
        super().__init__(message, EXIT_USAGE)


class EngineError(BedplateError):
    """A layer's program, or the Pulumi CLI that ran it, failed."""


class PolicyError(BedplateError):
    """The policy set can't be read, or its evaluator can't run."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a user's file, and how to mend it."""

    file: str
    """Path as the user would type it."""
    line: int
    """1-based; 0 where the whole file is meant."""
    column: int
    """1-based; 0 where the whole file is meant."""
    path: str
    """Dotted path of the value, or "" for the file itself."""
    problem: str
    """What is wrong, without a full stop."""
    fix: str
    """How to mend it, without a full stop."""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}:"
        subject = f" {self.path}:" if self.path else ""
        end = "" if self.fix.endswith((".", "?")) else "."
        return f"{where}{subject} {self.problem}. Fix: {self.fix}{end}"


class SpecError(BedplateError):
    """Everything that is wrong with an environment's files, at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))
