"""The folder of environment files. Imports nothing heavy: the command line asks at every start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.errors import UsageError, shown

if TYPE_CHECKING:
    from pathlib import Path


def environments(stacks: Path) -> tuple[str, ...]:
    """Return the names of the environments in a folder, sorted.

    Raises UsageError where the folder does not exist.
    """
    if not stacks.is_dir():
        fix = "name a folder of environment files with --stacks"
        raise UsageError(f"{shown(stacks)} is not a folder. Fix: {fix}.")
    return tuple(sorted(path.stem for path in stacks.glob("*.yaml") if path.stem != "common"))
