"""The difference between a resource's old and new inputs, property by property."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Change: TypeAlias = Literal["add", "delete", "update"]


def differences(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, Change]]:
    """Yield the path of each value that differs, such as ``tags.team`` or ``ingress[0].port``.

    A value that is unknown differs from every known one.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _of_mappings(old, new, path)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from differences(before, after, f"{path}[{place}]")
    elif old != new:
        yield path, "update"


def _of_mappings(
    old: Mapping[str, Any], new: Mapping[str, Any], path: str
) -> Iterator[tuple[str, Change]]:
    for key in sorted({*old, *new}):
        inner = f"{path}.{key}" if path else key
        if key not in new:
            yield inner, "delete"
        elif key not in old:
            yield inner, "add"
        else:
            yield from differences(old[key], new[key], inner)


def top_level(path: str) -> str:
    """Return the property that a path lies in."""
    return path.split(".", 1)[0].split("[", 1)[0]
