"""A repository as the review reads it: its files, their text, their YAML."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from bedplate.plain_yaml import LOADER

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOT_SOURCE: Final = frozenset(
    {".git", ".venv", "venv", "node_modules", "__pycache__", "build", "dist", "mlruns", ".tox"}
)
"""Folders that hold what was made or installed."""
_MOST_BYTES: Final = 1_000_000
"""Size of a text file that is read; larger ones are data."""


class Repository:
    """The files of one repository, each read at most once. Nothing in it is executed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        """Folder of the repository."""
        self._texts: dict[str, str] = {}

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Paths of its files from the root, sorted: those that git knows, else all sources."""
        listed = self._tracked()
        if listed is None:
            listed = [str(path.relative_to(self.root)) for path in _walk(self.root)]
        return tuple(sorted(name for name in listed if (self.root / name).is_file()))

    def _tracked(self) -> list[str] | None:
        git = shutil.which("git")
        if git is None or not (self.root / ".git").exists():
            return None
        done = subprocess.run(  # noqa: S603 - git, with a path and no shell
            [git, "-C", str(self.root), "ls-files", "-z", "-co", "--exclude-standard"],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            return None
        return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]

    def matching(self, *patterns: str) -> tuple[str, ...]:
        """Return the files that match one of some glob patterns, from the root or any folder."""
        return tuple(n for n in self.files if any(Path(n).match(pattern) for pattern in patterns))

    def text(self, name: str) -> str:
        """Return a file's text; "" for one that is no text or too large."""
        if name not in self._texts:
            path = self.root / name
            try:
                large = path.stat().st_size > _MOST_BYTES
                self._texts[name] = "" if large else path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                self._texts[name] = ""
        return self._texts[name]

    def documents(self, name: str) -> list[Any]:
        """Return the YAML documents of a file; none where it is no plain YAML."""
        try:
            loaded = yaml.load_all(self.text(name), Loader=LOADER)
            return [each for each in loaded if each is not None]
        except yaml.YAMLError:
            return []

    def module(self, name: str) -> ast.Module | None:
        """Return the syntax tree of a Python file; None where it can't be parsed."""
        try:
            return ast.parse(self.text(name))
        except (SyntaxError, ValueError):
            return None

    def line_of(self, name: str, part: str) -> int:
        """Return the 1-based line on which a text first stands; 0 where it does not."""
        for number, line in enumerate(self.text(name).splitlines(), 1):
            if part in line:
                return number
        return 0


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _NOT_SOURCE)
        yield from (Path(folder) / name for name in names)
