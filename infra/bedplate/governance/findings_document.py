"""The JSON form of a check: `bedplate.findings/v1`."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bedplate.errors import shown
from bedplate.policy.finding import SCHEMA
from bedplate.policy.formats.report import OUTCOMES, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bedplate.governance.assessment import Assessment
    from bedplate.policy.finding import Finding
    from bedplate.policy.waiver_rules import Ruling


def document(
    assessments: Sequence[Assessment], code: int, *, everything: bool = False
) -> dict[str, Any]:
    """Return the JSON form of assessments; the same whether they came from the cache or not.

    Policies that apply to nothing are counted, and listed only with `everything`.
    """
    findings = [finding for one in assessments for finding in one.findings]
    return {
        "schema": SCHEMA,
        "environments": [_environment(one, everything=everything) for one in assessments],
        "summary": {
            "environments": len(assessments),
            "resources": sum(resources(one) for one in assessments),
            "verdicts": counted(findings),
            "outcome": OUTCOMES[code],
            "exit_code": code,
        },
    }


def _environment(one: Assessment, *, everything: bool) -> dict[str, Any]:
    listed = [f for f in one.findings if everything or f.verdict != "not_applicable"]
    return {
        "environment": one.environment,
        "tier": one.tier,
        "outcome": OUTCOMES[one.exit_code],
        "layers": [layer.layer for layer in one.plan.layers] if one.plan else [],
        "resources": resources(one),
        "problems": [asdict(problem) for problem in one.problems],
        "refusal": one.refusal,
        "findings": [_finding(finding) for finding in listed],
        "verdicts": counted(one.findings),
        "waivers": [_ruling(ruling) for ruling in one.rulings],
        "cost": one.cost.to_json() if one.cost else None,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    entry = finding.to_json()
    if entry["source"] is not None:
        entry["source"] = entry["source"] | {"file": shown(entry["source"]["file"])}
    return entry


def _ruling(ruling: Ruling) -> dict[str, Any]:
    waiver = ruling.waiver
    return {
        "id": waiver.id,
        "policy": waiver.policy,
        "resources": list(waiver.resources),
        "reason": waiver.reason,
        "ticket": waiver.ticket,
        "requested_by": waiver.requested_by,
        "approved_by": waiver.approved_by,
        "created": waiver.created.isoformat(),
        "expires": waiver.expires.isoformat(),
        "status": ruling.status,
        "findings": ruling.findings,
        "problem": ruling.problem and asdict(ruling.problem),
    }


def resources(one: Assessment) -> int:
    """Return how many resources an environment's layers manage; components are none."""
    if one.plan is None:
        return 0
    return sum(found.custom and not found.is_provider for found in one.plan.resources())


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """Return the number of findings by verdict."""
    counts = Counter(finding.verdict for finding in findings)
    return {verdict: counts[verdict] for verdict in VERDICTS}
