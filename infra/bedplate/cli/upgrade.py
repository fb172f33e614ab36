"""Verb `upgrade`: a platform's repository at the installed version of Bedplate."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bedplate.cli.console import say, working
from bedplate.cli.parameters import OutputFormat, examples
from bedplate.cli.release_text import difference_lines
from bedplate.errors import EXIT_BLOCKED, EXIT_CLEAN, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.scaffold.upgrade import Upgrade
    from bedplate.scaffold.upgrade_effects import Effect

EXAMPLES = examples("bedplate upgrade", "bedplate upgrade --write", "bedplate upgrade ../acme")
"""End of the help page."""

_TEMPLATE = "platform-repo"

Write = Annotated[bool, typer.Option("--write", help="Change the files, and the pin.")]


def upgrade(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The repository.")] = Path(),
    *,
    write: Write = False,
    output_format: OutputFormat = "table",
) -> None:
    """Take a platform's repository to the installed Bedplate.

    Without --write it only shows. First what each environment's plan would be against its newest
    release, and which policies newly block. Then files: those of the template follow it together
    with your edits, where both changed the same lines conflicts are marked; your own files never
    change. Last the pin of Bedplate. Exit code 1: an environment would no longer check clean, or a
    conflict is to be settled.
    """
    from bedplate.assets import asset  # noqa: PLC0415 - see bedplate.cli
    from bedplate.scaffold.update import apply_update  # noqa: PLC0415 - likewise
    from bedplate.scaffold.upgrade import plan_upgrade  # noqa: PLC0415 - likewise
    from bedplate.spec.reference import environment_schema_text  # noqa: PLC0415 - likewise

    if not (folder / "stacks").is_dir():
        raise UsageError(f"{folder} holds no stacks/. Fix: name the platform's repository.")
    found = plan_upgrade(folder, asset("templates") / _TEMPLATE, environment_schema_text())
    told: tuple[Effect, ...] = ()
    if found.update.changes:
        from bedplate.scaffold.upgrade_effects import effects  # noqa: PLC0415 - it imports Pulumi

        with working(f"Judging {folder} as it would be"):
            told = effects(folder, found.update, datetime.now(UTC))
        if write:
            apply_update(folder, found.update)
    if output_format == "json":
        say(json.dumps(_document(found, told, written=write), indent=2, ensure_ascii=False))
    else:
        say("\n".join(_text(found, told, written=write)))
    blocked = bool(found.update.open) or any(each.blocks for each in told)
    raise typer.Exit(EXIT_BLOCKED if blocked else EXIT_CLEAN)


def _document(found: Upgrade, told: tuple[Effect, ...], *, written: bool) -> dict[str, Any]:
    return {
        "schema": "bedplate.upgrade/v1",
        "bedplate": {"from": found.before or None, "to": found.after},
        "template": {"from": found.update.before, "to": found.update.after},
        "environments": [
            {
                "environment": each.environment,
                "release": each.release and each.release.digest,
                "difference": each.difference and each.difference.to_json(),
                "faults": list(each.faults),
                "blocking": list(each.blocking),
            }
            for each in told
        ],
        "changes": [{"path": each.path, "kind": each.kind} for each in found.update.changes],
        "open": list(found.update.open),
        "by_hand": [f"{pin.file}:{pin.line}: {pin.text}" for pin in found.by_hand],
        "locks": list(found.locks),
        "written": written and bool(found.update.changes),
    }


def _text(found: Upgrade, told: tuple[Effect, ...], *, written: bool) -> Iterator[str]:
    if not found.update.changes:
        at = f"Bedplate {found.before or found.after}, template {found.update.after}"
        yield f"Nothing changes: the repository is at {at}."
        return
    template = f"template {found.update.before} → {found.update.after}"
    yield f"Bedplate {found.before or 'not pinned'} → {found.after}, {template}."
    for each in told:
        yield ""
        yield from _effect(each)
    yield ""
    yield "Files:"
    yield from (f"  {change.kind:<9} {change.path}" for change in found.update.changes)
    for pin in found.by_hand:
        yield f"Change by hand: {pin.file}:{pin.line} says `{pin.text}`, which is no exact pin."
    if found.update.open:
        yield f"Settle by hand: {', '.join(found.update.open)}."
    yield _next(found, written=written)


def _effect(each: Effect) -> Iterator[str]:
    if each.release is None:
        yield f"{each.environment} has no release: there is no older plan to compare with."
    else:
        made = f"{each.release.short} of {each.release.created:%Y-%m-%d}"
        yield f"{each.environment}, against release {made}:"
        if each.difference is not None:
            yield from difference_lines(each.difference) or ["  nothing differs"]
            if each.difference.values:
                yield "  Values are of the files as they are, not of the upgrade."
    yield from (f"  no longer valid: {fault}" for fault in each.faults)
    yield from (f"  blocks now: {sentence}" for sentence in each.blocking)
    if each.release is None and not each.blocks:
        yield "  nothing blocks"


def _next(found: Upgrade, *, written: bool) -> str:
    if not written:
        return "Nothing is written: see --write."
    locks = f"write {', '.join(found.locks)} anew, " if found.locks else ""
    return f"Written. Next: {locks}bedplate check, and commit."
