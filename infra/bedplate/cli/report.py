"""Verb `report`: environments side by side in one HTML file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bedplate.cli.console import deliver, say, working
from bedplate.cli.parameters import Environments, NoCache, Stacks, examples
from bedplate.cli.places import cache_folder, chosen, gate_options
from bedplate.errors import shown

EXAMPLES = examples(
    "bedplate report",
    "bedplate report staging prod --output audit/2026-11.html",
)
"""End of the help page."""

Output = Annotated[
    Path,
    typer.Option(
        "--output", metavar="FILE", help="File to write; it is replaced whole or not at all."
    ),
]


def report(
    environments: Environments = None,
    *,
    stacks: Stacks = Path("stacks"),
    output: Output = Path("report.html"),
    no_cache: NoCache = False,
) -> None:
    """Write a report for people, as one HTML file.

    It needs no network, and shows environments side by side: findings by policy and clause,
    waivers, resources as a graph, cost, the newest release with its approvals, and the ledger. It
    exits 0 whatever it shows; what blocks a pipeline is `bedplate check`.
    """
    from bedplate.governance.assessment import assess  # noqa: PLC0415 - see bedplate.cli
    from bedplate.report import build  # noqa: PLC0415 - likewise

    names = chosen(environments or (), stacks)
    options = replace(gate_options(stacks), cache=None if no_cache else cache_folder())
    with working(f"Checking {', '.join(names)}"):
        found = assess(names, options)
    with working(f"Writing {shown(output)}"):
        ordered = found if environments else build.in_order(found)
        deliver(build.report(ordered, options, datetime.now(UTC)), output)
    say(f"Written to {shown(output)}.")
