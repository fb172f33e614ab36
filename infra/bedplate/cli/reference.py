"""The page docs/reference/cli.md, from the commands themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTH = 100
"""Columns of a help text on the page."""

_INTRODUCTION = """\
<!-- Written by `make docs`; change the commands, not this page. -->
# Command line

`bedplate VERB --help` shows the same texts. `bedplate --install-completion` teaches the shell to
complete verbs, options and environments.

| Exit code | Means |
|---|---|
| 0 | clean: nothing blocks |
| 1 | blocked: a finding, or a fault in the files |
| 2 | wrong usage |
| 3 | a verdict is open where open verdicts block: in production, or by `governance.enforcement` |
| 70 | an internal error; `--debug` shows the traceback |
| 130, 143 | interrupted: by Ctrl-C, by SIGTERM |

Results go to standard output, or whole to the file that `--output` names; messages and progress go
to standard error. Colour appears only on a terminal, and not where `NO_COLOR` is set. Results of
`check` and `cost` are kept in `$XDG_CACHE_HOME/bedplate`, or `~/.cache/bedplate`, by the content of
everything that they depend on.
"""


def render() -> str:
    """Return the page: the help text of every verb."""
    return "\n".join([_INTRODUCTION, *_sections()])


def _sections() -> Iterator[str]:
    from bedplate.cli import app  # noqa: PLC0415 - it imports the verbs, this page included

    root = typer.main.get_group(app)
    context = typer.Context(root, info_name="bedplate")
    yield _section("bedplate", root, None)
    for name, command in root.commands.items():
        if isinstance(command, TyperCommand):
            yield _section(name, command, context)
        elif isinstance(command, TyperGroup):
            for inner, verb in command.commands.items():
                if isinstance(verb, TyperCommand):
                    yield _section(f"{name} {inner}", verb, context)


def _section(name: str, command: TyperCommand | TyperGroup, parent: typer.Context | None) -> str:
    context = typer.Context(command, info_name=name, parent=parent, terminal_width=_WIDTH)
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    title = name if parent is None else f"{parent.info_name} {name}"
    return f"## {title}\n\n```text\n{text}\n```\n"
