"""How the results of the verbs below `policy` are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.cli.console import rendered, table
from bedplate.errors import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.policy.difference import Changed, Policies
    from bedplate.policy.finding import Finding
    from bedplate.policy.own_tests import Tested


def tests_document(by: str, results: Sequence[Tested]) -> dict[str, Any]:
    """Return the JSON form of a run of tests."""
    entries = [
        {"name": r.name, "file": shown(r.file), "line": r.line, "result": r.result}
        | ({"reason": r.reason} if r.reason else {})
        for r in results
    ]
    return {"schema": "bedplate.policy-tests/v1", "by": by, "tests": entries}


def tests_text(by: str, results: Sequence[Tested]) -> str:
    """Return what failed, one a line, and how many tests held."""
    lines = [
        f"{shown(r.file)}:{r.line}: {r.name} {_said(r)}" for r in results if r.result != "pass"
    ]
    held = len(results) - len(lines)
    if not results:
        return "No tests were found. Fix: write rules named test_… in files named …_test.rego."
    return "\n".join([*lines, f"{held} of {len(results)} tests hold, run by {by}."])


def _said(result: Tested) -> str:
    return f"broke: {result.reason}" if result.result == "error" else "does not hold"


def diff_document(policies: Policies, changes: Sequence[Changed]) -> dict[str, Any]:
    """Return the JSON form of a comparison."""
    return {
        "schema": "bedplate.policy-diff/v1",
        "policies": {
            "added": list(policies.added),
            "removed": list(policies.removed),
            "changed": list(policies.changed),
        },
        "environments": [
            {
                "environment": change.environment,
                "newly_blocked": [finding.to_json() for finding in change.newly],
                "no_longer_blocked": [finding.to_json() for finding in change.no_longer],
            }
            for change in changes
        ],
    }


def diff_text(policies: Policies, changes: Sequence[Changed], *, to_file: bool) -> str:
    """Return the comparison as text: policies, then environments, then what newly blocks."""
    counts = table("Environment", right=("Newly blocked by", "No longer blocked by"))
    for change in changes:
        counts.add_row(change.environment, str(len(change.newly)), str(len(change.no_longer)))
    lines = [
        f"Policies {word}: {', '.join(names) or 'none'}"
        for word, names in (
            ("added", policies.added),
            ("removed", policies.removed),
            ("changed", policies.changed),
        )
    ]
    for change in changes:
        lines += [f"{change.environment}: {_line(finding)}" for finding in change.newly]
    return rendered(counts, "", *lines, to_file=to_file)


def _line(finding: Finding) -> str:
    name = finding.urn.rpartition("::")[2]
    return f"{finding.policy} {finding.severity} would {_verb(finding)} {name}: {finding.message}"


def _verb(finding: Finding) -> str:
    return {"fail": "refuse", "error": "break on"}.get(finding.verdict, "be open on")
