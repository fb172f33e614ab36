"""Waivers: dated, reasoned, approved exceptions, from `waivers.yaml` beside the stacks folder.

Here they are read; whether one holds is decided in `bedplate.policy.decision`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

    from bedplate.errors import Problem

FILE: Final = "waivers.yaml"
"""Name of the file, beside the stacks folder."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One exception, as it stands in the file."""

    id: str
    """Its name, unique in the file."""
    policy: str
    """Id of the policy."""
    resources: tuple[str, ...]
    """URNs or names; `*` stands for any text, `?` for one character."""
    reason: str
    """Why the exception is needed."""
    ticket: str
    """Where it is tracked."""
    requested_by: str
    """Who asks for it."""
    approved_by: str
    """Who grants it; "" where nobody has."""
    created: date
    """First day on which it holds."""
    expires: date
    """Last day on which it holds."""
    environments: tuple[str, ...]
    """Environments that it is for; none: all."""
    file: str
    """Path of the file as the user would type it."""
    line: int
    """1-based line of the entry."""
    column: int
    """1-based column of the entry."""

    def covers(self, urn: str) -> bool:
        """Tell whether it names a resource, by its URN or by its name."""
        name = urn.rsplit("::", maxsplit=1)[-1]
        return any(_matches(pattern, urn) or _matches(pattern, name) for pattern in self.resources)


@dataclass(frozen=True, slots=True)
class WaiverFile:
    """All waivers of a platform repository."""

    waivers: tuple[Waiver, ...] = ()
    """In the order of the file."""
    problems: tuple[Problem, ...] = ()
    """What is malformed; an entry with a fault is not among the waivers."""


NO_WAIVERS: Final = WaiverFile()
"""What there is where there is no file."""


def _matches(pattern: str, text: str) -> bool:
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None
