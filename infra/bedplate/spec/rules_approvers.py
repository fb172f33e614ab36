"""Rules about the people who approve: each is one person, with a name and a key of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.spec.people import name_fault, same_person
from bedplate.spec.rules import Conflict, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.spec.governance import ApproverSpec, GovernanceSpec

_LIST = "governance.approvals.approvers"


@rule("governance")
def approvers_can_be_told_apart(governance: GovernanceSpec) -> Iterator[Conflict]:
    """A name is readable, and no two are those of one person or look alike."""
    listed = governance.approvals.approvers
    for number, one in enumerate(listed):
        fault = name_fault(one.name)
        if fault is not None:
            yield Conflict(f"{_LIST}[{number}].name", *fault)
        for other in listed[:number]:
            if same_person(one.name, other.name):
                problem = f"{one.name!a} and {other.name!a} are one person, or look alike"
                yield Conflict(f"{_LIST}[{number}].name", problem, "list each person once")


@rule("governance")
def keys_are_of_one_person(governance: GovernanceSpec) -> Iterator[Conflict]:
    """A key that two names share would let one person approve twice."""
    seen: dict[str, ApproverSpec] = {}
    for number, one in enumerate(governance.approvals.approvers):
        if one.public_key is None:
            continue
        # A comment behind the key makes no other key of it.
        key = " ".join(one.public_key.split()[:2])
        other = seen.setdefault(key, one)
        if other is not one:
            problem = f"{one.name} and {other.name} have the same key"
            yield Conflict(f"{_LIST}[{number}].public_key", problem, "have each make a key")
