"""Verb `waiver`: lists exceptions from policies, and lets their approvers sign them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bedplate.cli.approvals import private_key
from bedplate.cli.console import deliver, rendered, say, table
from bedplate.cli.parameters import Output, OutputFormat, Stacks, examples
from bedplate.cli.places import environment_names
from bedplate.errors import EXIT_BLOCKED, EXIT_CLEAN, shown

if TYPE_CHECKING:
    from bedplate.governance.waiving import Listed, Waivers

LIST_EXAMPLES = examples("bedplate waiver list", "bedplate waiver list --format json")
"""End of the help page of `waiver list`."""
SIGN_EXAMPLES = examples("bedplate waiver sign W-2026-014 --key ~/.ssh/id_ed25519")
"""End of the help page of `waiver sign`."""

app = typer.Typer(no_args_is_help=True)


@app.callback(
    epilog=examples("bedplate waiver list", "bedplate waiver sign W-1 --key ~/.ssh/id_ed25519")
)
def waiver() -> None:
    """List and sign exceptions from policies."""


@app.command("list", epilog=LIST_EXAMPLES)
def list_(
    *,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
    output: Output = None,
) -> None:
    """List waivers, and whether each may hold today.

    What a waiver excuses, and whether it is too broad, `bedplate check` tells. Exits 1 where the
    file is malformed.
    """
    from bedplate.governance.waiving import waivers_of  # noqa: PLC0415 - see bedplate.cli

    environment_names(stacks)
    found = waivers_of(stacks, datetime.now(UTC).date())
    if output_format == "json":
        text = json.dumps(_document(found), indent=2, ensure_ascii=False)
    else:
        text = _text(found, to_file=output is not None)
    deliver(text, output)
    raise typer.Exit(EXIT_BLOCKED if found.problems else EXIT_CLEAN)


@app.command("sign", epilog=SIGN_EXAMPLES)
def sign(
    name: Annotated[str, typer.Argument(metavar="ID", help="Id of the waiver.")],
    *,
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="SSH ed25519 private key.")],
    stacks: Stacks = Path("stacks"),
) -> None:
    """Sign a waiver as the person in its `approved_by`.

    The signature covers every field: whatever changes afterwards makes it void. Waivers of critical
    and high policies hold only when they are signed.
    """
    from bedplate.governance.waiving import sign_waiver  # noqa: PLC0415 - see bedplate.cli

    environment_names(stacks)
    file = sign_waiver(stacks, name, private_key(key))
    say(f"{name} is signed. Written to {shown(file)}. Next: commit it.")


def _document(found: Waivers) -> dict[str, Any]:
    return {
        "schema": "bedplate.waivers/v1",
        "waivers": [_entry(one) for one in found.listed],
        "problems": [asdict(problem) for problem in found.problems],
    }


def _entry(one: Listed) -> dict[str, Any]:
    waiver = one.waiver
    return {
        "id": waiver.id,
        "policy": waiver.policy,
        "severity": one.severity,
        "resources": list(waiver.resources),
        "reason": waiver.reason,
        "ticket": waiver.ticket,
        "requested_by": waiver.requested_by,
        "approved_by": waiver.approved_by,
        "signed": bool(waiver.signature),
        "created": waiver.created.isoformat(),
        "expires": waiver.expires.isoformat(),
        "environments": {
            name: {"status": ruling.status, "problem": ruling.problem and asdict(ruling.problem)}
            for name, ruling in one.rulings.items()
        },
    }


def _text(found: Waivers, *, to_file: bool) -> str:
    notes = [
        f"{name}: {ruling.problem}"
        for one in found.listed
        for name, ruling in one.rulings.items()
        if ruling.problem is not None
    ]
    lines = [*(str(problem) for problem in found.problems), *notes]
    if not found.listed:
        return "\n".join(lines) or "There are no waivers."
    listed = table(
        "Waiver", "Policy", "Severity", "Resources", "Ticket", "Approved by", "Expires", "Status"
    )
    for one in found.listed:
        waiver = one.waiver
        resources, by = ", ".join(waiver.resources), waiver.approved_by or "nobody"
        expires = waiver.expires.isoformat()
        cells = (waiver.id, waiver.policy, one.severity or "-", resources, waiver.ticket, by)
        listed.add_row(*cells, expires, _status(one))
    return rendered(*lines, *([""] if lines else []), listed, to_file=to_file)


def _status(one: Listed) -> str:
    """Return what a waiver amounts to: once where all environments agree, else for each."""
    statuses = {name: ruling.status for name, ruling in one.rulings.items()}
    if len(set(statuses.values())) == 1:
        return next(iter(statuses.values()))
    return ", ".join(f"{name}: {status}" for name, status in statuses.items()) or "-"
