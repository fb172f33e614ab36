"""Where a repository pins Bedplate, and the same text with another version."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FILES: Final = ("requirements.in", "requirements.txt", "requirements/*.in", "pyproject.toml")
"""Files that people write pins in; a lock is written by its own tool."""
LOCKS: Final = ("requirements.lock", "uv.lock", "poetry.lock")
"""Files that hold the whole of what is installed."""
_PIN: Final = re.compile(
    r"""(?P<head>(?:^|["'\s])bedplate(?:\[[\w,\s-]+\])?\s*==\s*)(?P<version>[0-9][0-9A-Za-z.+!-]*)"""
)
_OTHER: Final = re.compile(
    r"""(?:^|["'\s])bedplate(?:\[[\w,\s-]+\])?\s*(?P<range>(?:[~<>!]=?|=>)[^"'#;]*|@[^"'#]*)?"""
    r"""(?=["'#;]|\s*$)"""
)


@dataclass(frozen=True, slots=True)
class Pin:
    """One line that says which Bedplate is installed."""

    file: str
    """Path from the repository's root."""
    line: int
    """1-based."""
    version: str
    """Version that it pins; "" where it names a range or none."""
    text: str
    """The requirement as it is written."""


def pins_of(repository: Path) -> tuple[Pin, ...]:
    """Return where a repository says which Bedplate it uses."""
    return tuple(pin for file in _files(repository) for pin in _pins(repository, file))


def repinned(text: str, version: str) -> str:
    """Return a file's text with every exact pin of Bedplate at another version."""
    return "".join(
        line if line.lstrip().startswith("#") else _PIN.sub(rf"\g<head>{version}", line)
        for line in text.splitlines(keepends=True)
    )


def newer(one: str, other: str) -> bool:
    """Tell whether a version is newer than another one, by its numbers."""
    return _numbers(one) > _numbers(other)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _files(repository: Path) -> Iterator[Path]:
    for pattern in _FILES:
        yield from sorted(file for file in repository.glob(pattern) if file.is_file())


def _pins(repository: Path, file: Path) -> Iterator[Pin]:
    name = file.relative_to(repository).as_posix()
    text = file.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith("#"):
            continue
        if found := _PIN.search(line):
            yield Pin(name, number, found["version"], found[0].strip(" \t\"'"))
        elif _is_requirement(name, bare) and _OTHER.search(line):
            yield Pin(name, number, "", bare.strip(" ,\"'"))


def _is_requirement(name: str, line: str) -> bool:
    """Tell whether a line can be a requirement: in TOML it is a text, and not the own name."""
    quoted = '"bedplate' in line or "'bedplate" in line
    return not name.endswith(".toml") or (quoted and not line.startswith("name"))
