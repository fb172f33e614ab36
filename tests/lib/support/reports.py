"""A report with every verdict, every kind of fault, and text that each form has to escape."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bedplate.errors import Problem
from bedplate.policy.decision import decide
from bedplate.policy.finding import Source
from bedplate.policy.formats.report import EnvironmentReport, Report
from bedplate.policy.waivers import NO_WAIVERS
from support.plans import shipped
from support.waivers import TODAY, finding, standing, waivers

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.policy.finding import Finding
    from bedplate.policy.waivers import WaiverFile

NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)
"""When the check was made."""
HARD = '50% | <b>`x`</b> & "y", [a](b): it\'s *bold* ü'
"""A message that no form may take for its own syntax."""


def environment(
    folder: Path, *findings: Finding, file: WaiverFile = NO_WAIVERS, **changes: Any
) -> EnvironmentReport:
    """Return the report of `prod`, decided, whose files lie below a folder."""
    decision = decide(findings, file, standing(), TODAY)
    values: dict[str, Any] = {
        "environment": "prod",
        "file": str(folder / "stacks" / "prod.yaml"),
        "tier": "production",
        "code": decision.exit_code,
        "resources": 3,
        "problems": decision.problems,
        "refusal": "",
        "findings": decision.findings,
        "rulings": decision.rulings,
    }
    return EnvironmentReport(**values | changes)


def report(folder: Path, *environments: EnvironmentReport) -> Report:
    """Return a report of environments in a repository."""
    policies = {policy.id: policy for policy in reversed(shipped().policies)}
    code = max((one.code for one in environments), default=0)
    return Report(environments, policies, folder, code, NOW)


def full(folder: Path) -> Report:
    """Return a report with everything that a form must show."""
    at = str(folder / "stacks" / "prod.yaml")
    outside = Source("/usr/lib/blueprints/uae/blueprint.yaml", 9, 3, "stores")
    findings = [
        finding("pass", verdict="pass", message="", policy="ENC-001", severity="high"),
        finding(
            "broken", severity="high", policy="ENC-001", message=HARD, source=Source(at, 7, 19, "a")
        ),
        finding("outside", severity="critical", policy="ZT-001", source=outside),
        finding("open", severity="high", policy="ENC-002", verdict="unresolved", source=None),
        finding(
            "erred", severity="low", policy="OPS-001", verdict="error", source=Source(at, 0, 0, "")
        ),
        finding("advice", level="advisory", severity="high", policy="GPU-005"),
        finding("low", severity="low", policy="TAG-001", source=Source(at, 3, 0, "")),
        finding("scratch", source=Source(at, 5, 1, "stores")),
        finding("none", verdict="not_applicable", policy="RES-007", message="No resource."),
        finding("own", severity="high", policy="ACME-001", source=Source(at, 8, 2, "")),
    ]
    file = waivers(folder, {}, {"id": "W-2", "expires": "2026-11-24"})
    first = environment(folder, *findings, file=file)
    wrong = Problem(at, 4, 7, "aws.region", "`mars` is no region", "did you mean `me-central-1`?")
    bad = replace(first, environment="dev", tier="", code=1, resources=0, findings=(), rulings=())
    refused = replace(bad, environment="test", refusal="The program failed: 1\n2. Fix: mend it.")
    return report(folder, first, replace(bad, problems=(wrong,)), refused)
