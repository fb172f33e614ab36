"""Waivers: dated, reasoned, approved exceptions, from `waivers.yaml` beside the stacks folder.

`waiver_file` reads them, `waiver_rules` says whether one may hold, `decision` applies it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bedplate.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bedplate.policy.catalogue import Severity

FILE: Final = "waivers.yaml"
"""Name of the file, beside the stacks folder."""
SIGNATURES: Final = "approvals/waivers"
"""Folder of the signatures, beside the stacks folder: `<id>.dsse.json`."""
PAYLOAD_TYPE: Final = "application/vnd.bedplate.waiver.v1+json"
"""What a waiver's signature says that it signs."""

LONGEST_DAYS: Final[Mapping[Severity, int]] = {
    "critical": 30,
    "high": 90,
    "medium": 180,
    "low": 365,
}
"""Most days that a waiver may hold, by severity of the policy."""
MOST_RESOURCES: Final[Mapping[Severity, int]] = {
    "critical": 3,
    "high": 10,
    "medium": 25,
    "low": 50,
}
"""Most resources of one layer that a waiver may excuse, by severity of the policy."""
SIGNED: Final[frozenset[Severity]] = frozenset({"critical", "high"})
"""Severities of which a waiver must be signed."""
LEAST_LITERAL: Final = 4
"""Characters other than wildcards that the name in a pattern must have."""
_URN_PARTS: Final = 4
"""Parts of a URN between double colons."""


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
    signature: str = ""
    """Text of the signature's file; "" where there is none."""

    @property
    def statement(self) -> bytes:
        """What its approver signs: every field, in canonical JSON."""
        from bedplate.dsse import canonical  # noqa: PLC0415 - cryptography is slow to import

        return canonical(
            {
                "id": self.id,
                "policy": self.policy,
                "resources": list(self.resources),
                "reason": self.reason,
                "ticket": self.ticket,
                "requested_by": self.requested_by,
                "approved_by": self.approved_by,
                "created": self.created.isoformat(),
                "expires": self.expires.isoformat(),
                "environments": list(self.environments),
            }
        )

    @property
    def too_broad(self) -> str:
        """The first of its patterns that names too little; "" where each names enough."""
        return next((pattern for pattern in self.resources if _is_broad(pattern)), "")

    def is_for(self, environment: str) -> bool:
        """Tell whether it is meant for an environment."""
        return not self.environments or environment in self.environments

    def covers(self, urn: str) -> bool:
        """Tell whether it names a resource, by its URN or by its name."""
        name = urn.rsplit("::", maxsplit=1)[-1]
        return any(
            _compiled(pattern).fullmatch(urn) or _compiled(pattern).fullmatch(name)
            for pattern in self.resources
        )

    def problem(self, what: str, fix: str) -> Problem:
        """Return what is wrong with it, at its line."""
        return Problem(self.file, self.line, self.column, self.id, what, fix)


@dataclass(frozen=True, slots=True)
class WaiverFile:
    """All waivers of a platform repository."""

    waivers: tuple[Waiver, ...] = ()
    """In the order of the file."""
    problems: tuple[Problem, ...] = ()
    """What is malformed; an entry with a fault is not among the waivers."""


NO_WAIVERS: Final = WaiverFile()
"""What there is where there is no file."""


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile("".join(parts), re.DOTALL)


def _is_broad(pattern: str) -> bool:
    """Tell whether a pattern stands for nearly anything. A name without wildcards never does."""
    if not set(pattern) & {"*", "?"}:
        return False
    *before, name = pattern.split("::")
    if pattern.startswith("urn:") and len(before) + 1 < _URN_PARTS:
        return True  # a wildcard in it would span project, type and name
    return sum(character not in "*?" for character in name) < LEAST_LITERAL
