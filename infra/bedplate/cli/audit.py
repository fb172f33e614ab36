"""Verb `audit`: the record of an environment, and whether it is what it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bedplate.cli.console import rendered, say, table, working
from bedplate.cli.parameters import Environment, OutputFormat, Stacks, examples
from bedplate.cli.places import chosen
from bedplate.errors import EXIT_BLOCKED, EXIT_CLEAN, shown

if TYPE_CHECKING:
    from bedplate.dsse import PublicKey
    from bedplate.governance.ledger_verify import Fault, Verification

EXAMPLES = examples("bedplate audit log prod", "bedplate audit log prod --format json")
"""End of the help page of `audit log`."""
VERIFY_EXAMPLES = examples("bedplate audit verify prod", "bedplate audit verify prod --format json")
"""End of the help page of `audit verify`."""

app = typer.Typer(no_args_is_help=True)


@app.callback(epilog=examples("bedplate audit verify prod", "bedplate audit log prod"))
def audit() -> None:
    """Read the record of an environment, and verify it."""


@app.command("log", epilog=EXAMPLES)
def log(
    environment: Environment,
    *,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
) -> None:
    """Show what was released, approved and deployed, oldest first."""
    from bedplate.governance.ledger import entries  # noqa: PLC0415 - see bedplate.cli
    from bedplate.governance.records import records_of  # noqa: PLC0415 - likewise

    chosen([environment], stacks)
    found = list(entries(records_of(stacks, environment).ledger))
    if output_format == "json":
        say(json.dumps({"schema": "bedplate.log/v1", "entries": found}, indent=2))
        return
    if not found:
        say(f"Nothing is recorded of {environment} yet.")
        return
    rows = table("Time", "Who", "What", "Release")
    for entry in found:
        short = str(entry["release"]).removeprefix("sha256:")[:12]
        rows.add_row(str(entry["time"]), str(entry["actor"]), str(entry["event"]), short)
    say(rendered(rows))


@app.command("verify", epilog=VERIFY_EXAMPLES)
def verify(
    environment: Environment,
    *,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
) -> None:
    """Find every edit, removal, new order and cut in an environment's ledger.

    Each entry must follow from the one before it, each signature must be by a listed approver, and
    in git's history lines are only ever added. Exits 1 where something is wrong.
    """
    from bedplate.governance.ledger_verify import git_faults  # noqa: PLC0415 - see bedplate.cli
    from bedplate.governance.ledger_verify import verify as verified  # noqa: PLC0415 - likewise
    from bedplate.governance.records import records_of  # noqa: PLC0415 - likewise

    chosen([environment], stacks)
    file = records_of(stacks, environment).ledger
    with working(f"Verifying {shown(file)}"):
        found = verified(file, _keys(environment, stacks))
        faults = (*found.faults, *git_faults(file))
    if output_format == "json":
        say(json.dumps(_document(found, faults), indent=2))
    else:
        say(_text(shown(file), found, faults))
    raise typer.Exit(EXIT_BLOCKED if faults else EXIT_CLEAN)


def _keys(environment: str, stacks: Path) -> list[PublicKey]:
    from bedplate import dsse  # noqa: PLC0415 - see bedplate.cli
    from bedplate.spec.resolve import resolve  # noqa: PLC0415 - likewise

    blueprints = stacks.resolve().parent / "blueprints"
    found = resolve(environment, stacks, blueprints if blueprints.is_dir() else None)
    listed = found.spec.governance.approvals.approvers
    return [dsse.public_key(one.public_key) for one in listed if one.public_key]


def _document(found: Verification, faults: tuple[Fault, ...]) -> dict[str, object]:
    return {
        "schema": "bedplate.verification/v1",
        "entries": found.count,
        "signed": found.signed,
        "head": found.head,
        "faults": [{"entry": fault.entry, "message": fault.message} for fault in faults],
    }


def _text(file: str, found: Verification, faults: tuple[Fault, ...]) -> str:
    if not faults:
        return f"{file}: {found.count} entries, {found.signed} signed, all as they were written."
    return "\n".join(f"{file}: {fault}" for fault in faults)
