"""Verb `cost`: what an environment would cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bedplate.cli.console import complain, deliver, rendered, table, working
from bedplate.cli.parameters import Environment, NoCache, Output, OutputFormat, Stacks, examples
from bedplate.cli.places import cache_folder, chosen

if TYPE_CHECKING:
    from rich.table import Table

    from bedplate.operate.cost import Cost, Line

EXAMPLES = examples("bedplate cost prod", "bedplate cost prod --format json --output cost.json")
"""End of the help page."""


def cost(
    environment: Environment,
    *,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
    output: Output = None,
    no_cache: NoCache = False,
) -> None:
    """Estimate what an environment would cost.

    Two figures bound it: idle, with everything at its smallest, and full scale, with every pool at
    its largest all the time. What has no price is named, and counted nowhere.
    """
    from bedplate.governance.assessment import Options, assess  # noqa: PLC0415 - see bedplate.cli

    chosen([environment], stacks)
    options = Options(stacks, cache=None if no_cache else cache_folder())
    with working(f"Pricing {environment}"):
        (assessment,) = assess([environment], options)
    if assessment.cost is None:
        for problem in assessment.problems:
            complain(str(problem))
        if assessment.refusal:
            complain(assessment.refusal)
        raise typer.Exit(assessment.exit_code)
    if output_format == "json":
        document = {"schema": "bedplate.cost/v1", "environment": environment}
        text = json.dumps(document | assessment.cost.to_json(), indent=2, ensure_ascii=False)
    else:
        text = table_text(assessment.cost, to_file=output is not None)
    deliver(text, output)


def table_text(cost: Cost, *, to_file: bool = False) -> str:
    """Return the estimate as a table, with what is not in it below."""
    parts = ["", *_notes(cost)]
    return rendered(_table(cost), *parts, to_file=to_file)


def _table(cost: Cost) -> Table:
    figures = ("Quantity", "USD/h idle", "USD/h full", "USD/month full")
    priced = table("Component", "Price", right=figures)
    for component in cost.components:
        for line in component.lines:
            priced.add_row(line.path, line.key, _quantity(line), *_figures(line))
        priced.add_section()
    priced.add_row("all", "", "", *_row(cost.idle_hourly_usd, cost.hourly_usd), style="bold")
    return priced


def _figures(line: Line) -> tuple[str, str, str]:
    if line.hourly_usd is None or line.idle_hourly_usd is None:
        reason = "no price" if not line.source else "not known yet"
        return reason, reason, reason
    return _row(line.idle_hourly_usd, line.hourly_usd)


def _row(idle_hourly_usd: float, hourly_usd: float) -> tuple[str, str, str]:
    from bedplate.operate.prices import HOURS_PER_MONTH  # noqa: PLC0415 - see bedplate.cli

    return usd(idle_hourly_usd), usd(hourly_usd), usd(hourly_usd * HOURS_PER_MONTH)


def _quantity(line: Line) -> str:
    unit = line.unit if line.unit == "GiB" or line.quantity == 1 else f"{line.unit}s"
    if line.quantity is None or line.idle_quantity is None:
        return f"? {unit}"
    if line.quantity == line.idle_quantity:
        return f"{line.quantity:,.0f} {unit}"
    return f"{line.idle_quantity:,.0f} to {line.quantity:,.0f} {unit}"


def usd(amount: float) -> str:
    """Return an amount of US dollars, rounded to cents."""
    return f"{amount:,.2f}"


def _notes(cost: Cost) -> list[str]:
    idle, full = usd(cost.idle_monthly_usd), usd(cost.monthly_usd)
    notes = [f"A month of 730 hours: {idle} USD idle, {full} USD at full scale throughout."]
    if cost.unpriced:
        notes.append(f"Not in these figures, for want of a price: {', '.join(cost.unpriced)}.")
        notes.append("Add them under `prices:` in the environment file, by these keys.")
    notes.append(f"Not in these figures, priced by use: {', '.join(cost.by_use)}.")
    sources = sorted({(x.dated, x.source) for c in cost.components for x in c.lines if x.source})
    notes.append("Prices:")
    notes += [f"  {source} ({dated})" for dated, source in sources]
    return notes
