"""Moves Rego modules into a namespace, so that a shared server can hold them beside anything else.

The files of one package become one module: a server compiles what it is given at once, and a file
must not come before the one whose functions it calls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedplate.policy.catalogue import Module


@dataclass(frozen=True, slots=True)
class Located:
    """A module made of several files."""

    text: str
    """Its text."""
    files: tuple[tuple[int, str], ...]
    """First line of each file in it, and the file's path; in order."""

    def place(self, row: int, column: int) -> str:
        """Return the place in the file that a line of the module came from."""
        found = ""
        for first, file in self.files:
            if first <= row:
                found = f"{file}:{row - first + 1}:{column}"
        return found or f"{row}:{column}"


def namespaced(modules: Iterable[Module], namespace: str) -> dict[str, Located]:
    """Return one module for each package, by package, all of them below ``namespace``."""
    packages: dict[str, list[Module]] = {}
    for module in modules:
        packages.setdefault(module.package, []).append(module)
    known = "|".join(re.escape(package) for package in packages)
    reference = re.compile(rf"\bdata\.({known})\b")
    return {
        package: _joined(package, files, namespace, reference)
        for package, files in packages.items()
    }


def _joined(
    package: str, files: Iterable[Module], namespace: str, reference: re.Pattern[str]
) -> Located:
    lines = [f"package {namespace}.{package}", "", "import rego.v1", ""]
    starts: list[tuple[int, str]] = []
    for module in files:
        starts.append((len(lines) + 1, module.file))
        lines += [_line(text, namespace, reference) for text in module.text.splitlines()]
    return Located("\n".join(lines) + "\n", tuple(starts))


def _line(text: str, namespace: str, reference: re.Pattern[str]) -> str:
    """Return a line of a file as it stands in the joined module; columns may move, rows do not."""
    code = text.split("#", maxsplit=1)[0].split()
    if code[:1] == ["package"] or code == ["import", "rego.v1"]:
        return ""
    return reference.sub(rf"data.{namespace}.\1", text)
