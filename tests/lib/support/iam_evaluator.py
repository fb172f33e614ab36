"""Decides a request as IAM would: a small evaluator of policy documents (IAM user guide)."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True)
class Request:
    """What is asked of AWS: an action on a resource, and what the request says beside."""

    action: str
    """Name of the action."""
    resource: str = "*"
    """ARN of the resource."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Condition keys and their values; a tuple where a key has several."""


def allows(documents: Iterable[Mapping[str, Any]], request: Request) -> bool:
    """Tell whether documents together allow a request: some Allow, and no Deny."""
    effects = [
        statement["Effect"]
        for document in documents
        for statement in document["Statement"]
        if _concerns(statement, request)
    ]
    return "Allow" in effects and "Deny" not in effects


def _concerns(statement: Mapping[str, Any], request: Request) -> bool:
    if "NotAction" in statement:
        acts = not _any(statement["NotAction"], request.action.lower(), lower=True)
    else:
        acts = _any(statement["Action"], request.action.lower(), lower=True)
    return (
        acts
        and _any(statement["Resource"], request.resource)
        and all(
            _TESTS[operator](request.facts.get(key), value)
            for operator, tests in statement.get("Condition", {}).items()
            for key, value in tests.items()
        )
    )


def _any(patterns: str | list[str], value: str, *, lower: bool = False) -> bool:
    listed = [patterns] if isinstance(patterns, str) else patterns
    return any(fnmatchcase(value, _glob(each.lower() if lower else each)) for each in listed)


def _glob(pattern: str) -> str:
    return pattern.replace("[", "[[]")


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _null(found: Any, wanted: Any) -> bool:
    absent: bool = wanted == "true"
    return (found is None) == absent


def _equals(found: Any, wanted: Any) -> bool:
    return found is not None and found in _listed(wanted)


def _like(found: Any, wanted: Any) -> bool:
    return found is not None and _any(_listed(wanted), found)


def _less(found: Any, wanted: Any) -> bool:
    return found is not None and float(found) < float(wanted)


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": _equals,
    "ForAnyValue:StringEquals": lambda found, wanted: any(
        _equals(each, wanted) for each in _listed(found)
    ),
    "Null": _null,
    "NumericLessThan": _less,
    "StringEquals": _equals,
    # A negated operator holds where the key is absent, too.
    "StringNotEquals": lambda found, wanted: not _equals(found, wanted),
}
