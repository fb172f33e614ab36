"""A second opinion: Checkov's verdicts joined with the resources of a Plan.

They are findings that only advise: Checkov's catalogue is nobody's policy here, and some of its
rules ask for what residency forbids. Those are marked, and never asked for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bedplate.operate.checkov.documents import documents
from bedplate.operate.checkov.program import run
from bedplate.policy.finding import Finding, printable, source_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from bedplate.engine.plan import Plan, Resource
    from bedplate.operate.checkov.documents import Unmapped
    from bedplate.operate.checkov.program import Check
    from bedplate.spec.tree import Origin

AGAINST_RESIDENCY: Final = {
    "CKV_AWS_144": "a copy of the bucket's objects in another region",
}
"""Checks that ask for what residency forbids where one region only is allowed, and what that is."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What Checkov says of one environment."""

    version: str
    """Version of Checkov."""
    findings: tuple[Finding, ...]
    """Its verdicts on resources, as findings that only advise."""
    asked: int
    """Resources that it was asked about."""
    unmapped: tuple[Unmapped, ...]
    """Resources that it could not be asked about."""
    unread: tuple[str, ...]
    """URNs of resources whose file it could not read."""

    @property
    def contradictions(self) -> Counter[str]:
        """How often each check asks for what residency forbids."""
        return Counter(
            finding.policy for finding in self.findings if finding.verdict == "not_applicable"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form, without the findings, which stand among the others."""
        verdicts = Counter(finding.verdict for finding in self.findings)
        return {
            "version": self.version,
            "resources": self.asked,
            "passed": verdicts["pass"],
            "failed": verdicts["fail"],
            "against_residency": dict(sorted(self.contradictions.items())),
            "unmapped": [
                {"urn": each.urn, "type": each.type, "reason": each.reason}
                for each in self.unmapped
            ],
            "unread": list(self.unread),
        }


def opinion(
    plan: Plan, origins: Mapping[str, Origin], regions: Collection[str], program: Path
) -> Opinion:
    """Ask Checkov about a plan; raises BedplateError where it can't answer.

    ``regions`` are those in which data may lie. With a second one a copy in it is lawful.
    """
    forbidden = AGAINST_RESIDENCY if len(regions) <= 1 else {}
    given = documents(plan)
    said = run(program, given.files)
    findings = [
        _finding(check, given.resources[check.resource], origins, forbidden.get(check.id, ""))
        for check in said.checks
        if check.resource in given.resources
    ]
    unread = tuple(given.resources[name].urn for name in said.unread if name in given.resources)
    return Opinion(said.version, tuple(findings), len(given.resources), given.unmapped, unread)


def _finding(
    check: Check, resource: Resource, origins: Mapping[str, Origin], forbidden: str
) -> Finding:
    subject = f'{resource.type.rpartition(":")[2]} "{resource.name}"'
    message = "" if check.passed else printable(f"{subject} fails Checkov's: {check.name}.")
    if forbidden and not check.passed:
        message = printable(
            f"{subject} fails Checkov's: {check.name}. It asks for {forbidden}, "
            "which residency forbids; residency wins."
        )
    return Finding(
        policy=check.id,
        severity="low",
        level="advisory",
        verdict="pass" if check.passed else "not_applicable" if forbidden else "fail",
        urn=resource.urn,
        type=resource.type,
        message=message,
        controls=(),
        remediation="Look the check up in Checkov's own documentation, and decide.",
        source=source_of(None, resource, origins),
        enforcement="advisory",
    )
