"""Verb `promote`: values of one environment as a patch to the file of another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bedplate.cli.console import say, working
from bedplate.cli.parameters import OutputFormat, Stacks, complete_environment, examples
from bedplate.cli.patch import patch
from bedplate.cli.places import chosen
from bedplate.cli.release_text import value_text
from bedplate.errors import shown

if TYPE_CHECKING:
    from bedplate.governance.promoting import Offer

EXAMPLES = examples(
    "bedplate promote staging prod",
    "bedplate promote staging prod --only cluster.version --only 'gpu_pools.*.instance_types'",
    "bedplate promote staging prod | git apply",
    "bedplate promote staging prod --write",
)
"""End of the help page."""

From = Annotated[
    str, typer.Argument(metavar="FROM", autocompletion=complete_environment, show_default=False)
]
To = Annotated[
    str, typer.Argument(metavar="TO", autocompletion=complete_environment, show_default=False)
]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="PATH", help="Values to take, as a glob; may be repeated."),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--except", metavar="PATH", help="Values to leave, as a glob; may be repeated."),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="RELEASE",
        help="Release of FROM since which its changes count; `all`: every difference counts.",
        show_default=False,
    ),
]
Write = Annotated[bool, typer.Option("--write", help="Change the file of TO.")]


def promote(  # noqa: PLR0913 - one parameter an option
    source: From,
    target: To,
    *,
    only: Only = None,
    without: Without = None,
    since: Since = None,
    write: Write = False,
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
) -> None:
    """Print values of FROM as a patch to the file of TO.

    Versions, sizes and settings go over; what identifies TO, binds it or decides about it stays,
    and is listed with the reason. With releases, only what has changed in FROM since TO was last
    released goes over. Nothing is written without --write; comments and order stay.
    """
    from bedplate.governance.assessment import Options  # noqa: PLC0415 - see bedplate.cli
    from bedplate.governance.promoting import offer  # noqa: PLC0415 - likewise
    from bedplate.governance.promoting import write as written  # noqa: PLC0415 - likewise
    from bedplate.spec.promotion import Selection  # noqa: PLC0415 - likewise

    chosen([source, target], stacks)
    wanted = Selection(tuple(only or ()), tuple(without or ()))
    with working(f"Promoting {source} to {target}"):
        made = offer(source, target, Options(stacks), wanted, since)
        if write and made.after != made.before:
            written(made)
    found = patch(made.file, made.before, made.after)
    if output_format == "json":
        say(json.dumps(_document(made, found, written=write), indent=2, ensure_ascii=False))
    else:
        say(_text(made, found, written=write).rstrip("\n"))


def _document(made: Offer, found: str, *, written: bool) -> dict[str, Any]:
    from bedplate.governance.promoting import removed  # noqa: PLC0415 - see bedplate.cli
    from bedplate.spec.difference import ABSENT  # noqa: PLC0415 - likewise
    from bedplate.spec.promotion import dotted  # noqa: PLC0415 - likewise

    def sides(**values: Any) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value is not ABSENT}

    without_line = removed(made)
    return {
        "schema": "bedplate.promotion/v1",
        "from": made.source.spec.environment,
        "to": made.target.spec.environment,
        "since": made.since.digest if made.since else None,
        "file": shown(made.file),
        "promoted": [
            {
                "path": dotted(each.path),
                **sides(before=each.before, after=each.after),
                "line": dotted(each.path) not in without_line,
            }
            for each in made.promotion.promoted
        ],
        "kept": [
            {
                "path": dotted(each.path),
                **sides(source=each.theirs, target=each.own),
                "reason": each.reason,
            }
            for each in made.promotion.stays
        ],
        "patch": found,
        "written": written and bool(found),
    }


def _text(made: Offer, found: str, *, written: bool) -> str:
    """Return what stays and why, then the patch: `git apply` passes over what stands before it."""
    from bedplate.spec.promotion import dotted  # noqa: PLC0415 - see bedplate.cli

    source, target = made.source.spec.environment, made.target.spec.environment
    since = "" if made.since is None else f" that changed since release {made.since.short}"
    count = len(made.promotion.promoted)
    lines = [f"# Values of {source}{since}, to go to {target}: {count}."]
    if made.since is None and count:
        lines.append(
            "# Every difference counts: look for those on purpose, such as a smaller size."
        )
    by_reason: dict[str, list[str]] = {}
    for each in made.promotion.stays:
        by_reason.setdefault(each.reason, []).append(dotted(each.path))
    for reason, paths in by_reason.items():
        lines.append(f"# kept of {target}: {', '.join(paths)} ({reason})")
    for value in made.promotion.promoted:
        change = f"{value_text(value.before)} → {value_text(value.after)}"
        lines.append(f"# {dotted(value.path)}: {change}")
    lines.append(f"# {_next(made, found, written=written)}")
    return "\n".join([*lines, found])


def _next(made: Offer, found: str, *, written: bool) -> str:
    target = made.target.spec.environment
    if not found:
        return f"Nothing is to be done: {shown(made.file)} says all of it."
    done = f"Written to {shown(made.file)}." if written else "Nothing is written: see --write."
    return f"{done} Next: bedplate check {target}, then bedplate release {target}"
