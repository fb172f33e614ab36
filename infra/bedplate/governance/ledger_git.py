"""Finds in git's history whether entries were taken out of a ledger.

On the way that a branch went, a ledger only ever grows at its end. Two people who decided at once
meet in a merge: one of them decides again after the other, so what a merge or a side branch leaves
out must stand in the ledger in other words. What was rewritten out of the history shows in no clone
that was made of it later; for that there are the anchors of the evidence bucket.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from bedplate.governance.ledger_verify import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Change: TypeAlias = tuple[str, str, str]
    """A commit, and the ledger's blob in one of its parents and in itself."""
    Subject: TypeAlias = tuple[str, ...]
    """What an entry is about."""

_COMMIT: Final = "commit "
_SAME: Final = ("event", "actor", "environment", "release")
"""What two entries on the same thing agree in."""
_SHORT: Final = 12
"""Digits by which people name a commit."""
_HELD: Final = 4
"""Versions of the ledger that are held at a time; those that are compared follow each other."""


def git_faults(file: Path) -> tuple[Fault, ...]:
    """Return where git's history of the ledger is more than growth at its end.

    A ledger outside a git repository, or in one that ignores it or has a part of its history only,
    is a fault too: nothing would show that its end was cut off.
    """
    git = shutil.which("git")
    if git is None:
        return (Fault(0, "git is not on PATH, so that its history was not looked at."),)
    run = [git, "-C", str(file.parent)]
    is_shallow = _output([*run, "rev-parse", "--is-shallow-repository"])
    if is_shallow is None:
        return (Fault(0, "It lies in no git repository: a cut at its end would not show."),)
    if _output([*run, "check-ignore", "-q", "--", file.name]) is not None:
        return (Fault(0, "git ignores it: a cut at its end would not show."),)
    faults: list[str] = []
    if is_shallow == "true":
        faults.append("The clone has a part of its history only: a cut before that would not show.")
    with _blobs(run) as blob:
        faults += _cuts(run, file, blob)
    return tuple(Fault(0, each) for each in faults)


def _cuts(run: list[str], file: Path, blob: Callable[[str], bytes]) -> Iterator[str]:
    present = file.read_bytes()
    committed = _output([*run, "rev-parse", "--verify", "--quiet", f"HEAD:./{file.name}"])
    if committed is not None and not present.startswith(blob(committed)):
        yield "What is not committed yet removes or edits entries."
    way = _changes(run, file, "--first-parent")
    for commit, before, after in way:
        if not blob(after).startswith(blob(before)):
            yield f"The commit {commit} removes or edits entries."
    seen = set(way)
    kept = Counter(map(_subject, present.splitlines()))
    lost: dict[str, None] = {}
    for change in _changes(run, file, "--full-history"):
        commit, before, after = change
        if change in seen or blob(after).startswith(blob(before)):
            continue
        removed = Counter(blob(before).splitlines()) - Counter(blob(after).splitlines())
        subjects = Counter(map(_subject, removed.elements()))
        if any(kept[subject] < count for subject, count in subjects.items()):
            lost[commit] = None
    for commit in lost:
        yield f"The commit {commit} leaves out entries of another branch."


def _changes(run: list[str], file: Path, way: str) -> list[Change]:
    """Return what became of the ledger in each commit, against each parent, the newest first."""
    form = ("-m", "--raw", "--no-abbrev", "--no-renames", "--no-color", f"--format={_COMMIT}%H")
    history = _output([*run, "log", *form, way, "--", file.name]) or ""  # "" before the first
    found: list[Change] = []
    commit = ""
    for line in history.splitlines():
        if line.startswith(_COMMIT):
            commit = line.removeprefix(_COMMIT)[:_SHORT]
        elif line.startswith(":"):
            _, _, before, after, _ = line.split(maxsplit=4)
            found.append((commit, before, after))
    return found


@contextmanager
def _blobs(run: list[str]) -> Iterator[Callable[[str], bytes]]:
    """Give a function that returns the content of a blob; of the name of none, nothing."""
    with subprocess.Popen(  # noqa: S603 - git
        [*run, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        asked, answers = process.stdin, process.stdout
        if asked is None or answers is None:  # pragma: no cover - Popen was given pipes
            raise OSError("git has no pipes")

        @lru_cache(maxsize=_HELD)
        def blob(name: str) -> bytes:
            if not name.strip("0"):
                return b""
            asked.write(f"{name}\n".encode())
            asked.flush()
            *_, size = answers.readline().split()
            return answers.read(int(size) + 1)[:-1] if size.isdigit() else b""

        yield blob


def _subject(line: bytes) -> Subject:
    """Return what an entry is about; of a line that is no entry, the line."""
    try:
        body = json.loads(line)["entry"]
        return tuple(str(body.get(key)) for key in _SAME)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return (line.hex(),)


def _output(command: list[str]) -> str | None:
    done = subprocess.run(  # noqa: S603 - git
        command, capture_output=True, text=True, errors="replace", check=False
    )
    return None if done.returncode else done.stdout.strip()
