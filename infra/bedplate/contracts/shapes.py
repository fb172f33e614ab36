"""The check of a value against a shape (tools/contract_shapes.py says what a shape is)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Shape = dict[str, Any]
"""What a value may be."""

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list, tuple),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int, float),
    "number": (int, float),
}
_WORDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}
_SHOWN = 8
"""Names that a message lists."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that a chart or an API server would not accept."""

    path: str
    """Dotted path of the value, such as `spec.template.spec.taints[0].effect`."""
    problem: str
    """What is wrong, without a full stop."""
    fix: str
    """How to mend it, without a full stop."""


def faults(shape: Shape, value: Any, path: str = "") -> Iterator[Fault]:
    """Yield what is wrong with a value. Null passes: it stands for what is left out."""
    if not shape or value is None:
        return
    choices = shape.get("any_of")
    if choices and not any(not list(faults(choice, value, path)) for choice in choices):
        # The choice of the value's own type says most about what is wrong.
        fitting = [choice for choice in choices if _fits(choice, value)]
        yield from faults((fitting or choices)[0], value, path)
        return
    if not _fits(shape, value):
        words = " or ".join(_WORDS[name] for name in _types(shape))
        yield Fault(path, f"{_shown(value)} is not {words}", f"write {words}")
        return
    if isinstance(value, dict):
        yield from _mapping(shape, value, path)
    elif isinstance(value, list | tuple):
        below = shape.get("items", {})
        for index, item in enumerate(value):
            yield from faults(below, item, f"{path}[{index}]")
    else:
        yield from _scalar(shape, value, path)


def _types(shape: Shape) -> list[str]:
    named = shape.get("type", [])
    return [name for name in ([named] if isinstance(named, str) else named) if name != "null"]


def _fits(shape: Shape, value: Any) -> bool:
    names = _types(shape)
    if not names:
        return True
    if isinstance(value, bool):
        return "boolean" in names
    if "integer" in names and "number" not in names and isinstance(value, float):
        # On Pulumi's wire every number is a float.
        return value.is_integer()
    return any(isinstance(value, _TYPES[name]) for name in names)


def _mapping(shape: Shape, value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    known: Shape = shape.get("properties", {})
    for name in shape.get("required", ()):
        if value.get(name) is None:
            yield Fault(_joined(path, name), "a required value is missing", "add it")
    for name, item in value.items():
        at = _joined(path, str(name))
        if name in known:
            yield from faults(known[name], item, at)
        elif "values" in shape:
            yield from faults(shape["values"], item, at)
        elif shape.get("closed"):
            yield Fault(at, "unknown key", suggestion(str(name), list(known)))


def _scalar(shape: Shape, value: Any, path: str) -> Iterator[Fault]:
    allowed = shape.get("enum")
    if allowed is not None and value not in allowed:
        texts = [str(choice) for choice in allowed]
        problem = f"{_shown(value)} is not one of the values"
        yield Fault(path, problem, suggestion(str(value), texts))
        return
    pattern = shape.get("pattern")
    if pattern and isinstance(value, str) and not _matches(pattern, value):
        yield Fault(path, f"{_shown(value)} does not have the form", f"match {pattern}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value < shape.get("minimum", value):
            least = shape["minimum"]
            yield Fault(path, f"{_shown(value)} is too small", f"use {least} or more")
        if value > shape.get("maximum", value):
            most = shape["maximum"]
            yield Fault(path, f"{_shown(value)} is too large", f"use {most} or less")


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Return a pattern as Python reads it; None where only Go's syntax does."""
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.search(value) is not None


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(value: Any) -> str:
    """Return a value for a message: text in quotes, what is large by its type only."""
    if isinstance(value, dict | list | tuple):
        return "a mapping" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, float) and value.is_integer():
        return f"`{int(value)}`"
    return f"`{value}`"


def suggestion(given: str, known: Sequence[str]) -> str:
    """Return what was probably meant, or what there is."""
    close = get_close_matches(given, known, 1, 0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    if not known:
        return "remove it"
    names = sorted(known)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"use one of {', '.join(names[:_SHOWN])}{more}"
