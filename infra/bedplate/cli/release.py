"""Verb `release`: writes down what is to be deployed, and what differs from what is live."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bedplate.cli.console import say, working
from bedplate.cli.parameters import Environment, OutputFormat, Stacks, examples
from bedplate.cli.people import person
from bedplate.cli.places import chosen
from bedplate.cli.release_text import difference_lines
from bedplate.errors import shown

if TYPE_CHECKING:
    from bedplate.governance.releasing import Prepared

EXAMPLES = examples(
    "bedplate release prod", 'bedplate release prod --author "Sara Nasser" --format json'
)
"""End of the help page."""

Author = Annotated[
    str | None,
    typer.Option(
        "--author",
        metavar="NAME",
        help="Who made the change; without it git's user.name.",
        show_default=False,
    ),
]


def release(
    environment: Environment,
    *,
    stacks: Stacks = Path("stacks"),
    author: Author = None,
    output_format: OutputFormat = "table",
) -> None:
    """Write down what is to be deployed, under one digest.

    The digest covers the resolved environment, the policies and waivers, the plan of each layer,
    the programs, and the versions of the tools. Refuses an environment that does not check clean.
    """
    from bedplate.governance.assessment import Options  # noqa: PLC0415 - see bedplate.cli
    from bedplate.governance.releasing import prepared  # noqa: PLC0415 - likewise

    chosen([environment], stacks)
    who = person(author, "author")
    now = datetime.now(UTC)
    with working(f"Making a release of {environment}"):
        made = prepared(environment, Options(stacks), who, now)
    if output_format == "json":
        found = {
            **made.release.to_json(),
            "changes": made.changes,
            "difference": made.difference and made.difference.to_json(),
            "file": shown(made.file),
        }
        say(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        say(_text(made))


def _text(prepared: Prepared) -> str:
    made, live, found = prepared.release, prepared.live, prepared.difference
    lines = [f"Release {made.short} of {made.environment} by {made.author}.", made.digest, ""]
    if live is None or found is None:
        lines.append("Nothing is live yet: everything is created.")
    else:
        differs = bool(prepared.changes)
        lines.append(f"Against {live[:12]}, which is live:" if differs else "It is live already.")
        lines += difference_lines(found)
    lines += ["", f"Written to {shown(prepared.file)}. Next: commit it, and have it approved:"]
    lines.append(f"  bedplate approve {made.environment} {made.short} --as NAME --key FILE")
    return "\n".join(lines)
