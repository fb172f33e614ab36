"""Parameters that several verbs share, and how examples are written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bedplate.cli.places import environment_names

Format = Literal["table", "json"]
"""How a result is shown."""


def release_named(otherwise: str) -> Any:
    """Return the argument that names a release, with what it is where nobody names it."""
    text = f"First digits of its digest; none: {otherwise}."
    return typer.Argument(metavar="RELEASE", help=text, show_default=False)


Named = Annotated[str | None, release_named("the newest")]
"""Argument: a release."""


def examples(*commands: str) -> str:
    """Return the end of a help page: commands that can be copied."""
    # \b keeps typer from joining the lines.
    return "\b\nExamples:\n" + "\n".join(f"  {command}" for command in commands)


def complete_environment(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the environments that a word on the command line may become."""
    stacks = ctx.params.get("stacks") or Path("stacks")
    names = environment_names(Path(stacks)) if Path(stacks).is_dir() else ()
    return [name for name in names if name.startswith(incomplete)]


Environment = Annotated[
    str,
    typer.Argument(
        metavar="ENV",
        help="Environment: the name of its file in the stacks folder.",
        autocompletion=complete_environment,
        show_default=False,
    ),
]
"""One environment."""

Environments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ENV",
        help="Environments; none: all of the stacks folder.",
        autocompletion=complete_environment,
        show_default=False,
    ),
]
"""Some environments, or all."""

Layer = Annotated[
    str | None, typer.Option("--layer", help="Only one layer; none: all.", show_default=False)
]
"""One layer, or all."""

Stacks = Annotated[
    Path, typer.Option("--stacks", metavar="DIR", help="Folder of the environment files.")
]
"""Where environment files lie."""

OutputFormat = Annotated[Format, typer.Option("--format", help="How to show it.")]
"""Table or JSON."""

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="FILE",
        help="Write to a file instead; it is replaced whole or not at all.",
        show_default=False,
    ),
]
"""File to write to."""

NoCache = Annotated[
    bool,
    typer.Option("--no-cache", help="Work everything out again, and keep nothing."),
]
"""Whether earlier results are ignored."""
