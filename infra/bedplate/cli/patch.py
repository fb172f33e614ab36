"""Changes of a file as a patch that `git apply` takes."""

from __future__ import annotations

import re
from difflib import unified_diff
from pathlib import Path


def patch(file: Path, before: str, after: str) -> str:
    """Return a unified diff of one file; "" where nothing changes.

    Paths start at the top of the git work tree, as in git's own patches; without git they start at
    the working folder.
    """
    name = file.resolve().relative_to(_top(file)).as_posix()
    # As git does: a tab ends a name that holds a space.
    end = "\t" if " " in name else ""
    lines = unified_diff(
        _lines(before),
        _lines(after),
        f"a/{name}{end}",
        f"b/{name}{end}",
    )
    found = [
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    ]
    # With git's own header `git apply` takes paths from the top, in a folder further down too.
    return "".join([f"diff --git a/{name} b/{name}\n", *found]) if found else ""


def _lines(text: str) -> list[str]:
    """Return lines with their line breaks; git knows no other break than a line feed."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _top(file: Path) -> Path:
    """Return the folder that a patch's paths start at."""
    place = file.resolve()
    here = Path.cwd().resolve()
    tops = [folder for folder in place.parents if (folder / ".git").exists()]
    if tops:
        return tops[0]
    return here if here in place.parents else place.parent
