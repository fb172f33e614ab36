"""Verb `review`: scores a model repository, whoever made it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bedplate.cli.console import deliver, rendered, table, working
from bedplate.cli.parameters import Output, examples
from bedplate.errors import EXIT_BLOCKED, EXIT_CLEAN, UsageError

if TYPE_CHECKING:
    from bedplate.review.rule import Fault, Rule
    from bedplate.review.score import Review

EXAMPLES = examples(
    "bedplate review ../fraud-scoring",
    "bedplate review . --format sarif --output review.sarif",
    "bedplate review . --at-least 80",
)
"""End of the help page."""

_MOST_SHOWN = 5
"""Faults of one rule that the table lists; JSON and SARIF have all."""

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The repository.")]
ReviewFormat = Annotated[
    Literal["table", "json", "sarif"], typer.Option("--format", help="How to show it.")
]
AtLeast = Annotated[
    int,
    typer.Option("--at-least", min=0, max=100, help="Score below which the exit code is 1."),
]


def review(
    folder: Folder,
    *,
    output_format: ReviewFormat = "table",
    output: Output = None,
    at_least: AtLeast = 0,
) -> None:
    """Score a model repository, and say how to mend it.

    Any repository will do. Its files are read, nothing in it is run. Exits 1 where a critical rule
    is not kept, or the score is too low.
    """
    from bedplate.review.score import review as reviewed  # noqa: PLC0415 - see bedplate.cli

    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}. Fix: name the repository's folder.")
    with working(f"Reviewing {folder}"):
        found = reviewed(folder)
    if output_format == "json":
        text = json.dumps(found.to_json(), indent=2, ensure_ascii=False)
    elif output_format == "sarif":
        from bedplate.review.sarif import sarif  # noqa: PLC0415

        text = json.dumps(sarif(found), indent=2, ensure_ascii=False)
    else:
        text = _text(found, to_file=output is not None)
    deliver(text, output)
    critical = any(result.rule.severity == "critical" for result in found.failed)
    blocked = critical or found.score < at_least
    raise typer.Exit(EXIT_BLOCKED if blocked else EXIT_CLEAN)


def _text(found: Review, *, to_file: bool) -> str:
    """Return what is to be mended, gravest first, and the score."""
    lines: list[str] = []
    for result in found.failed:
        lines.append(f"{result.rule.id} {result.rule.severity}: {result.rule.title}.")
        lines += [f"  {_place(fault)}{fault.message}" for fault in result.faults[:_MOST_SHOWN]]
        more = len(result.faults) - _MOST_SHOWN
        if more > 0:
            lines.append(f"  … and {more} more.")
        lines += [f"  Fix: {result.rule.fix}", ""]
    summary = table("Severity", right=("Kept", "Not kept", "Not applicable"))
    for severity in ("critical", "high", "medium", "low"):
        own = [result for result in found.results if result.rule.severity == severity]
        counts = [sum(r.verdict == v for r in own) for v in ("pass", "fail", "not_applicable")]
        summary.add_row(severity, *map(str, counts))
    return rendered(*lines, summary, "", f"Score: {found.score} of 100.", to_file=to_file)


def _place(fault: Fault) -> str:
    if not fault.file:
        return ""
    return f"{fault.file}:{fault.line}: " if fault.line else f"{fault.file}: "


def rules() -> tuple[Rule, ...]:
    """Return the rules, for the reference page."""
    from bedplate.review.score import RULES  # noqa: PLC0415 - see bedplate.cli

    return RULES
