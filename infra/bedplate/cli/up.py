"""Verb `up`: deploys an approved release, layer by layer."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT, SIGTERM, signal
from typing import TYPE_CHECKING, Annotated

import typer

from bedplate.cli.console import Telling, complain, say, working
from bedplate.cli.parameters import Environment, Layer, OutputFormat, Stacks, examples
from bedplate.cli.people import person
from bedplate.cli.places import cache_folder, chosen, gate_options, layers_named
from bedplate.errors import UsageError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedplate.engine.deployment import Preview
    from bedplate.governance.deploying import Deployed, Watcher
    from bedplate.governance.keeping import Kept

EXAMPLES = examples(
    "bedplate up dev --sandbox --yes",
    "bedplate up prod --deployer pipeline --yes",
    "bedplate up prod --layer platform",
)
"""End of the help page."""

Sandbox = Annotated[
    bool, typer.Option("--sandbox", help="Use the stand-in provider, without an AWS account.")
]
Deployer = Annotated[
    str | None,
    typer.Option(
        "--deployer",
        metavar="NAME",
        envvar="BEDPLATE_DEPLOYER",
        help="Who deploys; without it git's user.name.",
        show_default=False,
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before each layer.")]

_INTERRUPTED = "Interrupted: waiting until Pulumi has written its state."
_AGAIN = "Interrupted again: Pulumi stops at once, and its state may lack what was under way."

_WORDS = {
    "create": "created",
    "update": "changed",
    "replace": "replaced",
    "delete": "deleted",
    "same": "unchanged",
}


def up(
    environment: Environment,
    *,
    layer: Layer = None,
    sandbox: Sandbox = False,
    deployer: Deployer = None,
    yes: Yes = False,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
) -> None:
    """Deploy an environment's newest release by the Pulumi CLI.

    Before each layer: is it what was approved, by enough people, in time; do the policies let it
    through; would anything be lost that can't be had back. Then just what Pulumi's preview showed
    is deployed. Whatever happens is recorded in the ledger. Exits 1 where it is refused.
    """
    from bedplate.governance.deploying import Job, deploy  # noqa: PLC0415 - likewise
    from bedplate.governance.keeping import keep  # noqa: PLC0415 - likewise

    chosen([environment], stacks)
    layers = layers_named(layer)
    who = person(deployer, "deployer")
    demand_answer(yes=yes)
    job = Job(environment, gate_options(stacks), who, layers, sandbox, policy_pack())
    with at_work(job.book.root, environment, who, sandbox=sandbox) as tell:
        done = deploy(job, watcher(tell, yes=yes))
        kept = keep(job, done)
    say(_document(done, kept) if output_format == "json" else _text(done, kept))


def demand_answer(*, yes: bool) -> None:
    """Refuse where a question could not be answered; raises UsageError."""
    if not yes and not sys.stdin.isatty():
        raise UsageError("Nobody can be asked here whether to go on. Fix: add --yes.")


def policy_pack() -> Path:
    """Return the folder of the policy pack that judges inside Pulumi."""
    from bedplate.policy.pulumi_pack.placed import placed  # noqa: PLC0415 - see bedplate.cli

    return placed(cache_folder())


@contextmanager
def at_work(root: Path, environment: str, who: str, *, sandbox: bool) -> Iterator[Telling]:
    """Hold the environment's lock, show progress, and let Pulumi end by itself on Ctrl-C."""
    from datetime import UTC, datetime  # noqa: PLC0415 - see bedplate.cli

    from bedplate.governance.lock import locked  # noqa: PLC0415 - likewise

    if sandbox:
        from bedplate.engine.sandbox import BANNER  # noqa: PLC0415 - likewise

        complain(BANNER)
    with (
        locked(root, environment, who, datetime.now(UTC)),
        working(f"Working on {environment}") as tell,
        _patient(),
    ):
        yield tell


@contextmanager
def _patient() -> Iterator[None]:
    """Hand a signal on to Pulumi, and wait: its state must be written, and the outcome recorded."""
    from bedplate.engine.child import interrupt_children  # noqa: PLC0415 - see bedplate.cli

    told: list[int] = []

    def stop(number: int, _frame: object) -> None:
        complain(_AGAIN if told else _INTERRUPTED)
        told.append(number)
        interrupt_children()

    before = {number: signal(number, stop) for number in (SIGINT, SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal(number, handler)


def watcher(tell: Telling, *, yes: bool) -> Watcher:
    """Return who is told of progress, and asked before each layer."""
    from bedplate.governance.deploying import Watcher  # noqa: PLC0415 - see bedplate.cli

    def confirm(layer: str, found: Preview) -> bool:
        if yes:
            return True
        with tell.paused():
            return typer.confirm(f"{layer}: {counted(found.counts)}. Deploy?")

    return Watcher(tell, confirm)


def counted(counts: Mapping[str, int]) -> str:
    """Return numbers of resources in words."""
    return ", ".join(f"{count} {_WORDS.get(kind, kind)}" for kind, count in counts.items())


def _document(done: Deployed, kept: Kept) -> str:
    release = done.admitted.release
    document = {
        "schema": "bedplate.deployment/v1",
        "environment": release.environment,
        "release": release.digest,
        "layers": {each.name: dict(each.counts) for each in done.layers},
        "evidence": shown(kept.bundle) if kept.bundle else None,
        "problems": list(kept.problems),
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _text(done: Deployed, kept: Kept) -> str:
    release = done.admitted.release
    lines = [f"{each.name}: {counted(each.counts)}" for each in done.layers]
    lines.append(f"Release {release.short} of {release.environment} by {release.author} is live.")
    if kept.bundle:
        lines.append(f"Evidence: {shown(kept.bundle)}")
    lines += kept.problems
    return "\n".join(lines)
