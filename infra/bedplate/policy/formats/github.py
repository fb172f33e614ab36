"""GitHub: annotations at the lines of a pull request, and the summary of a job.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from bedplate.policy.formats.report import kind_of, name_of, sentence, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.policy.finding import Finding
    from bedplate.policy.formats.report import EnvironmentReport, Place, Report

Command = Literal["error", "warning", "notice"]
"""How grave an annotation is."""

_DATA: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY: Final = _DATA | {":": "%3A", ",": "%2C"}


def render(report: Report) -> str:
    """Return a check as workflow commands, one a line; what blocks comes first."""
    lines = [line for one in report.environments for line in _lines(report, one)]
    order: dict[str, int] = {"::error": 0, "::warning": 1}
    lines.sort(key=lambda line: order.get(line.split(" ", 1)[0], 2))
    return "\n".join([*lines, *(_outcome(one) for one in report.environments)])


def _lines(report: Report, one: EnvironmentReport) -> Iterator[str]:
    name = one.environment
    if one.refusal:
        title = f"{name}: it could not be judged"
        yield _command("error", report.place(one, None), title, one.refusal)
    for problem in one.problems:
        place = report.place(one, problem)
        yield _command("error", place, f"{name}: invalid file", told(problem))
    for finding in one.listed():
        place = report.place(one, finding.source)
        title = f"{name}: {finding.policy} {kind_of(finding)}"
        note = f" It is set in {place.note}." if place.note else ""
        text = f"{name_of(finding.urn)}: {sentence(finding)}{note}"
        yield _command(_gravity(finding), place, title, text)
    for problem in one.notes:
        yield _command("warning", report.place(one, problem), f"{name}: waiver", told(problem))


def _outcome(one: EnvironmentReport) -> str:
    counts = ", ".join(f"{number} {verdict}" for verdict, number in one.counts.items() if number)
    return f"{one.environment}: {one.outcome} ({counts or 'nothing was judged'})"


def _gravity(finding: Finding) -> Command:
    if finding.blocks:
        return "error"
    return "notice" if finding.verdict == "waived" else "warning"


def _command(command: Command, place: Place, title: str, text: str) -> str:
    values = {"file": place.path, "line": str(place.line)}
    if place.column:
        values["col"] = str(place.column)
    values["title"] = title
    listed = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in values.items())
    return f"::{command} {listed}::{_escaped(text, _DATA)}"


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character, character) for character in text)
