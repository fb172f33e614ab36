"""JUnit XML, for test reports: a suite per environment, a case per policy.

What passed is a case that passed, so that the report is evidence of what was asked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from bedplate.policy.formats.report import kind_of, name_of, sentence, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.policy.finding import Finding
    from bedplate.policy.formats.report import EnvironmentReport, Report, Rule

_FILES: Final = "files"
"""Case of what is wrong in files, or kept an environment from being judged."""
_NOT_XML: Final = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def render(report: Report) -> str:
    """Return a check as JUnit XML."""
    root = ET.Element("testsuites", {"name": "bedplate check"})
    for one in report.environments:
        root.append(_suite(report, one))
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}'


def _suite(report: Report, one: EnvironmentReport) -> ET.Element:
    suite = ET.Element(
        "testsuite",
        {
            "name": _clean(one.environment),
            "timestamp": report.now.strftime("%Y-%m-%dT%H:%M:%S"),
            "time": "0",
        },
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in {"tier": one.tier, "outcome": one.outcome}.items():
        ET.SubElement(properties, "property", {"name": name, "value": _clean(value)})
    suite.append(_files(report, one))
    by_policy: dict[str, list[Finding]] = defaultdict(list)
    for finding in one.findings:
        by_policy[finding.policy].append(finding)
    for rule in report.rules():
        if rule.id in by_policy:
            suite.append(_case(report, one, rule, by_policy[rule.id]))
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    suite.set("tests", str(len(suite.findall("testcase"))))
    for name, tag in kinds.items():
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))
    if one.notes:
        text = "\n".join(str(note) for note in one.notes)
        ET.SubElement(suite, "system-out").text = _clean(f"Waivers:\n{text}")
    return suite


def _files(report: Report, one: EnvironmentReport) -> ET.Element:
    """Return the case of the environment's files, with everything that is wrong in them."""
    place = report.place(one, one.problems[0] if one.problems else None)
    case = _testcase(one, _FILES, f"{_FILES}: valid", place.path, place.line)
    wrong = [*([one.refusal] if one.refusal else []), *(str(problem) for problem in one.problems)]
    if wrong:
        message = one.refusal or told(one.problems[0])
        _outcome(case, "failure", "blocked", message, wrong)
    return case


def _case(
    report: Report, one: EnvironmentReport, rule: Rule, findings: Sequence[Finding]
) -> ET.Element:
    """Return the case of a policy; one that only warns or is waived is told, and does not fail."""
    told_of = [finding for finding in findings if finding.verdict not in {"pass", "not_applicable"}]
    told_of.sort(key=lambda finding: not finding.blocks)
    first = told_of[0] if told_of else findings[0]
    place = report.place(one, first.source)
    case = _testcase(one, rule.concern, f"{rule.id}: {rule.title}", place.path, place.line)
    lines = [_line(report, one, finding) for finding in told_of]
    blocking = [finding for finding in told_of if finding.blocks]
    if any(finding.verdict == "error" for finding in blocking):
        _outcome(case, "error", kind_of(first), sentence(first), lines)
    elif blocking:
        _outcome(case, "failure", kind_of(first), sentence(first), lines)
    elif told_of and all(finding.verdict == "waived" for finding in told_of):
        _outcome(case, "skipped", kind_of(first), sentence(first), lines)
    elif told_of:
        ET.SubElement(case, "system-out").text = _clean("\n".join(lines))
    elif all(finding.verdict == "not_applicable" for finding in findings):
        _outcome(case, "skipped", "not applicable", first.message, [])
    return case


def _testcase(one: EnvironmentReport, concern: str, name: str, path: str, line: int) -> ET.Element:
    classname = ".".join(part for part in ("bedplate", one.environment, concern) if part)
    values = {"classname": classname, "name": name, "file": path, "line": str(line), "time": "0"}
    return ET.Element("testcase", {key: _clean(value) for key, value in values.items()})


def _outcome(case: ET.Element, tag: str, kind: str, message: str, lines: Sequence[str]) -> None:
    values = {"message": message} if tag == "skipped" else {"type": kind, "message": message}
    outcome = ET.SubElement(case, tag, {key: _clean(value) for key, value in values.items()})
    outcome.text = _clean("\n".join(lines)) or None


def _line(report: Report, one: EnvironmentReport, finding: Finding) -> str:
    place = report.place(one, finding.source)
    where = f"{place.path}:{place.line}"
    return f"{where}: {kind_of(finding)}: {name_of(finding.urn)}: {sentence(finding)}"


def _clean(text: str) -> str:
    """Return text without the characters that XML can't hold."""
    return _NOT_XML.sub(" ", text)
