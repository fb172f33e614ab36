"""Findings: what one policy says of one resource, and the line that decides it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from bedplate.engine.plan import STACK_TYPE
from bedplate.spec.tree import parent_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.engine.plan import Resource
    from bedplate.policy.catalogue import Level, Policy, Severity
    from bedplate.spec.tree import Origin

SCHEMA: Final = "bedplate.findings/v1"
"""Name and version of the JSON form."""

Verdict = Literal["pass", "fail", "unresolved", "not_applicable", "waived", "error"]
"""What a policy says: held, broken, open, without a subject, excused, or the rule itself broke."""

LONGEST: Final = 1000
"""Characters of a message that are kept."""
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Source:
    """A place in a file that the user can change."""

    file: str
    """Path of an environment file, blueprint, Python program or policy."""
    line: int
    """1-based; 0 where the whole file is meant."""
    column: int
    """1-based; 0 where the whole line is meant."""
    path: str
    """Dotted spec path; "" for a place in a program or a policy."""


@dataclass(frozen=True, slots=True)
class Excuse:
    """The waiver that covers a finding, as every output shows it."""

    id: str
    """Id of the waiver."""
    ticket: str
    """Where the exception is tracked."""
    reason: str
    """Why it was granted."""
    requested_by: str
    """Who asked for it."""
    approved_by: str
    """Who granted it."""
    expires: str
    """ISO date of the last day on which it holds."""
    verdict: Verdict
    """What the policy says: `fail` or `unresolved`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One policy's verdict on one resource, or on a whole stack.

    A rule gives a finding its level; only `bedplate.policy.decision` sets the last two fields.
    """

    policy: str
    """Id of the policy."""
    severity: Severity
    """How much harm a violation does."""
    level: Level
    """Whether the rule denies (mandatory) or only warns (advisory)."""
    verdict: Verdict
    """What the policy says."""
    urn: str
    """The resource, or the stack."""
    type: str
    """Type token of the resource."""
    message: str
    """Why; "" for a pass."""
    controls: tuple[str, ...]
    """Clauses that the policy maps to."""
    remediation: str
    """What to do about it."""
    source: Source | None
    """Where the value is set; None where nothing says so."""

    enforcement: Level | None = None
    """Whether the finding blocks in this environment if it is no pass; None: not decided yet."""
    excuse: Excuse | None = None
    """The waiver, where the verdict is `waived`."""

    @property
    def blocks(self) -> bool:
        """Whether this finding stops a deployment; until it is decided, as its rule says."""
        if self.verdict == "error":
            return True
        counts = self.verdict in {"fail", "unresolved"}
        return counts and (self.enforcement or self.level) == "mandatory"

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form: plain dictionaries and lists."""
        source = self.source
        return {
            "policy": self.policy,
            "severity": self.severity,
            "level": self.level,
            "verdict": self.verdict,
            "urn": self.urn,
            "type": self.type,
            "message": self.message,
            "controls": list(self.controls),
            "remediation": self.remediation,
            "source": source
            and {
                "file": source.file,
                "line": source.line,
                "column": source.column,
                "path": source.path,
            },
            "enforcement": self.enforcement,
            "blocks": self.blocks,
            "waiver": self.excuse and asdict(self.excuse),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        """Read what ``to_json`` wrote; raises KeyError or TypeError for anything else."""
        source, waiver = data["source"], data["waiver"]
        values = {k: v for k, v in data.items() if k not in {"waiver", "blocks"}} | {
            "controls": tuple(data["controls"]),
            "source": None if source is None else Source(**source),
            "excuse": None if waiver is None else Excuse(**waiver),
        }
        return cls(**values)


def printable(message: str) -> str:
    """Return a rule's message as one line that is safe to show, of bounded length."""
    text = " ".join(_UNPRINTABLE.sub(" ", message).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def source_of(
    policy: Policy | None, resource: Resource | None, origins: Mapping[str, Origin]
) -> Source | None:
    """Return the place that decides what a policy judges.

    For a library resource that is the first of the policy's settings that some file sets, else the
    component's own spec path or what is nearest above it. For a team's own resource it is the line
    of its program. For a whole stack (no resource) it is a setting, else the environment's file.
    """
    if resource is not None and resource.spec_path is None:
        position = resource.source
        if position is None:
            return None
        return Source(position.file, position.line, position.column, "")
    base = "" if resource is None or resource.spec_path is None else resource.spec_path
    for setting in policy.settings if policy else ():
        path = f"{base}{setting}" if setting.startswith(".") else setting
        if path in origins:
            return _source(path, origins[path])
    return _nearest(base, origins)


def _nearest(path: str, origins: Mapping[str, Origin]) -> Source | None:
    """Return where a path is set, or what is nearest above it."""
    while path and path not in origins:
        path = parent_path(path)
    return _source(path, origins[path]) if path in origins else None


def _source(path: str, origin: Origin) -> Source:
    return Source(origin.file, origin.line, origin.column, path)


def stack_urn(stack: str, project: str) -> str:
    """Return the URN of a stack itself."""
    return f"urn:pulumi:{stack}::{project}::{STACK_TYPE}::{project}-{stack}"
