"""Verb `preview`: what an environment would create."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bedplate.cli.console import complain, deliver, working
from bedplate.cli.parameters import Environment, Layer, Output, Stacks, examples
from bedplate.cli.places import chosen, layers_named
from bedplate.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bedplate.engine.plan import Plan
    from bedplate.engine.request import LayerRequest

EXAMPLES = examples(
    "bedplate preview dev",
    "bedplate preview prod --format json --output prod.plan.json",
    "bedplate preview prod --format opa --output prod.opa.json",
    "bedplate preview dev --engine pulumi --sandbox",
)
"""End of the help page."""

Engine = Annotated[
    Literal["simulator", "pulumi"],
    typer.Option("--engine", help="Run the program in process, or by the Pulumi CLI."),
]
Sandbox = Annotated[
    bool,
    typer.Option("--sandbox", help="Pulumi: use the stand-in provider, without an AWS account."),
]
PlanFormat = Annotated[
    Literal["tree", "json", "opa"],
    typer.Option("--format", help="How to show it; opa: as input for opa and conftest."),
]


def preview(
    environment: Environment,
    *,
    layer: Layer = None,
    engine: Engine = "simulator",
    sandbox: Sandbox = False,
    stacks: Stacks = Path("stacks"),
    output_format: PlanFormat = "tree",
    output: Output = None,
) -> None:
    """Show what an environment would create.

    A tree of resources and a summary, or the whole plan as JSON. The simulator gives every
    resource plausible outputs, as if it had been deployed. The Pulumi CLI asks AWS, or the stand-in
    provider; what only a deployment would tell stays unknown.
    """
    from bedplate.governance.assessment import Options  # noqa: PLC0415 - see bedplate.cli
    from bedplate.governance.simulation import request, resolved, simulated  # noqa: PLC0415

    chosen([environment], stacks)
    layers = layers_named(layer)
    if sandbox and engine != "pulumi":
        raise UsageError("--sandbox is for the Pulumi CLI. Fix: add --engine pulumi.")
    options = Options(stacks)
    _announce(sandbox=sandbox)
    with working(f"Previewing {environment}") as progress:
        values = resolved(environment, options)
        if engine == "simulator":
            plan = simulated(values, options, layers)
        else:
            requests = [request(values, name, options, {}) for name in layers]
            plan = _by_pulumi(environment, requests, progress, in_sandbox=sandbox)
    if output_format == "opa":
        from bedplate.governance.opa_documents import opa_document  # noqa: PLC0415

        text = opa_document(values, plan, stacks)
    else:
        text = _text(plan, output_format, to_file=output is not None)
    deliver(text, output)


def _announce(*, sandbox: bool) -> None:
    if sandbox:
        from bedplate.engine.sandbox import BANNER  # noqa: PLC0415 - see bedplate.cli

        complain(BANNER)


def _by_pulumi(
    environment: str,
    requests: Sequence[LayerRequest],
    progress: Callable[[str], None],
    *,
    in_sandbox: bool,
) -> Plan:
    """Return the plan that the Pulumi CLI previews; a layer reads others' exports by itself."""
    from bedplate.engine.plan import Plan  # noqa: PLC0415 - see bedplate.cli
    from bedplate.engine.pulumi_cli import preview_layer  # noqa: PLC0415

    layers = (preview_layer(one, in_sandbox=in_sandbox, progress=progress) for one in requests)
    return Plan(environment, tuple(layers))


def _text(plan: Plan, output_format: str, *, to_file: bool) -> str:
    if output_format == "json":
        return plan.dumps().rstrip("\n")
    from bedplate.cli.plan_tree import tree_text  # noqa: PLC0415 - Rich is slow to import

    return tree_text(plan, to_file=to_file)
