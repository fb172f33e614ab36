"""Deploys the release that was live before, from the commit that has its files. Imports Pulumi.

A release is digests, not files: the files are in git. They are checked out beside the repository,
and what they make must be the old release to the last byte, or the gate refuses it.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bedplate.errors import BedplateError, UsageError
from bedplate.governance.deploying import Deployed, deploy
from bedplate.governance.releasing import deployed_digests
from bedplate.governance.simulation import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.governance.deploying import Job, Watcher
    from bedplate.governance.records import Records
    from bedplate.governance.release import Release

_RECORDS = ("approvals", "changes", "releases", "ledger")
"""Folders that count as they are now, not as the old commit has them."""


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What a rollback came to."""

    deployed: Deployed
    """The deployment."""
    commit: str
    """Commit whose files it was made from."""


def target_of(records: Records, named: str | None) -> Release:
    """Return the release to go back to: the one named, else the one that was live before.

    Raises UsageError where there is none.
    """
    if named is not None:
        return records.named(named)
    history = deployed_digests(records)
    if len(history) < 2:  # noqa: PLR2004 - the present one and one before
        fix = "name a release"
        raise UsageError(f"Nothing else was live in {records.environment} before. Fix: {fix}.")
    return records.named(history[-2])


def roll_back(job: Job, named: str | None, watcher: Watcher) -> RolledBack:
    """Deploy the previous release, or the one named; raises what `deploy` raises.

    Who may approve it, and when it may be deployed, is for today's files: a key that was struck off
    since, or a freeze that was added, counts.
    """
    release = target_of(job.book, named)
    today = resolved(job.environment, job.options).spec.governance
    with _checkout(job.book, release) as (root, commit):
        stacks = root / job.options.stacks.resolve().relative_to(job.book.root)
        there = replace(
            job,
            options=replace(job.options, stacks=stacks, authority=today),
            release=release,
            records=job.book,
            event="rollback",
        )
        return RolledBack(deploy(there, watcher), commit)


@contextmanager
def _checkout(records: Records, release: Release) -> Iterator[tuple[Path, str]]:
    """Give the repository's folder as it was when a release was added, and the commit's id."""
    top = Path(_git(records.root, "rev-parse", "--show-toplevel"))
    file = records.release_file(release)
    commit = _git(records.root, "log", "--diff-filter=A", "-1", "--format=%H", "--", str(file))
    if not commit:
        fix = "commit it with the files that it was made of"
        raise BedplateError(f"No commit has the release {release.short}. Fix: {fix}.")
    with tempfile.TemporaryDirectory(prefix="bedplate-rollback-") as folder:
        tree = Path(folder) / "tree"
        _git(top, "worktree", "add", "--detach", "--quiet", str(tree), commit)
        try:
            root = tree / records.root.relative_to(top.resolve())
            _bring(records.root, root)
            yield root, commit
        finally:
            _git(top, "worktree", "remove", "--force", str(tree))


def _bring(present: Path, past: Path) -> None:
    """Bring the records of the present, and the environment that programs run in.

    They take the place of the old ones: an approval that was withdrawn must not come back.
    """
    for name in _RECORDS:
        shutil.rmtree(past / name, ignore_errors=True)
        if (present / name).is_dir():
            shutil.copytree(present / name, past / name)
    own = past / ".venv"
    if own.is_symlink():
        own.unlink()  # somebody committed it
    if (present / ".venv").is_dir() and not own.exists():
        own.symlink_to((present / ".venv").resolve())


def _git(folder: Path, *arguments: str) -> str:
    git = shutil.which("git")
    if git is None:
        raise BedplateError(
            "git is not on PATH. Fix: install it; the old files are in its history."
        )
    done = subprocess.run(  # noqa: S603 - git
        [git, "-C", str(folder), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = " ".join(done.stderr.split()) or "it gave no reason"
        fix = "roll back in a clone with its whole history"
        raise BedplateError(f"git {arguments[0]} failed: {reason}. Fix: {fix}.")
    return done.stdout.strip()
