"""Verb `new`: a platform's repository from a blueprint."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bedplate.cli.answers import Answers, Defaults, Folder, Given, asked
from bedplate.cli.console import say, working
from bedplate.cli.parameters import examples

EXAMPLES = examples(
    "bedplate new acme --blueprint uae-regulated --defaults",
    "bedplate new acme --blueprint eu-gdpr --set organisation=Acme --set ci=gitlab --defaults",
)
"""End of the help page."""

TEMPLATE = "platform-repo"
"""Folder of the template below `templates/`."""

Blueprint = Annotated[
    str | None,
    typer.Option(
        "--blueprint",
        metavar="NAME",
        help="What it is based on: see `bedplate blueprints`.",
        show_default=False,
    ),
]


def new(
    folder: Folder,
    *,
    blueprint: Blueprint = None,
    given: Given = None,
    answers: Answers = None,
    defaults: Defaults = False,
) -> None:
    """Make a platform's repository from a blueprint.

    Environment files, the two Pulumi projects, a rule of your own with its test, and CI. It checks
    clean at once. On a terminal it asks; elsewhere, or with --defaults, what is not answered takes
    its default. The folder is made whole or not at all.
    """
    from bedplate.assets import asset  # noqa: PLC0415 - see bedplate.cli
    from bedplate.scaffold.answers import collected  # noqa: PLC0415 - likewise
    from bedplate.scaffold.questions import questions  # noqa: PLC0415 - likewise
    from bedplate.scaffold.render import render  # noqa: PLC0415 - likewise
    from bedplate.spec.reference import environment_schema_text  # noqa: PLC0415 - likewise

    template = asset("templates") / TEMPLATE
    known = {"repo_slug": folder.resolve().name} | collected(answers, given or ())
    if blueprint is not None:
        known["blueprint"] = blueprint
    if not defaults and sys.stdin.isatty():
        known |= asked(questions(template), known)
    with working(f"Making {folder}"):
        schema = {"stacks/environment.schema.json": environment_schema_text()}
        render(template, known, folder, schema)
    say(f"Made {folder}. Next: cd {folder} && bedplate check")
