"""Three-way merge of one file, by git's own merge."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from bedplate.errors import UsageError

_MOST_CONFLICTS: Final = 127
"""`git merge-file` exits with the number of conflicts, at most this; beyond it is an error."""


def merged(base: bytes, ours: bytes, theirs: bytes, version: str) -> tuple[bytes, bool]:
    """Return the merge of three texts, and whether conflicts are marked in it.

    Raises UsageError where git is absent or can't merge, as with files that are no text.
    """
    git = shutil.which("git")
    if git is None:
        raise UsageError("`git` is not on PATH. Fix: install git; it merges the files.")
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
            (Path(folder) / name).write_bytes(content)
            names.append(name)
        labels = ["-L", "yours", "-L", "as baked", "-L", f"template {version}"]
        done = subprocess.run(  # noqa: S603 - git, with files of our own naming
            [git, "merge-file", "--diff3", "-p", *labels, *names],
            cwd=folder,
            capture_output=True,
            check=False,
        )
    if not 0 <= done.returncode <= _MOST_CONFLICTS:
        reason = done.stderr.decode(errors="replace").strip()
        raise UsageError(f"git can't merge: {reason}. Fix: merge this file by hand.")
    return done.stdout, done.returncode > 0


def is_text(content: bytes) -> bool:
    """Tell whether content can be merged line by line."""
    return b"\0" not in content
