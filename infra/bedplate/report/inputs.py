"""A few inputs of a resource, in few words: enough to know it by, never a whole document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bedplate.engine.plan import SECRET, UNKNOWN
from bedplate.report.settings import UNSAID, is_grave, said
from bedplate.report.text import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.engine.plan import Resource

MOST: Final = 8
"""Inputs that a report shows of a resource."""
LONGEST: Final = 64
"""Characters of an input that it shows."""

_LEFT_OUT: Final = frozenset({"specPath", "tags", "tagsAll", "apiVersion", "labels", "annotations"})
"""Inputs that say nothing of a resource that stands not elsewhere."""
_CLOSED: Final = frozenset({"values", "stringData", "data", "env", "binaryData"})
"""Inputs in which a user's own values lie; only their number is told."""
_DOCUMENT: Final = re.compile(r"^\s*[{\[]|-----BEGIN|\n")
_DEEPEST: Final = 2


def summary(resource: Resource) -> tuple[tuple[str, str], ...]:
    """Return name and value of the first inputs of a resource, plain values before others."""
    found = list(_values(resource.inputs, "", 1))
    found.sort(key=lambda each: (each[0].count("."), each[1].startswith("(")))
    return tuple((name, short(text, LONGEST)) for name, text in found[:MOST])


def _values(tree: dict[str, Any], above: str, depth: int) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if key in _LEFT_OUT or value is None:
            continue
        name = f"{above}{key}"
        if value == SECRET:
            yield name, "(secret)"
        elif value == UNKNOWN:
            yield name, "(known after the deployment)"
        elif is_grave(key) and isinstance(value, str | dict | list):
            yield name, f"({UNSAID})"
        elif isinstance(value, dict):
            if key not in _CLOSED and depth < _DEEPEST:
                yield from _values(value, f"{name}.", depth + 1)
            else:
                yield name, _counted(len(value), "value")
        else:
            yield name, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return _counted(len(value), "entry" if len(value) == 1 else "entrie")
    if isinstance(value, str) and _DOCUMENT.search(value):
        return f"(a document of {len(value):,} characters)"
    return said(value)


def _counted(number: int, what: str) -> str:
    return f"({number} {what}{'' if number == 1 else 's'})"
