"""Finds in git's history whether entries were taken out of a ledger.

On the way that a branch went, lines are only ever added. Two people who decided at once meet in a
merge: one of them decides again after the other, so what a merge or a side branch leaves out must
stand in the ledger in other words. What was rewritten out of the history shows in no clone that was
made of it later; for that there are the anchors of the evidence bucket.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Final

from bedplate.governance.ledger_verify import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COMMIT: Final = "commit "
_FORM: Final = ("--no-color", "--no-ext-diff", "--no-textconv", "--text", "-U0")
"""Differences line by line, whatever the user's settings or the repository's attributes say."""
_SAME: Final = ("event", "actor", "environment", "release")
"""What two entries on the same thing agree in."""


def git_faults(file: Path) -> tuple[Fault, ...]:
    """Return where git's history of the ledger is more than lines added at its end.

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
    faults: list[Fault] = []
    if is_shallow.strip() == "true":
        what = "The clone has a part of its history only: a cut before that would not show."
        faults.append(Fault(0, what))
    present = _output([*run, "diff", *_FORM, "HEAD", "--", file.name]) or ""
    way = _log(run, file, "--first-parent")
    cuts = [commit for commit, _ in _removed(f"{present}\n{way}")]
    faults += (Fault(0, f"{_named(each)} removes or edits entries.") for each in cuts)
    lost = dict.fromkeys(_losses(_log(run, file, "--full-history"), file))
    what = "leaves out entries of another branch"
    faults += (Fault(0, f"{_named(each)} {what}.") for each in lost if each not in cuts)
    return tuple(faults)


def _log(run: list[str], file: Path, way: str) -> str:
    """Return what became of the ledger in each commit, against each parent; "" before the first."""
    command = [*run, "log", *_FORM, "-m", "-p", way, f"--format={_COMMIT}%h", "--", file.name]
    return _output(command) or ""


def _losses(history: str, file: Path) -> Iterator[str]:
    """Yield the commits that take entries away of which the ledger holds none in their stead."""
    kept: Counter[tuple[str, ...]] | None = None
    for commit, removed in _removed(history):
        if kept is None:
            kept = Counter(map(_subject, file.read_text(errors="replace").splitlines()))
        if any(kept[subject] < count for subject, count in Counter(removed).items()):
            yield commit


def _removed(history: str) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Yield the commits that take lines away, each with what the lines were about.

    What is not committed stands first, under the name "".
    """
    commit, removed, in_hunk = "", list[tuple[str, ...]](), False
    for line in [*history.splitlines(), _COMMIT]:
        if line.startswith(_COMMIT):
            if removed:
                yield commit, removed
            commit, removed, in_hunk = line.removeprefix(_COMMIT), [], False
        elif line.startswith("@@"):
            in_hunk = True
        elif in_hunk and line.startswith("-"):
            removed.append(_subject(line[1:]))


def _subject(line: str) -> tuple[str, ...]:
    """Return what an entry is about; of a line that is no entry, the line."""
    try:
        body = json.loads(line)["entry"]
        return tuple(str(body.get(key)) for key in _SAME)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return (line,)


def _named(commit: str) -> str:
    return f"The commit {commit}" if commit else "What is not committed yet"


def _output(command: list[str]) -> str | None:
    done = subprocess.run(  # noqa: S603 - git
        command, capture_output=True, text=True, errors="replace", check=False
    )
    return None if done.returncode else done.stdout
