"""What a teardown keeps, and why: the protected resources and what they need to exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedplate.engine.plan import LayerPlan, Resource

_LOCK: Final = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
_VAULT_LOCK: Final = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"


@dataclass(frozen=True, slots=True)
class Kept:
    """One resource that a teardown leaves."""

    urn: str
    """Which."""
    name: str
    """Its logical name."""
    type: str
    """Its type token."""
    reason: str
    """Why, as a clause."""


def keep_list(plan: LayerPlan) -> tuple[Kept, ...]:
    """Return what a teardown of a layer leaves, in the order of dependencies.

    That is what is protected, with all that it needs: its parents, its provider, and whatever its
    properties were read from.
    """
    known = plan.by_urn()
    reasons: dict[str, str] = {}
    for resource in plan.resources:
        if resource.options.get("protect"):
            reasons[resource.urn] = "it is protected"
    waiting = list(reasons)
    while waiting:
        urn = waiting.pop()
        for needed in _needs(known[urn]):
            if needed in known and needed not in reasons:
                reasons[needed] = f"{known[urn].name} needs it"
                waiting.append(needed)
    return tuple(
        Kept(each.urn, each.name, each.type, reasons[each.urn])
        for each in plan.resources
        if each.urn in reasons
    )


def _needs(resource: Resource) -> Iterator[str]:
    yield from resource.dependencies
    if resource.parent:
        yield resource.parent
    if resource.provider:
        yield resource.provider.rpartition("::")[0]


def locked_stores(plan: LayerPlan) -> Mapping[str, str]:
    """Return, by the name of the store, what its lock means for a teardown, as a sentence."""
    found: dict[str, str] = {}
    for resource in plan.resources:
        inputs = resource.inputs
        if resource.type == _LOCK:
            found[str(inputs.get("bucket"))] = _object_lock(inputs)
        elif resource.type == _VAULT_LOCK:
            found[str(inputs.get("backupVaultName"))] = (
                "Its recovery points stay until their retention ends; "
                "then the vault can be deleted."
            )
    return found


def _object_lock(inputs: Mapping[str, object]) -> str:
    rule = inputs.get("rule")
    default = rule.get("defaultRetention") if isinstance(rule, dict) else None
    retention = default if isinstance(default, dict) else {}
    mode = retention.get("mode", "COMPLIANCE")
    days = retention.get("days")
    length = f"{days} days" if days else f"{retention.get('years')} years"
    who = (
        "nobody, the root user included, can delete them before"
        if mode == "COMPLIANCE"
        else "only who may bypass governance can delete them before"
    )
    return (
        f"Each of its objects is locked for {length} ({mode}): {who}. "
        "The bucket can be deleted when the last of them has expired."
    )
