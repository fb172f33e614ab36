"""A check as text: what has to be changed, line by line, and a table of the environments."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from bedplate.cli.console import is_narrow, rendered, table
from bedplate.cli.cost import usd
from bedplate.errors import shown
from bedplate.governance.findings_document import resources
from bedplate.policy.formats.report import OUTCOMES, kind_of, name_of, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import JustifyMethod, RenderableType
    from rich.table import Table

    from bedplate.governance.assessment import Assessment
    from bedplate.policy.finding import Finding, Source, Verdict

_STYLES = {"clean": "green", "blocked": "bold red", "unresolved": "yellow"}
_SEVERITIES = ("critical", "high", "medium", "low")
_VERDICTS: dict[str, Verdict] = {
    "Failed": "fail",
    "Errors": "error",
    "Open": "unresolved",
    "Waived": "waived",
}
"""Columns of findings, and the verdict that each counts."""
_FIGURES = {"Resources", "Passed", "USD/hour", "USD/month"}
_COLUMNS = (
    "Environment", "Layers", "Resources", "Passed", *_VERDICTS, "USD/hour", "USD/month", "Verdict"
)  # fmt: skip
_LESS = {"Layers", "Passed"}
"""Columns that a narrow terminal does without."""
_ALWAYS = {"Environment", "Failed", "Verdict"}
"""Columns that are shown even where they say nothing."""
_WHOLE = {"Environment", "Resources", "Passed", "Verdict"}
"""Columns that are never broken."""
_MOST_ALIKE = 3
"""Findings of one policy that are shown for one line of a file."""


def table_text(assessments: Sequence[Assessment], *, to_file: bool = False) -> str:
    """Return findings and problems, and the table below them."""
    parts: list[RenderableType] = []
    for one in assessments:
        found = list(_lines(one))
        if found:
            parts += [Text(_heading(one), style="bold"), *found, ""]
    return rendered(
        *parts, _table(assessments, to_file=to_file), *_notes(assessments), to_file=to_file
    )


def _heading(one: Assessment) -> str:
    return f"{one.environment}: {OUTCOMES[one.exit_code]}"


def _lines(one: Assessment) -> Iterator[Text]:
    """Yield what blocks, what is open, what is advised against, what is waived, and notes."""
    for problem in one.problems:
        yield Text(str(problem))
    if one.refusal:
        yield Text(one.refusal)
    still_open = [f for f in one.findings if f.verdict == "unresolved"]
    advice = [f for f in one.findings if f.verdict == "fail" and not f.blocks]
    broken = [f for f in one.findings if f.blocks and f.verdict != "unresolved"]
    yield from map(Text, grouped(broken))
    for text in grouped([*still_open, *advice]):
        yield Text(text, style="yellow")
    for text in grouped([finding for finding in one.findings if finding.verdict == "waived"]):
        yield Text(text, style="dim")
    for note in one.notes:
        yield Text(str(note), style="yellow")


def grouped(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield findings on a line each; of many that one line of a file causes, only the first.

    One wrong region would otherwise be told once for every resource that lies in it.
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        place = _place(finding.source) if finding.source else finding.urn
        waiver = finding.excuse.id if finding.excuse else ""
        key = (place, finding.policy, finding.level, finding.verdict, waiver)
        groups.setdefault(key, []).append(finding)
    for group in groups.values():
        shown_ones = group if len(group) <= _MOST_ALIKE + 1 else group[:_MOST_ALIKE]
        yield from map(line, shown_ones)
        rest = len(group) - len(shown_ones)
        if rest:
            head = _head(group[0])
            yield f"{head}: {rest} further resources likewise; `--format json` lists them."


def line(finding: Finding) -> str:
    """Return a finding on one line, as editors and terminals make it clickable."""
    return f"{_head(finding)}: {sentence(finding)}"


def _head(finding: Finding) -> str:
    where = _place(finding.source) if finding.source else name_of(finding.urn)
    return f"{where}: {finding.policy} {kind_of(finding)}"


def _place(source: Source) -> str:
    numbers = [number for number in (source.line, source.column) if number]
    return ":".join([shown(source.file), *(str(number) for number in numbers)])


def _table(assessments: Sequence[Assessment], *, to_file: bool) -> Table:
    """Return the table of environments; on a narrow terminal without what says little."""
    cells = [_cells(one) for one in assessments]
    names = list(_COLUMNS)
    if is_narrow(to_file=to_file):
        said = {name for name in names if any(row[name] not in {"0", "-"} for row in cells)}
        names = [name for name in names if name in said - _LESS or name in _ALWAYS]
    summary = table()
    for name in names:
        justify: JustifyMethod = "right" if name in _FIGURES else "left"
        summary.add_column(name, justify=justify, no_wrap=name in _WHOLE)
    for row in cells:
        style = _STYLES.get(row["Verdict"], "")
        summary.add_row(*(Text(row[n], style=style if n == "Verdict" else "") for n in names))
    return summary


def _cells(one: Assessment) -> dict[str, str]:
    """Return the cells of one environment by their column."""
    cells = dict.fromkeys(_COLUMNS, "-")
    cells |= {"Environment": one.environment, "Verdict": OUTCOMES[one.exit_code]}
    if one.plan is not None:
        cells["Layers"] = ", ".join(layer.layer for layer in one.plan.layers)
        cells["Resources"] = str(resources(one))
        cells["Passed"] = str(sum(finding.verdict == "pass" for finding in one.findings))
        for name, verdict in _VERDICTS.items():
            cells[name] = _by_severity(one.findings, verdict)
    if one.cost is not None:
        more = "+" if one.cost.unpriced else ""
        least, most = usd(one.cost.idle_hourly_usd), usd(one.cost.hourly_usd)
        cells["USD/hour"] = f"{least} to {most}{more}"
        floor, ceiling = one.cost.idle_monthly_usd, one.cost.monthly_usd
        cells["USD/month"] = f"{floor:,.0f} to {ceiling:,.0f}{more}"
    return cells


def _by_severity(findings: Sequence[Finding], verdict: Verdict) -> str:
    """Return how many findings have a verdict, by severity; advisories are told apart."""
    counts: Counter[str] = Counter()
    for finding in findings:
        if finding.verdict == verdict:
            advisory = verdict == "fail" and not finding.blocks
            counts[f"{finding.severity}{' advisory' if advisory else ''}"] += 1
    order = [f"{name}{more}" for more in ("", " advisory") for name in _SEVERITIES]
    return ", ".join(f"{counts[name]} {name}" for name in order if counts[name]) or "0"


def _notes(assessments: Sequence[Assessment]) -> Iterator[str]:
    priced = [one for one in assessments if one.cost is not None]
    if priced:
        yield "Costs run from idle to full scale throughout; `bedplate cost ENV` shows parts."
    for one in priced:
        if one.cost is not None and one.cost.unpriced:
            names = ", ".join(one.cost.unpriced)
            yield f"+ {one.environment}: no price for {names}."
