"""What a release changes against another one, by meaning.

Resources that are created, changed, replaced and deleted; versions, sizes and exposure; verdicts of
the policies; cost; and the values of the environment that differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bedplate.engine.plan import STACK_TYPE
from bedplate.governance.release_details import Changes, Replaced, changes
from bedplate.spec.difference import ABSENT, Difference, differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedplate.governance.release import Release
    from bedplate.governance.release_traits import Kind
    from bedplate.policy.finding import Finding

KINDS: Final[tuple[Kind, ...]] = ("versions", "sizes", "exposure")
"""What values of resources are about, in the order in which they are told."""

_FIELDS: Final = ("policy", "resource", "verdict")
_OPEN: Final = ("fail", "error", "unresolved", "waived")
"""Verdicts that a release keeps one by one; of the others it keeps the number."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a resource that differs."""

    resource: str
    """Key of the resource."""
    path: str
    """Property."""
    before: Any
    """What it was; ABSENT where it was not there."""
    after: Any
    """What it is; ABSENT where it is gone."""


@dataclass(frozen=True, slots=True, order=True)
class Verdict:
    """What a policy says of a resource, where it is not a plain pass."""

    policy: str
    """Id of the policy."""
    resource: str
    """Name of the resource, without project and stack."""
    verdict: str
    """`fail`, `error`, `unresolved` or `waived`."""


@dataclass(frozen=True, slots=True)
class ReleaseDifference:
    """Everything that differs between two releases."""

    resources: Changes
    """What would happen to resources."""
    traits: Mapping[Kind, tuple[Value, ...]]
    """Versions, sizes and exposure that differ; of resources that stay or come."""
    newly: tuple[Verdict, ...]
    """Verdicts that the older release did not have."""
    settled: tuple[Verdict, ...]
    """Verdicts that only the older release had."""
    hourly_usd: tuple[float | None, float | None]
    """Cost of an hour with every pool at its maximum, before and after; None: not known."""
    values: tuple[Difference, ...]
    """Values of the environment that differ."""
    other: tuple[str, ...]
    """Other parts that differ: policies, tools."""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing differs."""
        done = self.resources
        found = (done.created, done.changed, done.replaced, done.deleted, self.newly, self.settled)
        return not any((*found, self.values, self.other, *self.traits.values()))

    def to_json(self) -> dict[str, Any]:
        """Return the form that the command line shows."""
        done = self.resources
        return {
            "resources": {
                "created": list(done.created),
                "changed": list(done.changed),
                "replaced": [
                    {"resource": each.resource, "properties": list(each.properties)}
                    for each in done.replaced
                ],
                "deleted": list(done.deleted),
            },
            **{
                kind: [_sides(each, resource=each.resource) for each in self.traits[kind]]
                for kind in KINDS
            },
            "verdicts": {
                "newly": [_verdict(each) for each in self.newly],
                "settled": [_verdict(each) for each in self.settled],
            },
            "hourly_usd": {"before": self.hourly_usd[0], "after": self.hourly_usd[1]},
            "values": [_sides(each) for each in self.values],
            "other": list(self.other),
        }


def _sides(each: Value | Difference, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {**more, "path": each.path}
    for side in ("before", "after"):
        value = getattr(each, side)
        # What is not there has no key: null is a value.
        found |= {} if value is ABSENT else {side: value}
    return found


def _verdict(each: Verdict) -> dict[str, str]:
    return {name: getattr(each, name) for name in _FIELDS}


def difference(before: Release, after: Release) -> ReleaseDifference:
    """Return what differs between two releases."""
    old, new = set(_verdicts(before)), set(_verdicts(after))
    done = changes((before.resources, before.details), (after.resources, after.details))
    parts = {*before.parts, *after.parts} - {"spec", "details"}
    return ReleaseDifference(
        resources=done,
        traits={kind: tuple(_values(kind, before, after)) for kind in KINDS},
        newly=tuple(sorted(new - old)),
        settled=tuple(sorted(old - new)),
        hourly_usd=(_cost(before), _cost(after)),
        values=differences(before.spec, after.spec),
        other=tuple(
            name
            for name in sorted(parts)
            if not name.startswith("plan.") and before.parts.get(name) != after.parts.get(name)
        ),
    )


def replaced(before: Release, after: Release) -> tuple[Replaced, ...]:
    """Return the resources that would be deleted and made anew.

    A resource that goes is not among them: see `ReleaseDifference.resources.deleted`.
    """
    return changes((before.resources, before.details), (after.resources, after.details)).replaced


def _values(kind: Kind, before: Release, after: Release) -> Iterator[Value]:
    """Yield values that differ; what becomes of a resource that goes is told once, elsewhere."""
    old, new = before.details.traits.get(kind, {}), after.details.traits.get(kind, {})
    if not before.details.traits:
        return  # an older release does not tell
    for key in sorted(new.keys() | (old.keys() & after.resources.keys())):
        names = (key, *after.details.aliases.get(key, ()))
        was: Mapping[str, Any] = next((old[name] for name in names if name in old), {})
        now: Mapping[str, Any] = new.get(key, {})
        for path in sorted({*was, *now}):
            sides = (was.get(path, ABSENT), now.get(path, ABSENT))
            if sides[0] != sides[1]:
                yield Value(key, path, *sides)


def kept(findings: tuple[Finding, ...]) -> list[dict[str, str]]:
    """Return the verdicts that a release keeps one by one, in its summary."""
    found = {
        Verdict(each.policy, _name(each.urn), each.verdict)
        for each in findings
        if each.verdict in _OPEN
    }
    return [_verdict(each) for each in sorted(found)]


def _name(urn: str) -> str:
    """Return type and name of a resource; of a whole layer its project."""
    _, project, types, name = (*urn.split("::", 3), "", "", "")[:4]
    token = types.rpartition("$")[2]
    return f"{token}::{name}" if name and token != STACK_TYPE else project


def _verdicts(release: Release) -> Iterator[Verdict]:
    """Yield the verdicts that a release keeps; the summary is for people, and may be edited."""
    found = release.summary.get("findings", ())
    for each in found if isinstance(found, list | tuple) else ():
        fields = [each.get(name) for name in _FIELDS] if isinstance(each, dict) else []
        texts = [field for field in fields if isinstance(field, str)]
        if len(texts) == len(_FIELDS):
            yield Verdict(*texts)


def _cost(release: Release) -> float | None:
    found = release.summary.get("hourly_usd")
    return float(found) if isinstance(found, int | float) else None
