"""Verb `audit`: the record of an environment, and whether it is what it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bedplate.cli import audit_evidence
from bedplate.cli.audit_evidence import (
    BundleFile,
    evidence_document,
    evidence_text,
    public_key,
    spec_of,
)
from bedplate.cli.console import rendered, say, table, working
from bedplate.cli.parameters import (
    Environment,
    OutputFormat,
    Stacks,
    complete_environment,
    examples,
)
from bedplate.cli.places import chosen
from bedplate.errors import EXIT_BLOCKED, EXIT_CLEAN, UsageError, shown

if TYPE_CHECKING:
    from bedplate.dsse import PublicKey
    from bedplate.governance.auditing import Audited
    from bedplate.governance.evidence_verify import Evidence
    from bedplate.governance.records import Records
    from bedplate.spec.platform import PlatformSpec

EXAMPLES = examples("bedplate audit log prod", "bedplate audit log dev --sandbox --format json")
"""End of the help page of `audit log`."""
VERIFY_EXAMPLES = examples(
    "bedplate audit verify prod",
    "bedplate audit verify prod --anchor s3",
    "bedplate audit verify --bundle evidence/prod/1a2b3c4d5e6f.zip",
)
"""End of the help page of `audit verify`."""

Anchors = Literal["git", "s3"]
"""What a ledger is held against: git's history alone, or the evidence bucket as well."""
InSandbox = Annotated[
    bool, typer.Option("--sandbox", help="The record of what was deployed to the sandbox.")
]
Verified = Annotated[
    str | None,
    typer.Argument(
        metavar="ENV",
        help="Environment whose ledger is verified; none: only the bundle.",
        autocompletion=complete_environment,
        show_default=False,
    ),
]

app = typer.Typer(no_args_is_help=True)


@app.callback(epilog=examples("bedplate audit verify prod", "bedplate audit bundle prod"))
def audit() -> None:
    """Read, verify and hand over the record of an environment."""


@app.command("log", epilog=EXAMPLES)
def log(
    environment: Environment,
    *,
    sandbox: InSandbox = False,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
) -> None:
    """Show what was released, approved and deployed, oldest first.

    Deployments to the sandbox are recorded there: --sandbox shows them.
    """
    from bedplate.governance.ledger import entries  # noqa: PLC0415 - see bedplate.cli

    chosen([environment], stacks)
    found = list(entries(_records(environment, stacks, in_sandbox=sandbox).ledger))
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
    environment: Verified = None,
    *,
    bundle: BundleFile = None,
    anchor: Annotated[
        Anchors, typer.Option("--anchor", help="What else to hold the ledger against.")
    ] = "git",
    signer: Annotated[
        list[Path] | None,
        typer.Option(
            "--signer",
            metavar="FILE",
            help="Public key that counts too: of a bundle's signer, or of a former approver.",
            show_default=False,
        ),
    ] = None,
    sandbox: InSandbox = False,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
) -> None:
    """Find every edit, removal, new order and cut in a ledger, or in an evidence bundle.

    Of a ledger each entry must follow from the one before it, each signature must be by a listed
    approver, and in git's history lines are only ever added; --anchor s3 also asks the evidence
    bucket. Of a bundle, with nothing but the file, all that it holds must fit together. --sandbox
    verifies the ledger of what was deployed there. Exits 1 where something is wrong, or can't be
    known.
    """
    _demand_sense(environment, bundle, anchor, sandbox=sandbox)
    keys = [public_key(file) for file in signer or ()]
    found = None if bundle is None else _evidence(bundle, keys)
    records, ledger = None, None
    if environment is not None:
        chosen([environment], stacks)
        records = _records(environment, stacks, in_sandbox=sandbox)
        spec = spec_of(environment, stacks)
        ledger = _audited(records, spec, (found, keys), in_bucket=anchor == "s3")
    _tell(records, ledger, (bundle, found), as_json=output_format == "json")
    wrong = (found is not None and found.faults) or (ledger is not None and ledger.ledger.faults)
    raise typer.Exit(EXIT_BLOCKED if wrong else EXIT_CLEAN)


def _demand_sense(
    environment: str | None, bundle: Path | None, anchor: Anchors, *, sandbox: bool
) -> None:
    """Raise UsageError for options that do not go together."""
    if environment is None and bundle is None:
        fix = "name an environment, or a file by --bundle"
        raise UsageError(f"There is nothing to verify. Fix: {fix}.")
    if environment is None and anchor != "git":
        raise UsageError(f"--anchor {anchor} is of an environment. Fix: name it too.")
    if sandbox and (environment is None or anchor != "git"):
        fix = "name an environment, and leave out --anchor"
        raise UsageError(f"The sandbox has a ledger, and no evidence bucket. Fix: {fix}.")


def _evidence(bundle: Path, keys: list[PublicKey]) -> Evidence:
    from bedplate.governance.evidence_verify import verify_bundle  # noqa: PLC0415 - see bedplate.cli

    with working(f"Verifying {shown(bundle)}"):
        return verify_bundle(bundle, keys)


def _records(environment: str, stacks: Path, *, in_sandbox: bool) -> Records:
    from bedplate.governance.records import records_of  # noqa: PLC0415 - see bedplate.cli

    return records_of(stacks, environment, in_sandbox=in_sandbox)


def _audited(
    records: Records,
    spec: PlatformSpec,
    beside: tuple[Evidence | None, list[PublicKey]],
    *,
    in_bucket: bool,
) -> Audited:
    from bedplate.governance.auditing import audited  # noqa: PLC0415 - see bedplate.cli

    with working(f"Verifying {shown(records.ledger)}"):
        evidence, former = beside
        return audited(records, spec, in_bucket=in_bucket, evidence=evidence, former=former)


def _tell(
    records: Records | None,
    ledger: Audited | None,
    bundle: tuple[Path | None, Evidence | None],
    *,
    as_json: bool,
) -> None:
    file, evidence = bundle
    if as_json:
        document = {} if ledger is None else _document(ledger)
        if evidence is not None:
            told = evidence_document(evidence)
            document = {**document, "bundle": told} if document else told
        say(json.dumps(document, indent=2, ensure_ascii=False))
        return
    if file is not None and evidence is not None:
        say(evidence_text(shown(file), evidence))
    if records is not None and ledger is not None:
        say(_text(shown(records.ledger), records.environment, ledger))


def _document(found: Audited) -> dict[str, object]:
    ledger = found.ledger
    return {
        "schema": "bedplate.verification/v1",
        "entries": ledger.count,
        "signed": ledger.signed,
        "head": ledger.head,
        "unanchored": found.unanchored,
        "faults": [{"entry": fault.entry, "message": fault.message} for fault in ledger.faults],
    }


def _text(file: str, environment: str, found: Audited) -> str:
    ledger = found.ledger
    if ledger.faults:
        return "\n".join(f"{file}: {fault}" for fault in ledger.faults)
    counts = f"{ledger.count} entries, {ledger.signed} signed"
    text = f"{file}: {counts}, all as they were written."
    if found.unanchored:
        again = f"bedplate audit anchor {environment}"
        text += f"\nThe last {found.unanchored} are not in the evidence bucket yet: {again}"
    return text


app.command("bundle", epilog=audit_evidence.BUNDLE_EXAMPLES)(audit_evidence.bundle)
app.command("anchor", epilog=audit_evidence.ANCHOR_EXAMPLES)(audit_evidence.anchor)
