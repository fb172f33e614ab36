"""A check as text: what has to be changed, line by line, and a table of the environments."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from bedplate.cli.console import rendered, table
from bedplate.cli.cost import usd
from bedplate.cli.findings_document import OUTCOMES, resources
from bedplate.cli.places import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from bedplate.governance.assessment import Assessment
    from bedplate.policy.finding import Finding, Source, Verdict

_STYLES = {"clean": "green", "blocked": "bold red", "unresolved": "yellow"}
_SEVERITIES = ("critical", "high", "medium", "low")


def table_text(assessments: Sequence[Assessment], *, to_file: bool = False) -> str:
    """Return findings and problems, and the table below them."""
    parts: list[RenderableType] = []
    for one in assessments:
        found = list(_lines(one))
        if found:
            parts += [Text(_heading(one), style="bold"), *found, ""]
    return rendered(*parts, _table(assessments), *_notes(assessments), to_file=to_file)


def _heading(one: Assessment) -> str:
    return f"{one.environment}: {OUTCOMES[one.exit_code]}"


def _lines(one: Assessment) -> Iterator[Text]:
    """Yield what blocks first, then what is open, then what is only advised against."""
    for problem in one.problems:
        yield Text(str(problem))
    if one.refusal:
        yield Text(one.refusal)
    for finding in one.findings:
        if finding.blocks:
            yield Text(line(finding))
    for finding in one.findings:
        if finding.verdict == "unresolved":
            yield Text(line(finding), style="yellow")
    for finding in one.findings:
        if finding.verdict == "fail" and not finding.blocks:
            yield Text(line(finding), style="yellow")


def line(finding: Finding) -> str:
    """Return a finding on one line, as editors and terminals make it clickable."""
    kind: str = finding.severity
    if finding.verdict != "fail":
        kind = f"{kind} {finding.verdict}"
    elif finding.level == "advisory":
        kind = f"{kind} advisory"
    name = finding.urn.rsplit("::", maxsplit=1)[-1]
    where = _place(finding.source) if finding.source else name
    message = finding.message.rstrip(".") or "no message"
    fix = finding.remediation.rstrip(".")
    return f"{where}: {finding.policy} {kind}: {message}." + (f" Fix: {fix}." if fix else "")


def _place(source: Source) -> str:
    numbers = [number for number in (source.line, source.column) if number]
    return ":".join([shown(source.file), *(str(number) for number in numbers)])


def _table(assessments: Sequence[Assessment]) -> Table:
    verdicts = ("Failed", "Errors", "Open", "Waived")
    figures = ("Resources", "Passed", "USD/hour", "USD/month")
    summary = table("Environment", "Layers", "Verdict", *verdicts, right=figures)
    for one in assessments:
        outcome = OUTCOMES[one.exit_code]
        style = _STYLES[outcome]
        summary.add_row(one.environment, _layers(one), Text(outcome, style=style), *_row(one))
    return summary


def _layers(one: Assessment) -> str:
    return ", ".join(layer.layer for layer in one.plan.layers) if one.plan else "-"


def _row(one: Assessment) -> Iterator[str]:
    verdicts: tuple[Verdict, ...] = ("fail", "error", "unresolved", "waived")
    for verdict in verdicts:
        yield _by_severity(one.findings, verdict) if one.plan else "-"
    yield str(resources(one)) if one.plan else "-"
    yield str(sum(finding.verdict == "pass" for finding in one.findings)) if one.plan else "-"
    if one.cost is None:
        yield from ("-", "-")
        return
    more = "+" if one.cost.unpriced else ""
    for least, most in (
        (one.cost.idle_hourly_usd, one.cost.hourly_usd),
        (one.cost.idle_monthly_usd, one.cost.monthly_usd),
    ):
        yield f"{usd(least)} to {usd(most)}{more}"


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
