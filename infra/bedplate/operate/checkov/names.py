"""How the properties and types of pulumi-aws are called in Terraform, whose names Checkov knows.

The data is written by ``tools/terraform_names.py``: for each type token Terraform's type and the
properties that are blocks there. Everything else follows from the rules by which pulumi-aws names:
camelCase for snake_case, a plural for a repeated block, an object for a block that occurs once.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from bedplate.engine.plan import SECRET, UNKNOWN

DATA: Final = Path(__file__).with_name("terraform.json")
"""The data file."""
_HUMP: Final = re.compile(r"(?<=[a-z0-9])([A-Z])|(?<=[A-Z])([A-Z])(?=[a-z])")
_MARKERS: Final = (SECRET, UNKNOWN)
_SIBILANT: Final = ("sses", "shes", "ches", "xes")


@cache
def _types() -> dict[str, tuple[str, dict[str, Any]]]:
    types = json.loads(DATA.read_text(encoding="utf-8"))["types"]
    return {token: (name, blocks) for token, (name, blocks) in types.items()}


def terraform_type(token: str) -> str | None:
    """Return Terraform's name of a type; None where Checkov would not know it."""
    entry = _types().get(token)
    return entry[0] if entry else None


def snake(name: str) -> str:
    """Return a camelCase name in snake_case."""
    return _HUMP.sub(lambda match: f"_{match[0]}", name).lower()


def singular(name: str) -> str:
    """Return a block's own name, of which pulumi-aws shows the plural."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    if name.endswith(_SIBILANT):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def attributes(token: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Return a resource's inputs under Terraform's names; what is unknown or secret is left out."""
    entry = _types().get(token)
    return _translated(inputs, entry[1] if entry else {})


def open_attributes(inputs: dict[str, Any]) -> list[str]:
    """Return the Terraform names of top-level inputs that are unknown or secret."""
    return sorted(snake(name) for name, value in inputs.items() if value in _MARKERS)


def _translated(values: dict[str, Any], blocks: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in values.items():
        if value in _MARKERS:
            continue
        inner = blocks.get(name)
        if inner is None:
            found[snake(name)] = _plain(value)
        elif isinstance(value, dict):
            found[snake(name)] = [_translated(value, inner)]
        elif isinstance(value, list):
            items = [_translated(each, inner) for each in value if isinstance(each, dict)]
            # Some blocks are plural in Terraform too; a name that Checkov does not know is ignored.
            found |= {snake(name): items, singular(snake(name)): items}
    return found


def _plain(value: Any) -> Any:
    """Return a value without markers, at whatever depth."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item not in _MARKERS}
    if isinstance(value, list):
        return [_plain(item) for item in value if item not in _MARKERS]
    return value
