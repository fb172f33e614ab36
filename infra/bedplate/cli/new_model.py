"""Verbs `new-model` and `update-model`: a model repository from the template, and its updates."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bedplate.cli.answers import Answers, Defaults, Folder, Given, asked
from bedplate.cli.console import say, working
from bedplate.cli.parameters import OutputFormat, examples
from bedplate.errors import EXIT_BLOCKED, EXIT_CLEAN, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.scaffold.update import Update

NEW_EXAMPLES = examples(
    "bedplate new-model fraud-scoring",
    "bedplate new-model fraud-scoring --platform stacks/dev.yaml --defaults",
    "bedplate new-model fraud-scoring --set risk_tier=3 --set ci=gitlab --defaults",
)
"""End of the help page of `new-model`."""
UPDATE_EXAMPLES = examples("bedplate update-model .", "bedplate update-model . --dry-run")
"""End of the help page of `update-model`."""

TEMPLATE = "model-repo"
"""Folder of the template below `templates/`."""

Platform = Annotated[
    Path | None,
    typer.Option(
        "--platform",
        metavar="FILE",
        help="Environment file of the platform: it answers what the platform knows.",
        show_default=False,
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change; write nothing.")]


def new_model(
    folder: Folder,
    *,
    platform: Platform = None,
    given: Given = None,
    answers: Answers = None,
    defaults: Defaults = False,
) -> None:
    """Make a model repository from the template.

    It trains, tests, gates, serves and watches a model from the first minute. Asks at most twelve
    questions on a terminal; elsewhere, or with --defaults, what is not answered takes its default.
    The folder is made whole or not at all.
    """
    from bedplate.assets import asset  # noqa: PLC0415 - see bedplate.cli
    from bedplate.scaffold.answers import collected  # noqa: PLC0415 - likewise
    from bedplate.scaffold.questions import questions  # noqa: PLC0415 - likewise
    from bedplate.scaffold.render import render  # noqa: PLC0415 - likewise

    template = asset("templates") / TEMPLATE
    known = {"repo_slug": folder.resolve().name} | collected(answers, given or ())
    files: Mapping[str, str] = {}
    if platform is not None:
        from bedplate.scaffold.platform_places import places  # noqa: PLC0415 - it imports Pulumi

        with working(f"Asking the platform of {platform}"):
            told = places(platform, known["repo_slug"], known.get("owner_team"))
        known, files = {**told.answers, **known}, told.files
    if not defaults and sys.stdin.isatty():
        known |= asked(questions(template), known)
    with working(f"Making {folder}"):
        render(template, known, folder, files)
    say(f"Made {folder}. Next: cd {folder} && make demo")


def update_model(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The model repository.")] = Path(),
    *,
    dry_run: DryRun = False,
    output_format: OutputFormat = "table",
) -> None:
    """Take a model repository to the present template.

    A three-way merge: files of the team never change. Managed files follow the template together
    with the team's edits; where both changed the same lines, conflicts are marked and the exit code
    is 1.
    """
    from bedplate.assets import asset  # noqa: PLC0415 - see bedplate.cli
    from bedplate.scaffold.update import apply_update, plan_update  # noqa: PLC0415 - likewise

    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}. Fix: name the repository's folder.")
    with working(f"Updating {folder}"):
        update = plan_update(folder, asset("templates") / TEMPLATE)
        if not dry_run:
            apply_update(folder, update)
    if output_format == "json":
        say(json.dumps(_document(update, applied=not dry_run), indent=2, ensure_ascii=False))
    else:
        say(_text(update, dry_run=dry_run))
    raise typer.Exit(EXIT_BLOCKED if update.open else EXIT_CLEAN)


def _document(update: Update, *, applied: bool) -> dict[str, object]:
    changes = [{"path": change.path, "kind": change.kind} for change in update.changes]
    return {
        "schema": "bedplate.update/v1",
        "from": update.before,
        "to": update.after,
        "applied": applied,
        "changes": changes,
        "open": list(update.open),
    }


def _text(update: Update, *, dry_run: bool) -> str:
    if not update.changes:
        return f"Nothing changes: the repository is at template {update.after}."
    lines = [f"{change.kind:<9} {change.path}" for change in update.changes]
    would = "would change" if dry_run else "changed"
    lines.append(
        f"{len(update.changes)} files {would}: template {update.before} to {update.after}."
    )
    if update.open:
        lines.append(f"Settle by hand: {', '.join(update.open)}.")
    return "\n".join(lines)
