"""Markdown, for a comment on a change or the summary of a job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bedplate.policy.formats.report import VERDICTS, kind_of, name_of, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bedplate.policy.formats.report import EnvironmentReport, Report

MOST: Final = 200
"""Findings of one environment that are listed: code hosts cut long texts, and nobody reads them."""
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>|#~])")
_HEADS: Final = ("Passed", "Failed", "Open", "Not applicable", "Waived", "Errors")


def render(report: Report) -> str:
    """Return a check as Markdown: a table of environments, then what each has to change."""
    parts = ["# Bedplate check", "", *_summary(report)]
    for one in report.environments:
        details = [*_details(report, one), *_waivers(one)]
        if details:
            parts += ["", f"## {_plain(one.environment)}: {one.outcome}", "", *details]
    return "\n".join(parts)


def _summary(report: Report) -> Iterator[str]:
    yield _row("Environment", "Verdict", "Resources", *_HEADS)
    yield _row("---", "---", *("---:" for _ in range(len(_HEADS) + 1)))
    for one in report.environments:
        counts = (str(one.counts[verdict]) for verdict in VERDICTS)
        yield _row(_plain(one.environment), f"**{one.outcome}**", str(one.resources), *counts)


def _details(report: Report, one: EnvironmentReport) -> list[str]:
    lines: list[str] = []
    if one.refusal:
        lines += [_plain(one.refusal), ""]
    if one.problems:
        lines += [*(f"- {_plain(str(problem))}" for problem in one.problems), ""]
    listed = list(one.listed())
    if listed:
        lines += [_row("Where", "Policy", "Severity", "Resource", "What"), _row(*["---"] * 5)]
        for finding in listed[:MOST]:
            place = report.place(one, finding.source)
            what = sentence(finding) + (f" It is set in {place.note}." if place.note else "")
            where = f"{place.path}:{place.line}"
            name = name_of(finding.urn)
            cells = (where, finding.policy, kind_of(finding), name, what)
            lines.append(_row(*(_plain(cell) for cell in cells)))
        lines += ["", *_more(listed[MOST:])]
    return lines


def _more(rest: Sequence[object]) -> list[str]:
    return [f"{len(rest)} further findings are not listed here.", ""] if rest else []


def _waivers(one: EnvironmentReport) -> Iterator[str]:
    if not one.rulings:
        return
    yield _row("Waiver", "Policy", "Ticket", "Approved by", "Expires", "Status", "Findings")
    yield _row(*["---"] * 6, "---:")
    for ruling in one.rulings:
        waiver = ruling.waiver
        cells = (waiver.id, waiver.policy, waiver.ticket, waiver.approved_by or "nobody")
        texts = (*cells, waiver.expires.isoformat(), ruling.status, str(ruling.findings))
        yield _row(*(_plain(text) for text in texts))
    notes = [f"- {_plain(str(note))}" for note in one.notes]
    yield from ["", *notes] if notes else []


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()).replace("&", "&amp;"))
