"""Git's history of a ledger: what is left out, by a cut, a merge, or a clone of a part."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bedplate.governance.ledger import Entry, Event, append
from bedplate.governance.ledger_git import git_faults

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Git = Callable[..., str]

START = datetime(2026, 11, 1, tzinfo=UTC)


def _add(ledger: Path, minute: int, event: Event = "note", actor: str = "Layla Haddad") -> None:
    time = START + timedelta(minutes=minute)
    append(ledger, Entry(time, actor, event, "prod", "sha256:aa", {"minute": minute}))


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Return a ledger of three entries in a new repository."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path)], check=True)
    file = tmp_path / "ledger" / "prod.jsonl"
    for minute in range(3):
        _add(file, minute)
    return file


@pytest.fixture
def git(ledger: Path) -> Git:
    """Return a function that runs git there and returns what it says."""
    who = ["-c", "user.name=t", "-c", "user.email=t@t.example"]

    def run(*words: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(ledger.parent), *who, *words],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    return run


def _commit(git: Git) -> str:
    git("add", "-A")
    git("commit", "-qm", "ledger")
    return git("rev-parse", "--short=12", "HEAD")


def _cut(ledger: Path, left: int) -> None:
    """Leave so many entries in a ledger."""
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:left]))


def _go_beside(ledger: Path, git: Git) -> None:
    """Leave a branch beside main, where main goes on with an entry."""
    _commit(git)
    git("branch", "beside")
    _add(ledger, 9, "refused")
    _commit(git)


def _told(ledger: Path) -> list[str]:
    return [str(fault) for fault in git_faults(ledger)]


def test_git_shows_what_was_taken_away(ledger: Path, git: Git) -> None:
    """Adding is an ordinary commit; cutting and editing are named with their commit."""
    _commit(git)
    _add(ledger, 9)
    assert git_faults(ledger) == ()
    _commit(git)
    _cut(ledger, 3)
    uncommitted = _told(ledger)
    cut = _commit(git)

    assert uncommitted == ["What is not committed yet removes or edits entries."]
    assert _told(ledger) == [f"The commit {cut} removes or edits entries."]


def test_a_merge_that_takes_ours_is_a_cut(ledger: Path, git: Git) -> None:
    """Main moves on to a merge whose first parent never had the entry."""
    _go_beside(ledger, git)
    git("checkout", "-q", "beside")
    git("commit", "-q", "--allow-empty", "-m", "something else")
    git("merge", "-q", "-s", "ours", "main", "-m", "merge")
    git("checkout", "-q", "main")
    git("merge", "-q", "--ff-only", "beside")
    merge = git("rev-parse", "--short=12", "HEAD")

    assert _told(ledger) == [f"The commit {merge} leaves out entries of another branch."]


def test_a_cut_on_a_branch_that_is_merged_in_shows(ledger: Path, git: Git) -> None:
    """Against neither of its parents does the merge itself lack a line."""
    _go_beside(ledger, git)
    _cut(ledger, 3)
    cut = _commit(git)
    git("checkout", "-q", "beside")
    git("commit", "-q", "--allow-empty", "-m", "something else")
    git("merge", "-q", "main", "-m", "merge")

    assert _told(ledger) == [f"The commit {cut} leaves out entries of another branch."]


@pytest.mark.parametrize(
    "settings",
    [("color.ui", "always"), ("diff.external", "true"), ("diff.noprefix", "true")],
)
def test_no_setting_hides_a_cut(ledger: Path, git: Git, settings: tuple[str, str]) -> None:
    """Nor does an attribute by which git takes the ledger for no text."""
    git("config", *settings)
    (ledger.parent.parent / ".gitattributes").write_text("*.jsonl -diff\n")
    _commit(git)
    _cut(ledger, 2)
    uncommitted = _told(ledger)
    cut = _commit(git)

    assert uncommitted == ["What is not committed yet removes or edits entries."]
    assert _told(ledger) == [f"The commit {cut} removes or edits entries."]


def test_two_who_decided_at_once_meet_in_a_merge(ledger: Path, git: Git) -> None:
    """One of them decides again after the other: nothing was lost."""
    _commit(git)
    git("branch", "omar")
    _add(ledger, 9, "approval")
    _commit(git)
    git("checkout", "-q", "omar")
    _add(ledger, 10, "approval", "Omar Rahman")
    _commit(git)
    git("merge", "-q", "-X", "theirs", "main", "-m", "merge", "--no-commit")
    git("checkout", "-q", "main", "--", ledger.name)
    _add(ledger, 11, "approval", "Omar Rahman")
    _commit(git)
    git("checkout", "-q", "main")
    git("merge", "-q", "--no-ff", "omar", "-m", "merge")

    assert _told(ledger) == []


def test_a_ledger_outside_git_says_so(ledger: Path, tmp_path: Path) -> None:
    """Without history a cut at the end would not show."""
    outside = tmp_path.parent / f"{tmp_path.name}-outside" / "prod.jsonl"
    outside.parent.mkdir()
    outside.write_bytes(ledger.read_bytes())

    assert _told(outside) == ["It lies in no git repository: a cut at its end would not show."]


def test_an_ignored_ledger_says_so(ledger: Path, git: Git) -> None:
    """Git would keep no history of it; one that is kept all the same is none."""
    (ledger.parent.parent / ".gitignore").write_text("ledger/\n")
    ignored = _told(ledger)
    git("add", "-f", ledger.name)

    assert ignored == ["git ignores it: a cut at its end would not show."]
    _commit(git)
    assert _told(ledger) == []


def test_a_shallow_clone_says_so(ledger: Path, git: Git, tmp_path: Path) -> None:
    """What was cut before its first commit shows in the whole history only."""
    _commit(git)
    _add(ledger, 9)
    _commit(git)
    clone = tmp_path / "clone"
    source = f"file://{tmp_path}"
    subprocess.run(["git", "clone", "-q", "--depth", "1", source, str(clone)], check=True)

    assert _told(clone / "ledger/prod.jsonl") == [
        "The clone has a part of its history only: a cut before that would not show."
    ]
