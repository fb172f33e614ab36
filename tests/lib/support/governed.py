"""Mutants of governed properties: whatever some rule reads, broken in each way that matters.

Nothing here knows a rule. What is governed follows from the rules' own METADATA;
how a value can be broken follows from what it is: a flag, a number, a block of addresses, an ARN, a
region, a policy document, a list.
"""

from __future__ import annotations

import copy
import hashlib
import ipaddress
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bedplate.policy.layer_view import fits, judges

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bedplate.engine.plan import LayerPlan, Plan, Resource
    from bedplate.policy.catalogue import Policy

ABSENT = object()
"""Stands for a property that is left out."""
AWAY = "af-south-1"
"""A region that no environment allows."""
_REGION = re.compile(r"^[a-z]{2}(-[a-z]+)+-[0-9]$")
_ARN = re.compile(r"^arn:(aws[\w-]*):([\w-]+):([\w-]*):(\d*):(.+)$", re.DOTALL)
_DEEPEST = 3
"""Levels below a read path whose values are broken one by one."""
_OPAQUE = ("spec", "values")
"""Reads that hold a whole object; their parts are broken by the tests of their own rules."""


@dataclass(frozen=True)
class Mutant:
    """One property of one resource, broken in one way."""

    layer: str
    """Project of the layer."""
    resource: Resource
    """The resource, broken."""
    path: str
    """The property, with ``*`` for a place in a list."""
    change: str
    """How it is broken."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What a survivor is listed by: type, property, change."""
        return (self.resource.type, self.path, self.change)


def reads_of(policies: Sequence[Policy], token: str) -> set[str]:
    """Return the input paths of a type that some policy reads."""
    found: set[str] = set()
    for policy in policies:
        for read in policy.reads:
            pattern, _, path = read.rpartition("#")
            if fits(token, pattern) if pattern else judges(policy, token):
                found.add(path)
    return found


def governed(plan: Plan, policies: Sequence[Policy], sample: int) -> Iterator[Mutant]:
    """Yield mutants: each property and change, in `sample` resources of its type.

    Which resources is decided by a hash of their URN, so that it is the same in every run.
    """
    taken: dict[tuple[str, str, str], int] = {}
    for layer in plan.layers:
        ordered = sorted(layer.resources, key=lambda r: hashlib.sha256(r.urn.encode()).digest())
        for resource in ordered:
            if resource.is_provider or resource.type.startswith("bedplate:"):
                continue
            for mutant in _mutants(layer, resource, reads_of(policies, resource.type)):
                count = taken.get(mutant.key, 0)
                if count < sample:
                    taken[mutant.key] = count + 1
                    yield mutant


def _mutants(layer: LayerPlan, resource: Resource, reads: set[str]) -> Iterator[Mutant]:
    if "__provider.properties.region" in reads and resource.provider is not None:
        bare = replace(resource, provider=None)
        yield Mutant(layer.project, bare, "__provider", "left to the default")
    if "region" in reads and "region" not in resource.inputs:
        away = replace(resource, inputs=resource.inputs | {"region": AWAY})
        yield Mutant(layer.project, away, "region", "another country")
    if resource.options.get("protect"):
        open_ = replace(resource, options=resource.options | {"protect": False})
        yield Mutant(layer.project, open_, "__options.protect", "negated")
    for read in sorted(reads):
        for place in _places(resource.inputs, read.split(".")):
            for path, change, value in _broken(resource.inputs, place, read):
                inputs = copy.deepcopy(resource.inputs)
                _put(inputs, path, value)
                changed = replace(resource, inputs=inputs)
                yield Mutant(layer.project, changed, _general(path), change)


def _places(
    value: Any, steps: list[str], before: tuple[Any, ...] = ()
) -> Iterator[tuple[Any, ...]]:
    """Yield the concrete paths that a read stands for, as far as they are there."""
    if not steps:
        yield before
        return
    step, rest = steps[0], steps[1:]
    if step == "*" and isinstance(value, dict | list):
        keys: Any = range(len(value)) if isinstance(value, list) else value
        for key in keys:
            yield from _places(value[key], rest, (*before, key))
    elif isinstance(value, dict) and step in value:
        yield from _places(value[step], rest, (*before, step))


def _broken(
    inputs: dict[str, Any], place: tuple[Any, ...], read: str
) -> Iterator[tuple[tuple[Any, ...], str, Any]]:
    value = _get(inputs, place)
    yield place, "removed", ABSENT
    for change, other in _ways(value):
        yield place, change, other
    if read not in _OPAQUE and isinstance(value, dict | list):
        for path, leaf in _leaves(value, place, 0):
            for change, other in _ways(leaf):
                # An empty name or id inside a block is refused by AWS or Kubernetes themselves.
                if change != "emptied" or read == "tags":
                    yield path, change, other


def _leaves(value: Any, path: tuple[Any, ...], depth: int) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield what lies below a value, without the value itself."""
    if depth > _DEEPEST or not isinstance(value, dict | list):
        return
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        here = (*path, key)
        if not isinstance(item, dict | list):
            yield here, item
        yield from _leaves(item, here, depth + 1)


def _ways(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield how a value can be broken, by what it is."""
    if isinstance(value, bool):
        yield "negated", not value
    elif isinstance(value, int | float):
        yield "zero", 0
    elif isinstance(value, dict) or (isinstance(value, list) and value):
        yield "emptied", type(value)()
    elif isinstance(value, str):
        yield from _texts(value)


def _texts(value: str) -> Iterator[tuple[str, str]]:
    document = _document(value)
    if document is not None:
        yield from _documents(document)
        return
    if value in ("true", "false"):
        yield "negated", "false" if value == "true" else "true"
        return
    yield "emptied", ""
    if match := _ARN.match(value):
        partition, service, region, account, rest = match.groups()
        if region:
            yield "another country", f"arn:{partition}:{service}:{AWAY}:{account}:{rest}"
        if service == "kms":
            yield "key of AWS", "alias/aws/s3"
    elif _REGION.match(value):
        yield "another country", AWAY
    elif _is_block(value):
        yield "everybody", "::/0" if ":" in value else "0.0.0.0/0"
    elif value.upper() == value and value.isalpha():
        yield "switched off", "DISABLED"


def _document(value: str) -> dict[str, Any] | None:
    try:
        document = json.loads(value) if value.startswith("{") else None
    except ValueError:
        return None
    return document if isinstance(document, dict) and "Statement" in document else None


def _documents(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    statements = [*document["Statement"], anybody]
    yield "everybody may everything", json.dumps(document | {"Statement": statements})
    kept = [s for s in document["Statement"] if s.get("Effect") != "Deny"]
    if len(kept) < len(document["Statement"]):
        yield "no denials", json.dumps(document | {"Statement": kept})
    yield "emptied", json.dumps(document | {"Statement": []})


def _is_block(value: str) -> bool:
    try:
        return "/" in value and bool(ipaddress.ip_network(value, strict=False))
    except ValueError:
        return False


def _get(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _put(inputs: Any, path: tuple[Any, ...], value: Any) -> None:
    holder = _get(inputs, path[:-1])
    if value is ABSENT:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value


def _general(path: tuple[Any, ...]) -> str:
    return ".".join("*" if isinstance(step, int) else str(step) for step in path)
