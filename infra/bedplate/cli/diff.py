"""Verb `diff`: what differs between two environments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bedplate.cli.console import deliver, rendered, table
from bedplate.cli.parameters import (
    Output,
    OutputFormat,
    Stacks,
    complete_environment,
    examples,
)
from bedplate.cli.places import chosen
from bedplate.errors import shown

if TYPE_CHECKING:
    from bedplate.spec.difference import Difference
    from bedplate.spec.resolve import Resolved

EXAMPLES = examples("bedplate diff staging prod", "bedplate diff staging prod --format json")
"""End of the help page."""

_LONGEST = 60
"""Characters of a value that the table shows; JSON has all."""

First = Annotated[
    str, typer.Argument(metavar="ENV", autocompletion=complete_environment, show_default=False)
]
Second = Annotated[
    str, typer.Argument(metavar="OTHER", autocompletion=complete_environment, show_default=False)
]


def diff(
    first: First,
    second: Second,
    *,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
    output: Output = None,
) -> None:
    """Show what differs between two environments.

    Compares the resolved values, whichever file they come from, and names the line that sets each.
    """
    from bedplate.spec.difference import differences  # noqa: PLC0415 - see bedplate.cli
    from bedplate.spec.resolve import resolve  # noqa: PLC0415 - likewise

    chosen([first, second], stacks)
    blueprints = stacks.resolve().parent / "blueprints"
    own = blueprints if blueprints.is_dir() else None
    one, two = (resolve(name, stacks, own) for name in (first, second))
    found = differences(one.spec.model_dump(mode="json"), two.spec.model_dump(mode="json"))
    if output_format == "json":
        text = json.dumps(_document(one, two, found), indent=2, ensure_ascii=False)
    else:
        text = _text(one, two, found, to_file=output is not None)
    deliver(text, output)


def _document(one: Resolved, two: Resolved, found: tuple[Difference, ...]) -> dict[str, Any]:
    from bedplate.spec.difference import ABSENT  # noqa: PLC0415 - see bedplate.cli

    def side(environment: Resolved, path: str, value: Any) -> dict[str, Any] | None:
        return None if value is ABSENT else {"value": value, "set_by": _line(environment, path)}

    names = (one.spec.environment, two.spec.environment)
    entries = [
        {
            "path": each.path,
            names[0]: side(one, each.path, each.before),
            names[1]: side(two, each.path, each.after),
        }
        for each in found
    ]
    return {"schema": "bedplate.diff/v1", "environments": list(names), "differences": entries}


def _line(environment: Resolved, path: str) -> str:
    """Return the line that sets a value, or the one above it that a file states."""
    at = environment.origin(path)
    return f"{shown(at.file)}:{at.line}"


def _text(one: Resolved, two: Resolved, found: tuple[Difference, ...], *, to_file: bool) -> str:
    names = (one.spec.environment, two.spec.environment)
    if not found:
        return f"{names[0]} and {names[1]} hold the same values."
    rows = table("Path", *names)
    for each in found:
        rows.add_row(each.path, _shown(each.before), _shown(each.after))
    return rendered(rows, "", f"{len(found)} values differ.", to_file=to_file)


def _shown(value: Any) -> str:
    from bedplate.spec.difference import ABSENT  # noqa: PLC0415 - see bedplate.cli

    if value is ABSENT:
        return "-"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
