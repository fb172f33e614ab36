"""SARIF 2.1.0 (OASIS), for code hosts and editors: every finding at the line to change."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from bedplate.policy.formats.report import excused, name_of, sentence, told
from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.errors import Problem
    from bedplate.policy.catalogue import Severity
    from bedplate.policy.finding import Finding
    from bedplate.policy.formats.report import EnvironmentReport, Place, Report, Rule

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
"""Where the schema of the form is published."""
ROOT: Final = "%SRCROOT%"
"""Name of the repository's root, as code hosts know it."""
FILE_RULE: Final = "BEDPLATE-FILE"
"""Rule of what is wrong in files, or kept an environment from being judged."""
WAIVER_RULE: Final = "BEDPLATE-WAIVER"
"""Rule of waivers that do not hold, excuse nothing or are about to end."""

LEVELS: Final[dict[Severity, str]] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
}
"""Level of a rule by its severity; a finding that does not block is a warning at most."""
SCORES: Final[dict[Severity, str]] = {
    "critical": "9.5",
    "high": "8.0",
    "medium": "5.5",
    "low": "3.0",
}
"""Score of a severity, within the bounds by which GitHub names it."""

_OWN_RULES: Final[dict[str, tuple[str, str, str]]] = {
    FILE_RULE: (
        "ValidFiles",
        "The files of an environment are valid and can be judged.",
        "Change what the message names. Until then nothing can be said of the environment.",
    ),
    WAIVER_RULE: (
        "WaiversHold",
        "Every waiver holds and excuses something.",
        "Renew, mend or remove the waiver. Until then what it was for counts.",
    ),
}
"""Rules that are no policies: name, what holds, help."""


def render(report: Report) -> str:
    """Return a check as SARIF."""
    return json.dumps(document(report), indent=2, ensure_ascii=False)


def document(report: Report) -> dict[str, Any]:
    """Return a check as a SARIF log of one run."""
    rules = [*map(_rule, report.rules()), *(_own_rule(name) for name in _OWN_RULES)]
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    results = [result for one in report.environments for result in _results(report, one)]
    for result in results:
        result["ruleIndex"] = index[result["ruleId"]]
    run = {
        "tool": {
            "driver": {
                "name": "Bedplate",
                "version": BEDPLATE,
                "semanticVersion": BEDPLATE,
                "shortDescription": {"text": "Judges machine-learning platforms by policies."},
                "rules": rules,
            }
        },
        "automationDetails": {"id": "bedplate/check/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(report)],
        "results": results,
        "properties": {"verdicts": {one.environment: one.counts for one in report.environments}},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _invocation(report: Report) -> dict[str, Any]:
    refused = [one for one in report.environments if one.refusal]
    return {
        "executionSuccessful": not refused,
        "exitCode": report.code,
        "endTimeUtc": report.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "toolExecutionNotifications": [
            {"level": "error", "message": {"text": f"{one.environment}: {one.refusal}"}}
            for one in refused
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    controls = ", ".join(rule.controls) or "none"
    text = f"{rule.remediation}\n\nMaps to: {controls}."
    return {
        "id": rule.id,
        "name": _pascal(rule.title),
        "shortDescription": {"text": _stopped(rule.title)},
        "fullDescription": {"text": _stopped(rule.description)},
        "help": {"text": text, "markdown": f"**Prefer:** {text}"},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", *([rule.concern] if rule.concern else []), *rule.controls],
            "security-severity": SCORES[rule.severity],
            "precision": "high",
            "severity": rule.severity,
        },
    }


def _own_rule(name: str) -> dict[str, Any]:
    pascal, what, text = _OWN_RULES[name]
    level = "error" if name == FILE_RULE else "warning"
    return {
        "id": name,
        "name": pascal,
        "shortDescription": {"text": what},
        "fullDescription": {"text": what},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": level},
    }


def _results(report: Report, one: EnvironmentReport) -> Iterator[dict[str, Any]]:
    if one.refusal:
        yield _told(FILE_RULE, "error", one.refusal, report.place(one, None), one)
    for problem in one.problems:
        yield _problem(FILE_RULE, "error", problem, report, one)
    for finding in one.listed():
        yield _finding(finding, report, one)
    for problem in one.notes:
        yield _problem(WAIVER_RULE, "warning", problem, report, one)


def _problem(
    rule: str, level: str, problem: Problem, report: Report, one: EnvironmentReport
) -> dict[str, Any]:
    return _told(rule, level, told(problem), report.place(one, problem), one)


def _told(rule: str, level: str, text: str, place: Place, one: EnvironmentReport) -> dict[str, Any]:
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": f"{one.environment}: {text}"},
        "locations": [{"physicalLocation": _physical(place)}],
        "partialFingerprints": _fingerprint(rule, one.environment, text),
        "properties": {"environment": one.environment},
    }


def _finding(finding: Finding, report: Report, one: EnvironmentReport) -> dict[str, Any]:
    place = report.place(one, finding.source)
    said = finding.excuse.verdict if finding.excuse else finding.verdict
    # Code hosts hide what is `open`; what stops a deployment has to be seen.
    is_open = said == "unresolved" and not finding.blocks
    name = name_of(finding.urn)
    result: dict[str, Any] = {
        "ruleId": finding.policy,
        "kind": "open" if is_open else "fail",
        "level": "none" if is_open else _level(finding),
        "message": {"text": _text(finding, place, one)},
        "locations": [
            {
                "physicalLocation": _physical(place),
                "logicalLocations": [
                    {"name": name, "fullyQualifiedName": finding.urn, "kind": "resource"}
                ],
            }
        ],
        "partialFingerprints": _fingerprint(
            finding.policy, one.environment, finding.urn, finding.level
        ),
        "properties": {
            "environment": one.environment,
            "tier": one.tier,
            "severity": finding.severity,
            "verdict": finding.verdict,
            "enforcement": finding.enforcement,
            "blocks": finding.blocks,
            "resourceType": finding.type,
            "controls": list(finding.controls),
        },
    }
    if finding.excuse is not None:
        result["suppressions"] = [_suppression(finding)]
    return result


def _level(finding: Finding) -> str:
    """Return the level of a violation: one that does not block is a warning at most."""
    if finding.blocks:
        return "error"
    level = LEVELS[finding.severity]
    return "warning" if level == "error" and finding.excuse is None else level


def _suppression(finding: Finding) -> dict[str, Any]:
    waiver = finding.excuse
    return {
        "kind": "external",
        "status": "accepted",
        "justification": excused(finding),
        "properties": {
            "waiver": waiver and waiver.id,
            "ticket": waiver and waiver.ticket,
            "expires": waiver and waiver.expires,
        },
    }


def _text(finding: Finding, place: Place, one: EnvironmentReport) -> str:
    note = f" It is set in {place.note}." if place.note else ""
    return f"{one.environment}: {name_of(finding.urn)}: {sentence(finding)}{note}"


def _physical(place: Place) -> dict[str, Any]:
    region = {"startLine": place.line} | ({"startColumn": place.column} if place.column else {})
    return {"artifactLocation": {"uri": _uri(place.path), "uriBaseId": ROOT}, "region": region}


def _uri(path: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - only this form needs it

    return quote(path)


def _fingerprint(*parts: str) -> dict[str, str]:
    """Return what a result is known by while lines move."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    return {"bedplateFinding/v1": digest}


def _stopped(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _pascal(title: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", title))
