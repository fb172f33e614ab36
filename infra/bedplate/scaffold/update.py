"""Takes a repository from the template it was made from to the present one.

Files of the team never change; files that the template manages follow it, together with what the
team changed in them. Everything is worked out before anything is written.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from bedplate.errors import UsageError, shown
from bedplate.scaffold.merge import is_text, merged
from bedplate.scaffold.questions import questions
from bedplate.scaffold.record import BASE, RECORD, read_record
from bedplate.scaffold.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.scaffold.record import Record

Kind = Literal["added", "updated", "merged", "removed", "conflict", "beside"]
"""What happens to a file; `beside`: the template's version is put next to yours."""

BESIDE: Final = ".from-template"
"""Ending of a file of the template's that could not be merged into yours."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an update does to one file."""

    path: str
    """Path from the repository's root."""
    kind: Kind
    """What happens to it."""
    content: bytes | None
    """What it holds afterwards; None: it is removed."""
    executable: bool = False
    """Whether it is a program."""


@dataclass(frozen=True, slots=True)
class Update:
    """What takes a repository to the present template."""

    before: str
    """Version of the template that it was made from, or last updated to."""
    after: str
    """Version of the template now."""
    changes: tuple[Change, ...]
    """Files that change, by path."""

    @property
    def open(self) -> tuple[str, ...]:
        """Paths of the files that a person has to settle."""
        return tuple(c.path for c in self.changes if c.kind in ("conflict", "beside"))


def plan_update(repository: Path, template: Path) -> Update:
    """Return what an update would change; nothing is written.

    Raises UsageError where the repository was not made from this template, has changes that are
    not committed, or holds answers that the template no longer takes.
    """
    before = read_record(repository)
    if before.template != template.name:
        fix = f"use the template {before.template}"
        raise UsageError(f"{repository} was made from {before.template}. Fix: {fix}.")
    _clean(repository)
    asked = {question.key for question in questions(template)}
    answers = {key: value for key, value in before.answers.items() if key in asked}
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "fresh"
        render(template, answers, fresh)
        after = read_record(fresh)
        changes = tuple(_changes(repository, before, after, fresh))
    return Update(before.version, after.version, changes)


def apply_update(repository: Path, update: Update) -> None:
    """Write what `plan_update` found, each file whole or not at all, the record last.

    Raises UsageError where a file can't be written; git then brings back what was before.
    """
    ordered = sorted(update.changes, key=lambda change: change.path in (RECORD, BASE))
    for change in ordered:
        try:
            _apply(repository / change.path, change)
        except OSError as error:
            reason = (error.strerror or "unknown error").lower()
            fix = "make room, run `git restore .` and `git clean -f` there, then repeat"
            what = f"{shown(repository / change.path)} can't be written: {reason}"
            raise UsageError(f"{what}. Fix: {fix}.") from error


def _apply(target: Path, change: Change) -> None:
    if change.content is None:
        target.unlink(missing_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as temporary:
            temporary.write(change.content)
        made.chmod(0o755 if change.executable else 0o644)
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


def _changes(repository: Path, before: Record, after: Record, fresh: Path) -> Iterator[Change]:
    # A file of the team's is made where it is new in the template, and never touched afterwards.
    for path in sorted(after.owned - before.owned):
        if not (repository / path).exists():
            yield _change(path, "added", (fresh / path).read_bytes(), fresh)
    for path in sorted({*before.base, *after.base} - after.owned):
        ours_file = repository / path
        ours = ours_file.read_bytes() if ours_file.is_file() else None
        base, theirs = before.base.get(path), after.base.get(path)
        yield from _managed(path, base, ours, theirs, after.version, fresh)
    for path in (RECORD, BASE):
        theirs = (fresh / path).read_bytes()
        if (repository / path).read_bytes() != theirs:
            yield Change(path, "updated", theirs)


def _managed(
    path: str,
    base: bytes | None,
    ours: bytes | None,
    theirs: bytes | None,
    version: str,
    fresh: Path,
) -> Iterator[Change]:
    """Yield what happens to one file of the template's: at most one change."""
    if theirs in (base, ours):
        return  # the template did not touch it, or it is there already
    if ours == base:
        kind: Kind = "added" if base is None else "updated" if theirs is not None else "removed"
        yield _change(path, kind, theirs, fresh)
    elif theirs is None:
        return  # gone from the template, changed by the team: it is theirs now
    elif ours is None:
        yield _change(f"{path}{BESIDE}", "beside", theirs, fresh)
    elif all(is_text(content) for content in (base or b"", ours, theirs)):
        content, marked = merged(base or b"", ours, theirs, version)
        yield _change(path, "conflict" if marked else "merged", content, fresh)
    else:
        yield _change(f"{path}{BESIDE}", "beside", theirs, fresh)


def _change(path: str, kind: Kind, content: bytes | None, fresh: Path) -> Change:
    baked = fresh / path.removesuffix(BESIDE)
    executable = baked.is_file() and bool(baked.stat().st_mode & 0o100)
    return Change(path, kind, content, executable)


def _clean(repository: Path) -> None:
    """Refuse a repository whose present state git could not bring back."""
    git = shutil.which("git")
    if git is None:
        raise UsageError("`git` is not on PATH. Fix: install git; an update relies on it.")
    done = subprocess.run(  # noqa: S603 - git, with a path and no shell
        [git, "-C", str(repository), "status", "--porcelain", "--", "."],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        fix = "run `git init` and commit what is there"
        raise UsageError(f"{repository} is no git repository. Fix: {fix}.")
    if done.stdout.strip():
        fix = "commit or stash them; an update can then be taken back"
        raise UsageError(f"{repository} has changes that are not committed. Fix: {fix}.")
