"""Verb `rollback`: deploys the release that was live before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from bedplate.cli.console import say
from bedplate.cli.parameters import Environment, OutputFormat, Stacks, examples, release_named
from bedplate.cli.people import person
from bedplate.cli.places import chosen, gate_options, layers_named
from bedplate.cli.up import (
    Deployer,
    Sandbox,
    Yes,
    at_work,
    counted,
    demand_answer,
    policy_pack,
    watcher,
)

if TYPE_CHECKING:
    from bedplate.governance.rolling_back import RolledBack

EXAMPLES = examples("bedplate rollback prod", "bedplate rollback prod 1a2b3c4d5e6f --yes")
"""End of the help page."""


def rollback(
    environment: Environment,
    named: Annotated[str | None, release_named("the one that was live before")] = None,
    *,
    sandbox: Sandbox = False,
    deployer: Deployer = None,
    yes: Yes = False,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
) -> None:
    """Deploy the release that was live before, or the one named.

    Its files are taken from the commit that added it, and must make it to the last byte. It passes
    the same gate: approvals that have ended must be given anew, or the change be an emergency.
    """
    from bedplate.governance.deploying import Job  # noqa: PLC0415 - likewise
    from bedplate.governance.keeping import stored  # noqa: PLC0415 - likewise
    from bedplate.governance.rolling_back import roll_back  # noqa: PLC0415 - likewise

    chosen([environment], stacks)
    who = person(deployer, "deployer")
    demand_answer(yes=yes)
    job = Job(environment, gate_options(stacks), who, layers_named(None), sandbox, policy_pack())
    with at_work(job.book.root, environment, who, sandbox=sandbox) as tell:
        done = roll_back(job, named, watcher(tell, yes=yes))
        problems = stored(job, done.deployed)
    say(_document(done, problems) if output_format == "json" else _text(done, problems))


def _document(done: RolledBack, problems: tuple[str, ...]) -> str:
    release = done.deployed.admitted.release
    document = {
        "schema": "bedplate.rollback/v1",
        "environment": release.environment,
        "release": release.digest,
        "commit": done.commit,
        "layers": {each.name: dict(each.counts) for each in done.deployed.layers},
        "problems": list(problems),
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _text(done: RolledBack, problems: tuple[str, ...]) -> str:
    release, commit = done.deployed.admitted.release, done.commit[:12]
    lines = [f"{each.name}: {counted(each.counts)}" for each in done.deployed.layers]
    lines.append(f"Release {release.short} of {release.environment} is live again, from {commit}.")
    lines += problems
    lines.append("Next: bring the files of your branch back too, by a reviewed change.")
    return "\n".join(lines)
