"""GitLab's code quality report, for the widget and the lines of a merge request.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from bedplate.policy.formats.report import kind_of, name_of, sentence, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.policy.catalogue import Severity
    from bedplate.policy.finding import Finding
    from bedplate.policy.formats.report import EnvironmentReport, Place, Report

SEVERITIES: Final[dict[Severity, str]] = {
    "critical": "blocker",
    "high": "critical",
    "medium": "major",
    "low": "minor",
}
"""GitLab's word for a severity; what is waived is `info`."""


def render(report: Report) -> str:
    """Return a check as a code quality report: a list of issues."""
    issues = [issue for one in report.environments for issue in _issues(report, one)]
    return json.dumps(issues, indent=2, ensure_ascii=False)


def _issues(report: Report, one: EnvironmentReport) -> Iterator[dict[str, Any]]:
    if one.refusal:
        yield _issue("BEDPLATE-FILE", "blocker", one.refusal, report.place(one, None), one)
    for problem in one.problems:
        place = report.place(one, problem)
        yield _issue("BEDPLATE-FILE", "blocker", told(problem), place, one)
    for finding in one.listed():
        place = report.place(one, finding.source)
        text = f"{kind_of(finding)}: {name_of(finding.urn)}: {sentence(finding)}"
        yield _issue(
            finding.policy, _severity(finding), text, place, one, f"{finding.urn} {finding.level}"
        )
    for problem in one.notes:
        place = report.place(one, problem)
        yield _issue("BEDPLATE-WAIVER", "minor", told(problem), place, one)


def _severity(finding: Finding) -> str:
    return "info" if finding.verdict == "waived" else SEVERITIES[finding.severity]


def _issue(
    check: str, severity: str, text: str, place: Place, one: EnvironmentReport, subject: str = ""
) -> dict[str, Any]:
    identity = "\x1f".join((check, one.environment, subject or text))
    return {
        "type": "issue",
        "check_name": check,
        "description": f"{one.environment}: {check} {text}",
        "fingerprint": hashlib.sha256(identity.encode()).hexdigest(),
        "severity": severity,
        "location": {"path": place.path, "lines": {"begin": place.line}},
    }
