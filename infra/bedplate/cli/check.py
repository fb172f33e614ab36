"""Verb `check`: resolves, simulates, prices and judges environments."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bedplate.cli.console import deliver, working
from bedplate.cli.parameters import (
    Environments,
    NoCache,
    Output,
    Stacks,
    examples,
)
from bedplate.cli.places import cache_folder, chosen
from bedplate.errors import EXIT_BLOCKED, EXIT_CLEAN, EXIT_UNRESOLVED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bedplate.governance.assessment import Assessment, Options
    from bedplate.governance.checkov_opinion import Opinion

EXAMPLES = examples(
    "bedplate check",
    "bedplate check prod --stacks ../acme/stacks",
    "bedplate check prod --format sarif --output bedplate.sarif",
)
"""End of the help page."""

Rego = Annotated[
    Literal["regorus", "opa"],
    typer.Option("--rego", help="What evaluates policies: built in, or the opa program."),
]
OpaServer = Annotated[
    str | None,
    typer.Option(
        "--opa",
        metavar="URL",
        help="A running OPA server evaluates policies; BEDPLATE_OPA_TOKEN is its token.",
        show_default=False,
    ),
]
All = Annotated[
    bool, typer.Option("--all", help="JSON: also policies that do not apply to anything.")
]
FindingsFormat = Annotated[
    Literal["table", "json", "sarif", "junit", "github", "gitlab", "markdown", "oscal"],
    typer.Option(
        "--format",
        help="How to show it: a table, our JSON, or a form for code hosts, test reports, auditors.",
    ),
]
Phase = Annotated[
    Literal["design", "deploy"],
    typer.Option("--phase", help="Which policies are asked: deploy wants approvals as well."),
]
With = Annotated[
    Literal["checkov"] | None,
    typer.Option(
        "--with", help="A scanner to ask as well; its findings only advise.", show_default=False
    ),
]


def check(  # noqa: PLR0913 - one parameter an option
    environments: Environments = None,
    *,
    stacks: Stacks = Path("stacks"),
    output_format: FindingsFormat = "table",
    output: Output = None,
    rego: Rego = "regorus",
    opa: OpaServer = None,
    phase: Phase = "design",
    no_cache: NoCache = False,
    everything: All = False,
    scanner: With = None,
) -> None:
    """Simulate, judge and price environments.

    Nothing is needed but the files: no cloud, no cluster, no Pulumi CLI. Exits 1 where a finding or
    a fault in the files blocks, and 3 where only verdicts block that are still open. What has not
    changed since the last check is read from a cache; waivers are decided anew for the day.
    """
    from bedplate.governance.assessment import Options  # noqa: PLC0415 - see bedplate.cli

    names = chosen(environments or (), stacks)
    # An answer from the cache would be none of the server's.
    cache = None if no_cache or opa else cache_folder()
    token = os.environ.get("BEDPLATE_OPA_TOKEN")
    options = Options(stacks, rego=rego, opa=opa, opa_token=token, cache=cache, phase=phase)
    assessments, opinions = _assessed(names, options, scanner)
    code = exit_code(assessments)
    if output_format == "json":
        text = _json(assessments, opinions, code, everything=everything)
    elif output_format == "table":
        text = _table(assessments, opinions, to_file=output is not None)
    else:
        from bedplate.cli.findings_formats import formatted  # noqa: PLC0415

        text = formatted(output_format, assessments, stacks, code)
    deliver(text, output)
    raise typer.Exit(code)


def _assessed(
    names: Sequence[str], options: Options, scanner: str | None
) -> tuple[tuple[Assessment, ...], Mapping[str, Opinion]]:
    """Return what environments amount to, and what a scanner says of each."""
    from bedplate.governance.assessment import assess  # noqa: PLC0415 - see bedplate.cli

    with working(f"Checking {', '.join(names)}"):
        assessments = assess(names, options)
        if scanner is None:
            return assessments, {}
        from bedplate.governance.second_opinion import with_checkov  # noqa: PLC0415

        return with_checkov(assessments, options)


def _json(
    assessments: Sequence[Assessment],
    opinions: Mapping[str, Opinion],
    code: int,
    *,
    everything: bool,
) -> str:
    from bedplate.governance.findings_document import document  # noqa: PLC0415 - see bedplate.cli

    found = document(assessments, code, everything=everything)
    if opinions:
        found["checkov"] = {name: said.to_json() for name, said in opinions.items()}
    return json.dumps(found, indent=2, ensure_ascii=False)


def _table(
    assessments: Sequence[Assessment], opinions: Mapping[str, Opinion], *, to_file: bool
) -> str:
    from bedplate.cli.findings_table import table_text  # noqa: PLC0415 - see bedplate.cli

    text = table_text(assessments, to_file=to_file)
    if opinions:
        from bedplate.cli.checkov_text import checkov_text  # noqa: PLC0415

        text = f"{text}\n{checkov_text(opinions)}"
    return text


def exit_code(assessments: Sequence[Assessment]) -> int:
    """Return the gravest exit code: blocked before open before clean."""
    codes = {assessment.exit_code for assessment in assessments}
    for code in (EXIT_BLOCKED, EXIT_UNRESOLVED):
        if code in codes:
            return code
    return EXIT_CLEAN
