"""Verb `mirror`: what to copy for an installation without a way out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bedplate.cli.console import deliver, rendered, table, working
from bedplate.cli.parameters import Environment, Output, OutputFormat, Stacks, examples
from bedplate.cli.places import chosen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.operate.mirror import Copy

EXAMPLES = examples(
    "bedplate mirror list prod", "bedplate mirror list prod --format json --output copies.json"
)
"""End of the help page."""

app = typer.Typer(no_args_is_help=True)


@app.callback(epilog=EXAMPLES)
def mirror() -> None:
    """Prepare an installation without a way out."""


@app.command("list", epilog=EXAMPLES)
def list_(
    environment: Environment,
    *,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
    output: Output = None,
) -> None:
    """List what to copy: charts, images, manifests; from where, to where.

    Exactly what the environment's platform layer takes from a mirror, or from its own registry.
    """
    from bedplate.components.platform.supply import supply_of  # noqa: PLC0415 - see bedplate.cli
    from bedplate.components.scope import Scope  # noqa: PLC0415 - likewise
    from bedplate.governance.assessment import Options  # noqa: PLC0415 - likewise
    from bedplate.governance.simulation import resolved, simulated  # noqa: PLC0415 - likewise
    from bedplate.operate.mirror import copies  # noqa: PLC0415 - likewise

    chosen([environment], stacks)
    options = Options(stacks)
    with working(f"Simulating {environment}"):
        found = resolved(environment, options)
        (layer,) = simulated(found, options, ("platform",)).layers
    listed = copies(layer, supply_of(Scope(found.spec)))
    if output_format == "json":
        document = {"schema": "bedplate.mirror/v1", "environment": environment}
        entries = {"copies": [each.to_json() for each in listed]}
        text = json.dumps(document | entries, indent=2, ensure_ascii=False)
    else:
        text = _text(environment, listed, to_file=output is not None)
    deliver(text, output)


def _text(environment: str, listed: Sequence[Copy], *, to_file: bool) -> str:
    if not listed:
        return f"Nothing needs to be copied: {environment} pulls from where things are published."
    shown = table("Kind", "Source", "Target")
    for each in listed:
        version = f" {each.version}" if each.kind == "chart" else ""
        shown.add_row(each.kind, f"{each.source}{version}", each.target)
    counts = ", ".join(
        f"{sum(each.kind == kind for each in listed)} {kind}s"
        for kind in ("chart", "image", "manifest")
    )
    return rendered(shown, "", f"To copy for {environment}: {counts}.", to_file=to_file)
