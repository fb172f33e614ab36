"""What differs between two resolved environments, value by value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ABSENT: Final = object()
"""Stands for a value that one of the two does not have."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not the same."""

    path: str
    """Dotted path of the value."""
    before: Any
    """Value in the first, or ABSENT."""
    after: Any
    """Value in the second, or ABSENT."""


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return the values that differ, by path; lists are compared whole."""
    old, new = dict(leaves(before)), dict(leaves(after))
    return tuple(
        Difference(path, old.get(path, ABSENT), new.get(path, ABSENT))
        for path in sorted({*old, *new})
        if old.get(path, ABSENT) != new.get(path, ABSENT)
    )


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value of a tree with its dotted path; lists are values."""
    if isinstance(tree, dict) and tree:
        for key, value in tree.items():
            yield from leaves(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, tree
