"""Verb `policies`: what environments are judged by."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bedplate.cli.console import deliver, rendered, table
from bedplate.cli.parameters import Output, OutputFormat, examples
from bedplate.cli.places import suggestion
from bedplate.errors import UsageError, shown

if TYPE_CHECKING:
    from rich.table import Table

    from bedplate.policy.catalogue import Policy

EXAMPLES = examples(
    "bedplate policies", "bedplate policies --concern encryption", "bedplate policies --format json"
)
"""End of the help page."""

Concern = Annotated[
    str | None,
    typer.Option("--concern", help="Only the policies of one concern.", show_default=False),
]


def policies(
    concern: Concern = None, output_format: OutputFormat = "table", output: Output = None
) -> None:
    """List what environments are judged by."""
    found = _chosen(concern)
    if output_format == "json":
        entries = [asdict(policy) | {"file": shown(policy.file)} for policy in found]
        document = {"schema": "bedplate.policies/v1", "policies": entries}
        deliver(json.dumps(document, indent=2, ensure_ascii=False, default=list), output)
    else:
        deliver(rendered(_table(found), to_file=output is not None), output)


def _chosen(concern: str | None) -> list[Policy]:
    from bedplate.assets import asset  # noqa: PLC0415 - see bedplate.cli
    from bedplate.policy.catalogue import load_catalogue  # noqa: PLC0415

    folder = asset("policies")
    catalogue = load_catalogue([folder / "deploy"], [folder / "controls.yaml"])
    concerns = {policy.concern for policy in catalogue.policies}
    if concern is not None and concern not in concerns:
        problem = f"There is no concern `{concern}`."
        raise UsageError(f"{problem} Fix: {suggestion(concern, concerns)}")
    return [policy for policy in catalogue.policies if concern in (None, policy.concern)]


def _table(found: list[Policy]) -> Table:
    listed = table("Policy", "Severity", "Level", "Concern", "Holds that")
    for policy in found:
        listed.add_row(policy.id, policy.severity, policy.level, policy.concern, policy.title)
    return listed
