"""Verb `bootstrap`: makes what a deployer needs before the first deployment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bedplate.cli.console import say, working
from bedplate.cli.parameters import Environment, OutputFormat, Stacks, examples
from bedplate.cli.places import chosen
from bedplate.errors import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bedplate.engine.plan import Plan
    from bedplate.operate.bootstrap import Outcome
    from bedplate.operate.bootstrap_steps import Step
    from bedplate.spec.platform import PlatformSpec

EXAMPLES = examples("bedplate bootstrap prod --dry-run", "bedplate bootstrap prod")
"""End of the help page."""

_WOULD = {"made": "would make", "changed": "would change", "kept": "keeps"}
_DID = {"made": "made", "changed": "changed", "kept": "kept"}

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be made or changed, and write nothing.")
]


def bootstrap(
    environment: Environment,
    *,
    stacks: Stacks = Path("stacks"),
    dry_run: DryRun = False,
    output_format: OutputFormat = "table",
) -> None:
    """Make what a deployer needs in an account.

    State bucket, key, OIDC provider and deploy role. Run it once as an administrator of the
    account. The deploy role gets the actions that the plan's resources need, and no others. A
    second run changes nothing; a run that was cut short goes on where it stopped; what was changed
    by hand is put right.
    """
    from bedplate.governance.assessment import Options  # noqa: PLC0415 - see bedplate.cli
    from bedplate.governance.simulation import resolved, simulated  # noqa: PLC0415 - likewise
    from bedplate.operate.bootstrap import bootstrap as run  # noqa: PLC0415 - likewise
    from bedplate.operate.bootstrap import connect  # noqa: PLC0415 - likewise
    from bedplate.operate.deployer_own import NAME, own_actions  # noqa: PLC0415 - likewise

    chosen([environment], stacks)
    options = Options(stacks)
    found = resolved(environment, options)
    own = own_actions(stacks.resolve().parent / NAME)
    as_text = output_format == "table"

    def plan() -> Plan:
        with working(f"Simulating {environment}"):
            return simulated(found, options)

    done = _teller(dry=dry_run) if as_text else _silent
    outcome = run(found.spec, plan, connect, dry=dry_run, done=done, own=own)
    said = _said(found.spec, outcome)
    if as_text:
        file = shown(stacks / f"{environment}.yaml")
        say("\n".join(_end(environment, file, outcome, said, dry=dry_run)))
    else:
        say(json.dumps(_document(environment, outcome, said, dry=dry_run), indent=2))


def _teller(*, dry: bool) -> Callable[[Step], None]:
    def tell(step: Step) -> None:
        say(_line(step, dry=dry))

    return tell


def _silent(_step: Step) -> None:
    """Say nothing: JSON comes at the end."""


def _said(spec: PlatformSpec, outcome: Outcome) -> dict[str, Any]:
    from bedplate.operate.bootstrap import advice  # noqa: PLC0415 - see bedplate.cli

    return advice(spec, outcome)


def _line(step: Step, *, dry: bool) -> str:
    did = (_WOULD if dry else _DID)[step.did]
    settings = f": {', '.join(step.settings)}" if step.settings else ""
    return f"{did:{_width(dry=dry)}}  {step.kind} {step.name}{settings}"


def _width(*, dry: bool) -> int:
    return max(len(each) for each in (_WOULD if dry else _DID).values())


def _end(
    environment: str, file: str, outcome: Outcome, said: Mapping[str, Any], *, dry: bool
) -> Iterator[str]:
    yield ""
    if dry:
        yield "This was a dry run: nothing was written."
    elif not outcome.changed:
        yield "Everything is as it must be: nothing was changed."
    else:
        count = sum(step.did != "kept" for step in outcome.steps)
        yield f"Made or changed {count} of {len(outcome.steps)}."
    role = outcome.deployer.role_arn
    yield f"The pipeline assumes {role}: set DEPLOY_ROLE_ARN to it"
    yield f"in the environment `{environment}` of the repository that deploys."
    if said:
        yield ""
        yield f"{file} does not say so yet. Add, and run this again:"
    for section, values in said.items():
        yield f"  {section}:"
        yield from (f'    {key}: "{value}"' for key, value in values.items())


def _document(
    environment: str, outcome: Outcome, said: Mapping[str, Any], *, dry: bool
) -> dict[str, Any]:
    deployer = outcome.deployer
    return {
        "schema": "bedplate.bootstrap/v1",
        "environment": environment,
        "account_id": deployer.names.account_id,
        "region": deployer.state_region,
        "caller": outcome.caller,
        "dry_run": dry,
        "changed": outcome.changed,
        "steps": [step.to_json() for step in outcome.steps],
        "deploy_role_arn": deployer.role_arn,
        "state": {"backend": deployer.backend, "secrets_provider": deployer.secrets_provider},
        "environment_file_lacks": dict(said),
    }
