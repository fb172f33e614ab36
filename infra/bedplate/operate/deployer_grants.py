"""What the deployer needs for one resource of a plan, read from ``deployer_actions.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedplate.errors import BedplateError
from bedplate.plain_yaml import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bedplate.engine.plan import Resource
    from bedplate.names import Names

_TABLE = Path(__file__).with_name("deployer_actions.yaml")

_ELSEWHERE = ("kubernetes:", "pulumi:")
"""Types that AWS knows nothing of; the cluster itself says who may make them."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

_NO_REGION = ("budgets", "iam")
"""Services whose ARNs name no region."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions on resources, under one kind of condition."""

    actions: tuple[str, ...]
    """Names of actions, such as ``ec2:CreateVpc``."""
    resources: tuple[str, ...]
    """ARNs, with wildcards; ``*`` where AWS knows no narrower one."""
    condition: str
    """Kind of the condition, or "" where the name decides."""
    values: tuple[str, ...] = ()
    """What the condition compares with, for the kinds that take values."""


Table = Mapping[str, Mapping[str, Any]]
"""What each type of resource needs, as ``deployer_actions.yaml`` states it."""


def table(own: Table) -> Table:
    """Return the shipped table, and the entries of a project's own types."""
    return {**_table(), **own}


def knows(kind: str, known: Table) -> bool:
    """Tell whether the deployer's actions for a type of resource are known."""
    return kind.startswith(_ELSEWHERE) or kind in known


def known_types() -> frozenset[str]:
    """Return the types of AWS resources whose actions are known."""
    return frozenset(_table())


def grants_of(resource: Resource, names: Names, known: Table) -> Iterator[Grant]:
    """Yield what a resource needs; nothing for what lies outside AWS.

    Raises BedplateError where the resource leaves a value open that its grant is for.
    """
    if resource.type.startswith(_ELSEWHERE) or not resource.custom:
        return
    entry = known[resource.type]
    if entry.get("reads"):
        yield Grant(tuple(entry["reads"]), ("*",), "")
    for grant in entry.get("grants", ()):
        wanted = grant.get("when", {})
        if all(resource.inputs.get(key) == value for key, value in wanted.items()):
            yield _stated(grant, resource, names)
    yield from _standing(entry, names)


def arn(stated: str, names: Names) -> str:
    """Return the ARN of a resource that the table states as a service and an ARN's end."""
    service, _, end = stated.partition(" ")
    region = "" if service in _NO_REGION else names.region
    place = ":" if service == "s3" else f"{region}:{names.account_id}"
    # Images belong to those who publish them.
    if end == "image/*":
        place = f"{region}:"
    return f"arn:{names.partition}:{service}:{place}:{end}"


def via(service: str, names: Names) -> str:
    """Return what KMS calls a service that uses a key in somebody's name."""
    domain = "amazonaws.com.cn" if names.partition == "aws-cn" else "amazonaws.com"
    return f"{service}.{names.region}.{domain}"


def _stated(grant: Mapping[str, Any], resource: Resource, names: Names) -> Grant:
    facts = {**resource.inputs, "prefix": names.prefix, "account": names.account_id}

    def filled(text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: _fact(facts, found[1], resource), text)

    return Grant(
        actions=tuple(grant["do"]),
        resources=tuple(arn(filled(each), names) for each in grant.get("at", ())) or ("*",),
        condition=grant.get("if", ""),
        values=tuple(filled(each) for each in grant.get("values", ())),
    )


def _fact(facts: Mapping[str, Any], key: str, resource: Resource) -> str:
    value = facts.get(key)
    if not isinstance(value, str):
        raise BedplateError(
            f"{resource.name} ({resource.type}) leaves `{key}` open, so that nobody can say what "
            f"the deployer needs for it. Fix: give it a `{key}`."
        )
    return value


def _standing(entry: Mapping[str, Any], names: Names) -> Iterator[Grant]:
    """Yield what many types need alike: to pass a role, to make a linked one, to use a key."""
    if services := entry.get("passes"):
        roles = (names.role_arn("*"),)
        yield Grant(("iam:PassRole",), roles, "passed", _principals(services))
        yield Grant(("iam:GetRole",), roles, "")
    if services := entry.get("links"):
        linked = (arn("iam role/aws-service-role/*", names),)
        yield Grant(("iam:CreateServiceLinkedRole",), linked, "linked", _principals(services))
        yield Grant(("iam:GetRole",), linked, "")
    if services := entry.get("keys"):
        through = tuple(via(service, names) for service in services)
        keys = (arn("kms key/*", names),)
        yield Grant(_KEY_USE, keys, "through", through)
        yield Grant(("kms:CreateGrant",), keys, "granted", through)


_KEY_USE = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:RetireGrant",
)
"""What a service does with a key, in the name of whoever makes the resource."""


def _principals(services: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{service}.amazonaws.com" for service in services)


@cache
def _table() -> dict[str, dict[str, Any]]:
    # A shipped file: what is wrong in it is our own fault, and tests hold it.
    table: dict[str, dict[str, Any]] = plain(_TABLE.read_text(encoding="utf-8"))
    return table
