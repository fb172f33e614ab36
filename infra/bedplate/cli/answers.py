"""Answers to a template's questions: parameters of the verbs that bake one, and prompts."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bedplate.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bedplate.scaffold.questions import Question

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make.")]
"""Where to make it."""

Given = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="An answer; may be repeated."),
]
"""Answers given one by one."""

Answers = Annotated[
    Path | None,
    typer.Option(
        "--answers", metavar="FILE", help="YAML file of answers by key.", show_default=False
    ),
]
"""Answers from a file."""

Defaults = Annotated[
    bool, typer.Option("--defaults", help="Ask nothing; take the default for the rest.")
]
"""Whether nothing is asked."""


def asked(questions: Sequence[Question], known: Mapping[str, str]) -> dict[str, str]:
    """Ask what is not answered yet; an empty answer takes the default."""
    from bedplate.scaffold.render import default_of  # noqa: PLC0415 - see bedplate.cli

    found: dict[str, str] = {}
    for question in questions:
        if question.key in known:
            continue
        text = question.help
        if question.choices:
            text = f"{text} ({', '.join(question.choices)})"
        default = default_of(question, {**known, **found})
        accepted = partial(_accepted, question)
        found[question.key] = typer.prompt(text, default=default, value_proc=accepted)
    return found


def _accepted(question: Question, answer: str) -> str:
    """Return an answer, or have the question asked again."""
    from bedplate.scaffold.questions import check  # noqa: PLC0415 - see bedplate.cli

    try:
        check((question,), {question.key: answer})
    except UsageError as error:
        raise typer.BadParameter(error.message) from error
    return answer
