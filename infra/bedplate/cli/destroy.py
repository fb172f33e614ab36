"""Verb `destroy`: deletes an environment, all but what is protected."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bedplate.cli.console import say
from bedplate.cli.parameters import Environment, Layer, OutputFormat, Stacks, examples
from bedplate.cli.people import person
from bedplate.cli.places import chosen, gate_options, layers_named
from bedplate.cli.up import Deployer, Sandbox, at_work, demand_answer

if TYPE_CHECKING:
    from bedplate.engine.plan import LayerPlan
    from bedplate.governance.tearing_down import TornDown

EXAMPLES = examples("bedplate destroy dev --sandbox --yes", "bedplate destroy dev --layer platform")
"""End of the help page."""

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for the environment's name.")]


def destroy(
    environment: Environment,
    *,
    layer: Layer = None,
    sandbox: Sandbox = False,
    deployer: Deployer = None,
    yes: Yes = False,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
) -> None:
    """Delete an environment, what runs in the cluster first.

    What is protected stays, with all that it needs; it is listed. An environment with `protect` is
    torn down only where approvals of its newest release allow `destroy`.
    """
    from bedplate.governance.deploying import Job  # noqa: PLC0415 - likewise
    from bedplate.governance.tearing_down import tear_down  # noqa: PLC0415 - likewise

    chosen([environment], stacks)
    who = person(deployer, "deployer")
    demand_answer(yes=yes)
    job = Job(environment, gate_options(stacks), who, layers_named(layer), sandbox)

    with at_work(job.book.root, environment, who, sandbox=sandbox) as tell:

        def confirm(name: str, held: LayerPlan) -> bool:
            if yes:
                return True
            text = f"{name} holds {len(held.resources)} resources. Type {environment} to delete"
            with tell.paused():
                return bool(typer.prompt(text) == environment)

        done = tear_down(job, tell, confirm)
    say(_document(environment, done) if output_format == "json" else _text(environment, done))


def _document(environment: str, done: tuple[TornDown, ...]) -> str:
    layers = {
        each.layer: {
            "deleted": each.deleted,
            "kept": [{"urn": one.urn, "type": one.type, "reason": one.reason} for one in each.kept],
            "locked": dict(each.locked),
        }
        for each in done
    }
    document = {"schema": "bedplate.teardown/v1", "environment": environment, "layers": layers}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _text(environment: str, done: tuple[TornDown, ...]) -> str:
    lines: list[str] = []
    for each in done:
        lines.append(f"{each.layer}: {each.deleted} deleted, {len(each.kept)} kept")
        protected = [one for one in each.kept if one.reason == "it is protected"]
        lines += [f"  {one.type} {one.name}: {one.reason}" for one in protected]
        needed = Counter(one.type for one in each.kept if one not in protected)
        if needed:
            rest = ", ".join(f"{count} {kind}" for kind, count in sorted(needed.items()))
            lines.append(f"  needed by these: {rest}")
        lines += [f"  {store}: {text}" for store, text in each.locked.items()]
    kept = any(each.kept for each in done)
    lines.append(
        f"{environment}: only what is listed is left."
        if kept
        else f"{environment}: nothing is left."
    )
    return "\n".join(lines)
