"""Verb `drift`: what somebody changed outside Pulumi."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bedplate.cli.console import deliver
from bedplate.cli.parameters import Environment, Layer, Output, OutputFormat, Stacks, examples
from bedplate.cli.people import person
from bedplate.cli.places import chosen, gate_options, layers_named
from bedplate.cli.up import Deployer, Sandbox, at_work
from bedplate.errors import EXIT_BLOCKED, EXIT_CLEAN

if TYPE_CHECKING:
    from bedplate.engine.deployment import Step
    from bedplate.governance.drifting import Drift

EXAMPLES = examples("bedplate drift prod", "bedplate drift dev --sandbox --format json")
"""End of the help page."""


def drift(
    environment: Environment,
    *,
    layer: Layer = None,
    sandbox: Sandbox = False,
    deployer: Deployer = None,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
    output: Output = None,
) -> None:
    """Show what was changed outside Pulumi, and judge it.

    Asks AWS and the cluster what is really there; nothing is changed, neither there nor in the
    state. The result is recorded in the ledger. Exits 1 where anything differs.
    """
    from bedplate.governance.deploying import Job  # noqa: PLC0415 - likewise
    from bedplate.governance.drifting import drift as found_drift  # noqa: PLC0415 - likewise

    chosen([environment], stacks)
    who = person(deployer, "deployer")
    job = Job(environment, gate_options(stacks), who, layers_named(layer), sandbox)
    with at_work(job.book.root, environment, who, sandbox=sandbox) as tell:
        found = found_drift(job, tell)
    is_json = output_format == "json"
    deliver(_document(environment, found) if is_json else _text(environment, found), output)
    raise typer.Exit(EXIT_BLOCKED if found.is_there else EXIT_CLEAN)


def _document(environment: str, found: Drift) -> str:
    document = {
        "schema": "bedplate.drift/v1",
        "environment": environment,
        "layers": {
            layer: [
                {"urn": one.urn, "operation": one.operation, "changed": list(one.changed)}
                for one in steps
            ]
            for layer, steps in found.layers
        },
        "findings": [each.to_json() for each in found.findings],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _text(environment: str, found: Drift) -> str:
    if not found.is_there:
        return f"{environment} is as it was deployed."
    lines: list[str] = []
    for layer, steps in found.layers:
        lines += [f"{layer}: {_step(each)}" for each in steps]
    lines += [f"{each.policy} {each.severity}: {each.message}" for each in found.findings]
    lines.append(
        f"{environment} is not as it was deployed. Fix: put it back with `bedplate up "
        f"{environment}`, or write what changed into its file."
    )
    return "\n".join(lines)


def _step(step: Step) -> str:
    if step.operation == "delete":
        return f"{step.type} {step.name} is gone"
    return f"{step.type} {step.name} differs in {', '.join(step.changed)}"
