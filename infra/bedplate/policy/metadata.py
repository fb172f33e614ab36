"""Reads the METADATA comments of Rego files: where each stands, and what it says.

A block is ``# METADATA`` and the comment lines after it; it belongs to the rule that follows. Its
text is YAML and is read as such, with positions, so that a fault is reported where it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from yaml import MarkedYAMLError

from bedplate.errors import Problem
from bedplate.policy import positioned
from bedplate.policy.positioned import Positioned

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE: Final = re.compile(r"^package\s+([A-Za-z_][A-Za-z0-9_.]*)", re.MULTILINE)
"""The package clause of a module."""
HEAD: Final = re.compile(r"^(?P<rule>(?:stack_)?(?:deny|violation|warn)\w*)\b(?P<rest>.*)")
"""The head of a rule whose name Pulumi takes for a policy."""
_COMMENT: Final = re.compile(r"^#( ?)(.*)$")
_MARK: Final = re.compile(r"^#\s*METADATA\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """One METADATA comment, and the rule that follows it."""

    file: str
    """Path of the module as the user would type it."""
    line: int
    """1-based line of ``# METADATA``."""
    text: str
    """The YAML text, without comment signs."""
    rule: str | None
    """Name of the policy rule that follows; None where something else follows."""
    rule_line: int
    """1-based line of what follows."""

    def problem(self, path: str, text: str, fix: str, at: tuple[int, int] = (-1, 0)) -> Problem:
        """Return a problem at a place in the YAML text, given as 0-based line and column."""
        line, column = at
        return Problem(self.file, self.line + 1 + line, column + 3, path, text, fix)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a policy rule."""

    rule: str
    """Its name."""
    line: int
    """1-based line of its first head."""
    is_set: bool
    """Whether it is a set of messages (``contains``), the only form that engines report."""


def package_of(text: str) -> str | None:
    """Return the package that a module declares."""
    match = PACKAGE.search(text)
    return match.group(1) if match else None


def heads(text: str) -> dict[str, Head]:
    """Return the policy rules of a module by name."""
    found: dict[str, Head] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = HEAD.match(line)
        if match and match["rule"] not in found:
            is_set = match["rest"].startswith(" contains ")
            found[match["rule"]] = Head(match["rule"], number, is_set)
    return found


def blocks(file: str, text: str) -> Iterator[Block]:
    """Yield the METADATA comments of a module in their order."""
    lines = text.splitlines()
    index = 0
    while index < len(lines):
        if not _MARK.match(lines[index]):
            index += 1
            continue
        start, index = index, index + 1
        body: list[str] = []
        while index < len(lines) and (match := _COMMENT.match(lines[index])):
            body.append(match[2])
            index += 1
        head = HEAD.match(lines[index]) if index < len(lines) else None
        yield Block(file, start + 1, "\n".join(body), head and head["rule"], index + 1)


def read(block: Block) -> Positioned | Problem:
    """Return the mapping that a block holds, or what is wrong with its YAML."""
    fix = "write the METADATA comment as a YAML mapping"
    try:
        value = positioned.load(block.text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        at = (mark.line, mark.column) if mark else (-1, 0)
        return block.problem("", f"the METADATA is not valid YAML: {error.problem}", fix, at)
    if not isinstance(value, Positioned):
        return block.problem("", "the METADATA is no mapping", fix)
    return value


def position(mapping: Positioned, key: str) -> tuple[int, int]:
    """Return the 0-based line and column of a key in its block's text."""
    return mapping.positions[key]


def plain(value: Any) -> Any:
    """Return a YAML value as plain dictionaries, lists and text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
