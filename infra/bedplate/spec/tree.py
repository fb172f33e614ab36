"""A YAML document as a tree of values that know where they were written.

Merging is plain: mappings merge key by key, everything else replaces, and ``null`` removes what
lies below, for good: a mapping on top of a ``null`` starts anew. So files are merged in their
order, one on top of the next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Layer = Literal["blueprint", "common", "environment", "default"]
"""Which kind of file set a value."""

Scalar = str | int | float | bool | None
"""A leaf of a document."""

Plain = Scalar | list["Plain"] | dict[str, "Plain"]
"""A document without positions."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value was written."""

    file: str
    """Path of the file, as the user would type it."""
    line: int
    """1-based."""
    column: int
    """1-based."""
    layer: Layer
    """Kind of file."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it was written."""

    value: Scalar | list[Node] | dict[str, Node]
    """Leaf, list or mapping."""
    origin: Origin
    """Position of the value itself."""
    key: Origin
    """Position of the key that introduces it; equal to `origin` where there is none."""


def merge(base: Node, over: Node) -> Node:
    """Return `base` with `over` laid on top of it."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    merged = dict(base.value)
    for key, node in over.value.items():
        merged[key] = merge(merged[key], node) if key in merged else node
    return replace(over, value=merged)


def stripped(node: Node) -> Node:
    """Return the tree without the keys whose value is ``null``."""
    if isinstance(node.value, dict):
        kept = {k: stripped(n) for k, n in node.value.items() if n.value is not None}
        return replace(node, value=kept)
    if isinstance(node.value, list):
        return replace(node, value=[stripped(item) for item in node.value])
    return node


def plain(node: Node) -> Plain:
    """Return the values without their positions."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value


def walk(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """Yield every node with its dotted path, the root as ""."""
    yield path, node
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from walk(child, f"{path}.{key}" if path else key)
    elif isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from walk(child, f"{path}[{index}]")


def parent_path(path: str) -> str:
    """Return the dotted path one step up, "" at the top."""
    return path[: max(path.rfind("."), path.rfind("["), 0)]
