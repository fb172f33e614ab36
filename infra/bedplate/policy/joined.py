"""Joins the Rego files of a package into one module, and finds the file that a line came from.

Engines look through all their modules at every look at data, so that one module is much faster than
many. Where files must stay apart, they do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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


def packages_of(modules: Iterable[Module]) -> dict[str, list[Module]]:
    """Return modules by their package."""
    packages: dict[str, list[Module]] = {}
    for module in modules:
        packages.setdefault(module.package, []).append(module)
    return packages


def joined(modules: Iterable[Module]) -> dict[str, Located]:
    """Return one module for each package, by name; a file that imports more than Rego stays apart.

    An import binds a name in its own file, so that such a file can't be joined with others.
    """
    found: dict[str, Located] = {}
    for package, files in packages_of(modules).items():
        apart = [module for module in files if _imports(module)]
        for module in apart:
            found[module.file] = Located(module.text, ((1, module.file),))
        if together := [module for module in files if module not in apart]:
            found[f"package {package}"] = join(package, together)
    return found


def join(
    package: str, files: Sequence[Module], change: Callable[[str], str] = lambda line: line
) -> Located:
    """Return files of one package as one module; columns may move by ``change``, rows do not."""
    lines = [f"package {package}", "", "import rego.v1", ""]
    starts: list[tuple[int, str]] = []
    for module in files:
        starts.append((len(lines) + 1, module.file))
        lines += ["" if _is_head(line) else change(line) for line in module.text.splitlines()]
    return Located("\n".join(lines) + "\n", tuple(starts))


def _code(line: str) -> list[str]:
    """Return the words of a line that may be a head; none for most, which show at once."""
    if "import" not in line and "package" not in line:
        return []
    return line.split("#", maxsplit=1)[0].split()


def _is_head(line: str) -> bool:
    """Tell whether a line is one that the joined module has once."""
    code = _code(line)
    return code[:1] == ["package"] or code == ["import", "rego.v1"]


def _imports(module: Module) -> bool:
    lines = map(_code, module.text.splitlines())
    return any(code[:1] == ["import"] and code != ["import", "rego.v1"] for code in lines)
