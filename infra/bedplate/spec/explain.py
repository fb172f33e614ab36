"""Turns what pydantic refuses into sentences with a position and a remedy."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from bedplate.errors import Problem
from bedplate.spec.base import FORMS
from bedplate.spec.docstrings import docstring_of
from bedplate.spec.gpu_types import GPU_TYPES
from bedplate.spec.platform import PlatformSpec
from bedplate.spec.regions import JURISDICTIONS, REGIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

    from bedplate.spec.tree import Node

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "date_type": "a date (YYYY-MM-DD)",
    "date_parsing": "a date (YYYY-MM-DD)",
    "date_from_datetime_parsing": "a date (YYYY-MM-DD)",
}
"""pydantic's type errors, in words."""

_KNOWN: dict[str, tuple[str, Collection[str]]] = {
    "region": ("AWS region", REGIONS),
    "jurisdiction": ("jurisdiction", JURISDICTIONS),
    "gpu_type": ("GPU instance type", GPU_TYPES),
}
"""Tables that validators look values up in, by the code that they raise."""

_SHOWN_VALUES = 12


def suggestion(name: str, known: Collection[str]) -> str:
    """Return "did you mean …" for a near miss, or the list of what there is."""
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    shown = sorted(known)
    if len(shown) > _SHOWN_VALUES:
        return f"use one of the {len(shown)} that are known, such as {', '.join(shown[:4])}"
    return f"use one of {', '.join(shown)}"


def problem_of(error: ErrorDetails, root: Node) -> Problem:
    """Return the positioned sentence for one pydantic error."""
    location = [part for part in error["loc"] if part != "[key]"]
    node, path = _find(root, location)
    kind = error["type"]
    at_key = kind in {"extra_forbidden", "missing"} or error["loc"][-1] == "[key]"
    position = node.key if at_key else node.origin
    text, fix = _sentence(error, location)
    return Problem(position.file, position.line, position.column, path, text, fix)


def _find(root: Node, location: Sequence[int | str]) -> tuple[Node, str]:
    """Return the deepest node on the way to a location, and the location's dotted path."""
    path = ""
    node: Node = root
    child: Node | None = root
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
        child = _child(child, part) if child is not None else None
        node = child or node
    return node, path


def _child(node: Node, part: int | str) -> Node | None:
    if isinstance(node.value, dict) and isinstance(part, str):
        return node.value.get(part)
    if isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
        return node.value[part]
    return None


def _sentence(  # noqa: PLR0911 - one return per kind of error reads best
    error: ErrorDetails, location: Sequence[int | str]
) -> tuple[str, str]:
    kind, value = error["type"], error["input"]
    context = error.get("ctx", {})
    described = describe(location)
    if kind == "extra_forbidden":
        return "unknown key", suggestion(str(location[-1]), _siblings(location))
    if kind == "missing":
        return "a required value is missing", f"add it. {described}" if described else "add it"
    if kind == "literal_error":
        allowed = _literals(str(context.get("expected", "")))
        return f"{_quoted(value)} is not one of the values", suggestion(str(value), allowed)
    if kind in _KINDS:
        return _mistyped(kind, value)
    if kind == "value_error":
        return _own(str(context.get("error", "")), value, described)
    if kind == "string_pattern_mismatch":
        pattern = str(context.get("pattern"))
        form = f"write {FORMS[pattern]}" if pattern in FORMS else described
        return f"{_quoted(value)} does not have the right form", form
    bound, fix = _bound(kind, context)
    return f"{_quoted(value)} {bound or error['msg']}", fix or described or "change the value"


def _mistyped(kind: str, value: object) -> tuple[str, str]:
    wanted = _KINDS[kind]
    problem = f"{_quoted(value)} is {_kind_of(value)}, not {wanted}"
    if wanted == "text" and isinstance(value, int | float):
        return problem, f'quote it: "{value}"'
    if wanted == "true or false" and str(value).lower() in {"yes", "on", "no", "off"}:
        return problem, f"write {'true' if str(value).lower() in {'yes', 'on'} else 'false'}"
    return problem, f"write {wanted}"


def _own(message: str, value: object, described: str) -> tuple[str, str]:
    code, _, name = message.partition(":")
    if code == "cidr":
        return f"{_quoted(value)} can't be used: {name}", described
    if code not in _KNOWN:
        return f"{_quoted(value)} is refused: {message}", described or "change the value"
    noun, known = _KNOWN[code]
    if code == "jurisdiction" and not name.isupper():
        return f"`{name}` is not a country code", "write the two capital letters, such as `NO`"
    return f"`{name}` is not a known {noun}", suggestion(name, known)


def _bound(kind: str, context: dict[str, Any]) -> tuple[str, str]:
    bounds = {
        "greater_than_equal": ("is less than {}", "use at least {}", "ge"),
        "greater_than": ("is not greater than {}", "use more than {}", "gt"),
        "less_than_equal": ("is more than {}", "use at most {}", "le"),
        "less_than": ("is not less than {}", "use less than {}", "lt"),
        "too_short": ("has too few items", "list at least {}", "min_length"),
        "string_too_short": ("is too short", "use at least {} characters", "min_length"),
        "string_too_long": ("is too long", "use at most {} characters", "max_length"),
    }
    if kind not in bounds:
        return "", ""
    problem, fix, key = bounds[kind]
    return problem.format(context.get(key)), fix.format(context.get(key))


def _quoted(value: object) -> str:
    if isinstance(value, dict):
        return "this"
    if isinstance(value, list | tuple):
        return "the list"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text[:60]}…`" if len(text) > 60 else f"`{text}`"  # noqa: PLR2004 - a line's worth


def _kind_of(value: object) -> str:
    kinds: dict[type, str] = {bool: "true or false", int: "a number", float: "a number"}
    kinds |= {str: "text", list: "a list", tuple: "a list", dict: "a mapping"}
    return kinds.get(type(value), "empty")


def _literals(expected: str) -> list[str]:
    return [part.strip(" '") for part in expected.replace(" or ", ", ").split(",") if part.strip()]


def fields_at(location: Sequence[int | str]) -> Iterator[FieldInfo]:
    """Yield the field of each step of a location, as far as the models reach."""
    for model, name in _steps(location):
        yield model.model_fields[name]


def _steps(location: Sequence[int | str]) -> Iterator[tuple[type[BaseModel], str]]:
    """Yield each step's model and the name of its field."""
    model: type[BaseModel] | None = PlatformSpec
    for part in location:
        if isinstance(part, int) or model is None or part not in model.model_fields:
            continue
        yield model, part
        model = _model_in(model.model_fields[part].annotation)


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = _model_in(argument)
        if found is not None:
            return found
    return None


def describe(location: Sequence[int | str]) -> str:
    """Return the description of the field at a location, "" where there is none."""
    steps = list(_steps(location))
    if not steps:
        return ""
    description = " ".join(docstring_of(*steps[-1]).split())
    return description.split(". ", 1)[0]


def _siblings(location: Sequence[int | str]) -> Collection[str]:
    fields = list(fields_at(location[:-1]))
    model = _model_in(fields[-1].annotation) if fields else PlatformSpec
    return model.model_fields if model else ()
