"""Decides what findings mean: which waiver excuses one, and which of them block.

Every caller asks `decide`: the command line, Pulumi's policy packs, and whatever deploys. The day
is a parameter, so that a decision can be repeated.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from bedplate.errors import EXIT_BLOCKED, EXIT_CLEAN, EXIT_UNRESOLVED
from bedplate.policy.finding import Excuse, Finding
from bedplate.policy.ladder import STRICTEST, Ladder, ladder_of
from bedplate.policy.waiver_rules import Ruling, ruling, too_many
from bedplate.spec.enforcement import THRESHOLDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from bedplate.errors import Problem
    from bedplate.policy.catalogue import Policy, Severity
    from bedplate.policy.finding import Verdict
    from bedplate.policy.waiver_rules import Status
    from bedplate.policy.waivers import Waiver, WaiverFile
    from bedplate.spec.platform import PlatformSpec

EXCUSABLE: Final[frozenset[Verdict]] = frozenset({"fail", "unresolved"})
"""What a waiver may excuse. A rule that broke is never excused."""
_NEEDS_ALL: Final[frozenset[Status]] = frozenset({"unused", "no such policy"})
"""What can be said of a waiver only where all findings of the environment are known."""


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
    rulings: tuple[Ruling, ...] = ()
    """What each waiver that is meant for the environment amounts to."""

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What is to be said of waivers that do not hold, excuse nothing or are about to expire."""
        return tuple(one.problem for one in self.rulings if one.problem is not None)

    @property
    def exit_code(self) -> int:
        """0 clean, 1 blocked, 3 where only open verdicts block."""
        return exit_code(self.findings, faulty=bool(self.problems))


def exit_code(findings: Iterable[Finding], *, faulty: bool) -> int:
    """Return what decided findings come to: 0 clean, 1 blocked, 3 where only open ones block.

    ``faulty`` tells whether something is wrong in the files, which blocks as well.
    """
    blocking = {finding.verdict for finding in findings if finding.blocks}
    if faulty or blocking - {"unresolved"}:
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


def severities_of(rules: Iterable[Finding | Policy]) -> dict[str, Severity]:
    """Return the severity of each policy by id; of two rules with one id the graver counts."""
    found: dict[str, Severity] = {}
    for rule in rules:
        name = rule.policy if isinstance(rule, Finding) else rule.id
        found[name] = min(found.get(name, rule.severity), rule.severity, key=THRESHOLDS.index)
    return found


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
    severities = severities_of(findings)
    rulings: list[Ruling] = []
    excused: dict[int, Excuse] = {}
    for waiver in waivers.waivers:
        if not waiver.is_for(standing.environment):
            continue
        first = ruling(waiver, severities, dict(standing.approvers), today)
        covered = [
            index
            for index, finding in enumerate(findings)
            if finding.policy == waiver.policy
            and finding.verdict in EXCUSABLE
            and waiver.covers(finding.urn)
        ]
        final = _final(first, [findings[index] for index in covered])
        if final.status == "in force":
            for index in covered:
                excused.setdefault(index, _excuse(waiver, findings[index].verdict))
        if whole or final.status not in _NEEDS_ALL:
            rulings.append(final)
    ladder = standing.ladder
    decided = (
        _decided(finding, ladder, excused.get(index)) for index, finding in enumerate(findings)
    )
    return Decision(tuple(decided), waivers.problems, tuple(rulings))


def _decided(finding: Finding, ladder: Ladder, excuse: Excuse | None) -> Finding:
    enforcement = ladder.enforcement(finding.level, finding.severity, finding.verdict)
    if excuse is None:
        return replace(finding, enforcement=enforcement)
    return replace(finding, verdict="waived", enforcement=enforcement, excuse=excuse)


def _final(first: Ruling, covered: Sequence[Finding]) -> Ruling:
    """Return a ruling that knows what the waiver would excuse."""
    if first.status != "in force":
        return first
    if not covered:
        what = "it excuses nothing"
        fix = "remove it, or name in `environments` those that it is for"
        return Ruling(first.waiver, "unused", first.waiver.problem(what, fix))
    on = Counter(project for project, _ in {_place(finding.urn) for finding in covered})
    severity = severities_of(covered)[first.waiver.policy]
    broad = too_many(first.waiver, severity, max(on.values()))
    return broad or replace(first, findings=len(covered))


def _place(urn: str) -> tuple[str, str]:
    """Return the project that a resource belongs to, and the resource.

    It is counted by project, because Pulumi's own policy packs see one at a time.
    """
    parts = urn.split("::")
    return (parts[1] if len(parts) > 1 else "", urn)


def _excuse(waiver: Waiver, verdict: Verdict) -> Excuse:
    return Excuse(
        id=waiver.id,
        ticket=waiver.ticket,
        reason=waiver.reason,
        requested_by=waiver.requested_by,
        approved_by=waiver.approved_by,
        expires=waiver.expires.isoformat(),
        verdict=verdict,
    )
