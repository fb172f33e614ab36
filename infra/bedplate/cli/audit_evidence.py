"""Verbs `audit bundle` and `audit anchor`: evidence in one file, and in the evidence bucket."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bedplate.cli.approvals import private_key
from bedplate.cli.console import say, working
from bedplate.cli.parameters import Environment, OutputFormat, Stacks, examples, release_named
from bedplate.cli.places import chosen, gate_options
from bedplate.errors import UsageError, shown

if TYPE_CHECKING:
    from bedplate.dsse import PublicKey
    from bedplate.governance.evidence_verify import Evidence
    from bedplate.spec.platform import PlatformSpec

BUNDLE_EXAMPLES = examples(
    "bedplate audit bundle prod",
    "bedplate audit bundle prod 1a2b3c4d5e6f --key ~/.ssh/id_ed25519 --output evidence.zip",
)
"""End of the help page of `audit bundle`."""
ANCHOR_EXAMPLES = examples(
    "bedplate audit anchor prod", "bedplate audit anchor prod --bundle evidence/prod/1a2b3c4d.zip"
)
"""End of the help page of `audit anchor`."""

BundleFile = Annotated[
    Path | None,
    typer.Option("--bundle", metavar="FILE", help="Evidence bundle.", show_default=False),
]
"""An evidence bundle."""
SignedWith = Annotated[
    Path | None,
    typer.Option(
        "--key", metavar="FILE", help="SSH ed25519 key to sign it with.", show_default=False
    ),
]
WrittenTo = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="FILE",
        help="Where to write it; without it evidence/ENV/RELEASE.zip.",
        show_default=False,
    ),
]


def bundle(
    environment: Environment,
    named: Annotated[str | None, release_named("what is live, else the newest")] = None,
    *,
    key: SignedWith = None,
    output: WrittenTo = None,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
) -> None:
    """Write all evidence of a release into one file; `up` does so by itself.

    Without a name it is of what is live, else of the newest release. The file verifies by itself:
    `bedplate audit verify --bundle FILE`.
    """
    from bedplate.governance.bundling import bundled  # noqa: PLC0415 - likewise

    chosen([environment], stacks)
    signing = None if key is None else private_key(key)
    now = datetime.now(UTC)
    with working(f"Gathering the evidence of {environment}"):
        made = bundled(environment, gate_options(stacks), named, now, output, signing)
    if output_format == "json":
        document = {"schema": "bedplate.bundle/v1", "file": shown(made.path)}
        say(json.dumps(document | {"digest": made.digest}, indent=2))
    else:
        say(f"Written to {shown(made.path)}.\n{made.digest}")
        say(f"Verify it anywhere: bedplate audit verify --bundle {shown(made.path)}")


def anchor(
    environment: Environment,
    *,
    bundle: BundleFile = None,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
) -> None:
    """Put the ledger's end, and a bundle, into the evidence bucket, where nobody can remove them.

    `up` does so by itself; this repeats it where it could not. Without --bundle that of the release
    that is live is taken, if it lies in evidence/.
    """
    from bedplate.governance.anchors import anchor as anchored  # noqa: PLC0415 - see bedplate.cli
    from bedplate.governance.records import records_of  # noqa: PLC0415 - likewise
    from bedplate.governance.releasing import live_release  # noqa: PLC0415 - likewise

    chosen([environment], stacks)
    records = records_of(stacks, environment)
    live = live_release(records)
    if bundle is None and live is not None:
        usual = records.evidence / f"{live.short}.zip"
        bundle = usual if usual.is_file() else None
    spec = spec_of(environment, stacks)
    with working(f"Anchoring {shown(records.ledger)}"):
        done = anchored(records, spec, bundle)
    until = None if done.until is None else done.until.astimezone(UTC).date().isoformat()
    if output_format == "json":
        document = {"schema": "bedplate.anchored/v1", "entries": done.anchor.count}
        document |= {"head": done.anchor.head, "bundle": done.bundle or None, "until": until}
        say(json.dumps(document, indent=2))
        return
    what = f"{done.anchor.count} entries of {shown(records.ledger)}"
    said = "are anchored already" if until is None else f"are anchored until {until}"
    say(f"{what} {said}, in {done.anchor.kept}.")
    say(f"Bundle: {done.bundle}" if done.bundle else "No bundle was put there.")


def spec_of(environment: str, stacks: Path) -> PlatformSpec:
    """Return an environment as its files say it now; raises SpecError."""
    from bedplate.spec.resolve import resolve  # noqa: PLC0415 - see bedplate.cli

    blueprints = stacks.resolve().parent / "blueprints"
    return resolve(environment, stacks, blueprints if blueprints.is_dir() else None).spec


def public_key(file: Path) -> PublicKey:
    """Read an SSH public key; raises BedplateError."""
    from bedplate import dsse  # noqa: PLC0415 - see bedplate.cli

    try:
        return dsse.public_key(file.expanduser().read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = (getattr(error, "strerror", None) or "it is no text").lower()
        raise UsageError(f"{file} can't be read: {reason}. Fix: name a public key.") from error


def evidence_document(found: Evidence) -> dict[str, object]:
    """Return the JSON form of a verified bundle."""
    return {
        "schema": "bedplate.evidence-verification/v1",
        "digest": found.digest,
        "environment": found.environment,
        "release": found.release,
        "approvals": [
            {"approver": one.approver, "role": one.role, "signed_at": one.signed_at.isoformat()}
            for one in found.approvals
        ],
        "trust_root": [
            {"name": one.name, "role": one.role, "fingerprint": one.fingerprint}
            for one in found.signers
        ],
        "entries": found.entries,
        "signed_by": found.signed_by or None,
        "judged_anew": not found.not_judged_anew,
        "faults": list(found.faults),
    }


def evidence_text(file: str, found: Evidence) -> str:
    """Return what a person is told of a bundle."""
    if found.faults:
        return "\n".join(f"{file}: {fault}" for fault in found.faults)
    short = found.release.removeprefix("sha256:")[:12]
    lines = [f"{file}: release {short} of {found.environment}, all as it was written."]
    lines.append(f"  {found.digest}")
    keys = {one.name: one.fingerprint for one in found.signers}
    for one in found.approvals:
        when = f"{one.signed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        lines.append(f"  approved by {one.approver} ({one.role}), {when}, {keys[one.approver]}")
    lines.append(f"  {found.entries} entries of the ledger")
    lines.append(
        f"  the rules were not asked again: {found.not_judged_anew}"
        if found.not_judged_anew
        else "  the rules were asked again, and say the same"
    )
    lines.append(f"  signed by {found.signed_by}" if found.signed_by else "  not signed itself")
    lines.append("Compare each key's fingerprint with its owner's: a bundle can't vouch for them.")
    return "\n".join(lines)
