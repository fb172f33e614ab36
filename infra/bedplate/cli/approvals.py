"""Verbs `approve`, `reject` and `approvals`: people decide on a release, and see who has."""

from __future__ import annotations

import getpass
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bedplate.cli.console import rendered, say, table, working
from bedplate.cli.parameters import Environment, Named, OutputFormat, Stacks, examples
from bedplate.cli.places import chosen, gate_options, suggestion
from bedplate.errors import EXIT_BLOCKED, EXIT_CLEAN, UsageError, shown

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bedplate.dsse import SigningKey
    from bedplate.governance.approvals import Choice
    from bedplate.governance.gate import Gate
    from bedplate.spec.governance import ApproverSpec

APPROVE_EXAMPLES = examples(
    'bedplate approve prod --as "Layla Haddad" --key ~/.ssh/id_ed25519',
    'bedplate approve prod 1a2b3c4d5e6f --as "Layla Haddad" --key ~/.ssh/id_ed25519 --days 3',
)
"""End of the help page of `approve`."""
REJECT_EXAMPLES = examples(
    'bedplate reject prod --as "Omar Rahman" --key ~/.ssh/id_ed25519 --reason "no DPIA"'
)
"""End of the help page of `reject`."""
EXAMPLES = examples("bedplate approvals prod", "bedplate approvals prod --format json")
"""End of the help page of `approvals`."""

PASSPHRASE = "BEDPLATE_KEY_PASSPHRASE"  # noqa: S105 - the name of a variable
"""Environment variable with the key's passphrase, where nobody can be asked."""

As = Annotated[str, typer.Option("--as", metavar="NAME", help="Who decides, as the file lists.")]
Key = Annotated[Path, typer.Option("--key", metavar="FILE", help="SSH ed25519 private key.")]
Days = Annotated[int, typer.Option("--days", min=1, max=30, help="Days for which it counts.")]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="URN",
        help="Lets the deployment replace or delete this resource too, or all by `destroy`.",
        show_default=False,
    ),
]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]


def approve(  # noqa: PLR0913 - one argument an option
    environment: Environment,
    named: Named = None,
    *,
    name: As,
    key: Key,
    days: Days = 7,
    reason: Reason = "",
    allow: Allow = None,
    stacks: Stacks = Path("stacks"),
) -> None:
    """Sign a release as one that may be deployed.

    The signature covers the release's digest: whatever changes afterwards makes it void. A cluster,
    key or store is replaced or deleted only where the approvals name it by --allow.
    """
    choice: Choice = "approved"
    wanted = (choice, name, timedelta(days=days), reason, tuple(allow or ()))
    _decide(environment, named, wanted, key, stacks)


def reject(
    environment: Environment,
    named: Named = None,
    *,
    name: As,
    key: Key,
    reason: Reason,
    stacks: Stacks = Path("stacks"),
) -> None:
    """Sign a release as one that must never be deployed."""
    choice: Choice = "rejected"
    _decide(environment, named, (choice, name, timedelta(days=30), reason, ()), key, stacks)


def _decide(
    environment: str,
    named: str | None,
    wanted: tuple[Choice, str, timedelta, str, tuple[str, ...]],
    key: Path,
    stacks: Path,
) -> None:
    from bedplate.governance.approvals import Intent  # noqa: PLC0415 - see bedplate.cli
    from bedplate.governance.deciding import decided  # noqa: PLC0415 - likewise
    from bedplate.spec.resolve import resolve  # noqa: PLC0415 - likewise

    chosen([environment], stacks)
    blueprints = stacks.resolve().parent / "blueprints"
    found = resolve(environment, stacks, blueprints if blueprints.is_dir() else None)
    choice, name, lasts, reason, allows = wanted
    who = _approver(found.spec.governance.approvals.approvers, name)
    intent = Intent(choice, who, lasts, reason, allows)
    made = decided(stacks, environment, named, intent, private_key(key), datetime.now(UTC))
    say(f"{name} has {choice} release {made.release.short} of {environment}.")
    say(f"Written to {shown(made.file)}. Next: commit it.")


def _approver(listed: tuple[ApproverSpec, ...], name: str) -> ApproverSpec:
    for one in listed:
        if one.name == name:
            return one
    known = [one.name for one in listed]
    fix = suggestion(name, known) if known else "list approvers in governance.approvals"
    raise UsageError(f"`{name}` is no approver of this environment. Fix: {fix}")


def private_key(file: Path) -> SigningKey:
    """Read a person's key; asks for its passphrase on a terminal. Raises BedplateError."""
    from bedplate import dsse  # noqa: PLC0415 - see bedplate.cli

    try:
        data = file.expanduser().read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise UsageError(f"{file} can't be read: {reason}. Fix: name your private key.") from error
    try:
        return dsse.private_key(data)
    except dsse.PassphraseError:
        given = os.environ.get(PASSPHRASE)
        if given is None and sys.stdin.isatty():
            given = getpass.getpass(f"Passphrase of {file}: ")
        if given is None:
            raise
        return dsse.private_key(data, given.encode())


def approvals(
    environment: Environment,
    *,
    stacks: Stacks = Path("stacks"),
    deployer: Annotated[
        str, typer.Option("--deployer", metavar="NAME", help="Identity that will deploy.")
    ] = "pipeline",
    output_format: OutputFormat = "table",
) -> None:
    """Show what stands in the way of the newest release.

    Lists who has decided on it, which files do not count, and what the policies say. Exits 1 where
    it may not be deployed now.
    """
    from bedplate.governance.gate import gate  # noqa: PLC0415 - likewise

    chosen([environment], stacks)
    with working(f"Asking what stands in the way of {environment}"):
        found = gate(environment, gate_options(stacks), deployer, datetime.now(UTC))
    if output_format == "json":
        say(json.dumps(_document(found), indent=2, ensure_ascii=False))
    else:
        say(_text(found))
    raise typer.Exit(EXIT_BLOCKED if found.refusals else EXIT_CLEAN)


def _document(found: Gate) -> dict[str, object]:
    return {
        "schema": "bedplate.approvals/v1",
        "environment": found.release.environment,
        "release": found.release.digest,
        "author": found.release.author,
        "approvals": [
            {
                "approver": one.approver,
                "role": one.role,
                "release": one.digest,
                "signed_at": one.signed_at.isoformat(),
                "expires": one.expires.isoformat(),
            }
            for one in found.approvals.approvals
        ],
        "not_counted": [
            {"file": one.file, "reason": one.reason} for one in found.approvals.refused
        ],
        "refusals": list(found.refusals),
    }


def _text(found: Gate) -> str:
    rows = table("Who", "Role", "Release", "Signed", "Until")
    for one in found.approvals.approvals:
        own = "this" if one.digest == found.release.digest else one.digest[7:19]
        days = (f"{moment:%Y-%m-%d %H:%M} UTC" for moment in (one.signed_at, one.expires))
        rows.add_row(one.approver, one.role, own, *days)
    parts: list[RenderableType] = [
        f"Release {found.release.short} of {found.release.environment}:",
        "",
        rows,
    ]
    parts += [f"{one.file} does not count: {one.reason}" for one in found.approvals.refused]
    if found.refusals:
        parts += ["", "In its way:", *(f"  {each}" for each in found.refusals)]
    else:
        parts += ["", "Nothing stands in its way."]
    return rendered(*parts)
