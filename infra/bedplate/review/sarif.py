"""A review as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from bedplate.policy.catalogue import Severity
    from bedplate.review.rule import Fault, Rule
    from bedplate.review.score import Review

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final[dict[Severity, str]] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
}


def sarif(found: Review) -> dict[str, Any]:
    """Return the SARIF log: every rule, and a result for each fault."""
    rules = [result.rule for result in found.results]
    driver = {
        "name": "bedplate review",
        "version": BEDPLATE,
        "rules": [_descriptor(rule) for rule in rules],
    }
    results = [
        _result(result.rule, rules.index(result.rule), fault)
        for result in found.results
        for fault in result.faults
    ]
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _descriptor(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(rule: Rule, index: int, fault: Fault) -> dict[str, Any]:
    # SARIF wants a file: what is missing from the whole repository is reported at its README.
    place: dict[str, Any] = {"artifactLocation": {"uri": fault.file or "README.md"}}
    if fault.line:
        place["region"] = {"startLine": fault.line}
    return {
        "ruleId": rule.id,
        "ruleIndex": index,
        "level": _LEVELS[rule.severity],
        "message": {"text": f"{fault.message} Fix: {rule.fix}"},
        "locations": [{"physicalLocation": place}],
    }
