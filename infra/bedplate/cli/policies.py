"""Verb `policies`: what environments are judged by."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bedplate.cli.console import deliver, rendered, table, working
from bedplate.cli.parameters import (
    Output,
    OutputFormat,
    Stacks,
    complete_environment,
    examples,
)
from bedplate.cli.places import cache_folder, chosen, suggestion
from bedplate.errors import UsageError, shown

if TYPE_CHECKING:
    from rich.table import Table

    from bedplate.policy.catalogue import Policy

EXAMPLES = examples(
    "bedplate policies",
    "bedplate policies --concern encryption",
    "bedplate policies --format json",
    "bedplate policies --config prod --output prod.config.json",
    "bedplate policies --pack python",
)
"""End of the help page."""

Concern = Annotated[
    str | None,
    typer.Option("--concern", help="Only the policies of one concern.", show_default=False),
]
Config = Annotated[
    str | None,
    typer.Option(
        "--config",
        metavar="ENV",
        help="Print the configuration of an OPA pack for an environment: opa, if not admission.",
        autocompletion=complete_environment,
        show_default=False,
    ),
]
Pack = Annotated[
    Literal["python", "opa", "admission"] | None,
    typer.Option(
        "--pack",
        help="Print the folder of a policy pack for Pulumi; with --config its configuration.",
        show_default=False,
    ),
]


def policies(
    *,
    concern: Concern = None,
    config: Config = None,
    pack: Pack = None,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
    output: Output = None,
) -> None:
    """List what environments are judged by.

    With --config or --pack, print what other tools need to judge by it.
    """
    if config is not None:
        deliver(_config(config, stacks, pack), output)
        return
    if pack is not None:
        deliver(str(_pack(pack)), output)
        return
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
    packs = [folder / "deploy", folder / "admission"]
    catalogue = load_catalogue(packs, [folder / "controls.yaml"])
    concerns = {policy.concern for policy in catalogue.policies}
    if concern is not None and concern not in concerns:
        problem = f"There is no concern `{concern}`."
        raise UsageError(f"{problem} Fix: {suggestion(concern, concerns)}")
    return [policy for policy in catalogue.policies if concern in (None, policy.concern)]


def _pack(pack: str) -> Path:
    from bedplate.assets import asset  # noqa: PLC0415 - see bedplate.cli

    if pack != "python":
        return asset("policies") / ("deploy" if pack == "opa" else pack)
    from bedplate.policy.pulumi_pack.placed import placed  # noqa: PLC0415 - see bedplate.cli

    return placed(cache_folder())


def _config(environment: str, stacks: Path, pack: str | None) -> str:
    from bedplate.governance.admission import pulumi_config_of  # noqa: PLC0415 - see bedplate.cli
    from bedplate.governance.assessment import Options  # noqa: PLC0415 - likewise
    from bedplate.governance.opa_documents import pack_config  # noqa: PLC0415
    from bedplate.governance.simulation import resolved, simulated  # noqa: PLC0415

    if pack == "python":
        raise UsageError("The Python pack needs no configuration. Fix: leave out --pack.")
    chosen([environment], stacks)
    options = Options(stacks)
    with working(f"Simulating {environment}"):
        values = resolved(environment, options)
        if pack == "admission":
            config = pulumi_config_of(values.spec)
        else:
            config = pack_config(values, simulated(values, options), stacks)
    return json.dumps(config, indent=2, sort_keys=True, ensure_ascii=False)


def _table(found: list[Policy]) -> Table:
    listed = table("Policy", "Severity", "Level", "Concern", "Holds that")
    for policy in found:
        listed.add_row(policy.id, policy.severity, policy.level, policy.concern, policy.title)
    return listed
