"""What a release keeps of its plan, so that a later one can be told from it by meaning.

Of each resource it keeps a digest of every property whose change replaces it, and the values that
people ask about: versions, sizes, exposure. Nothing else of the plan is kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bedplate import dsse
from bedplate.engine.order import in_dependency_order
from bedplate.governance.release_traits import Traits, traits_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bedplate.engine.plan import Plan, Resource

_DIGITS: Final = 16
"""Hexadecimal digits of a property's digest: two values of one property are told apart."""
_PROVIDER: Final = "provider"
"""Stands for what the resource's provider is replaced by, such as its region."""
_CLUSTERS: Final = frozenset({"clusterIdentifier"})
"""What names the cluster of a Kubernetes provider: its objects are of that cluster alone."""
UNKNOWN: Final = "?"
"""Stands for a property that an older release does not tell."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is kept of a plan."""

    replacing: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Digest of each property whose change replaces the resource, by resource and property."""
    traits: Traits = field(default_factory=dict)
    """Versions, sizes and exposure: values by kind, resource and property."""
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Former keys of a resource that was renamed with an alias, by its key."""

    def to_json(self) -> dict[str, Any]:
        """Return the form that stands in a release."""
        return {
            "replacing": {key: dict(each) for key, each in self.replacing.items()},
            "traits": {
                kind: {key: dict(each) for key, each in found.items()}
                for kind, found in self.traits.items()
            },
            "aliases": {key: list(each) for key, each in self.aliases.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Details:
        """Read what `to_json` wrote; raises KeyError, TypeError or AttributeError otherwise."""
        return cls(
            {key: dict(each) for key, each in data["replacing"].items()},
            {kind: dict(found) for kind, found in data["traits"].items()},
            {key: tuple(each) for key, each in data["aliases"].items()},
        )


@dataclass(frozen=True, slots=True)
class Replaced:
    """A resource that a deployment would delete and make anew."""

    resource: str
    """Its key: `<layer>:<type>::<name>`."""
    properties: tuple[str, ...]
    """What forces it; `?` where an older release does not tell."""

    @property
    def type(self) -> str:
        """Type token of the resource."""
        return type_of(self.resource)


def key_of(layer: str, resource: Resource) -> str:
    """Return the name of a resource in a release: the same on every machine."""
    return f"{layer}:{resource.type}::{resource.name}"


def type_of(key: str) -> str:
    """Return the type token in the name of a resource."""
    return key.partition(":")[2].partition("::")[0]


def details_of(plan: Plan) -> Details:
    """Return what is kept of a plan."""
    replacing: dict[str, dict[str, str]] = {}
    aliases: dict[str, tuple[str, ...]] = {}
    identities: dict[str, str] = {}
    for layer in plan.layers:
        # A property that reads a replaced resource changes too: dependencies come first.
        for each in in_dependency_order(layer.resources):
            found = dict(_replacing(each, identities))
            identities[each.urn] = _digest(sorted(found.items()))
            if each.custom and found:
                replacing[key_of(layer.layer, each)] = found
            former = tuple(_former(layer.layer, each)) if each.custom else ()
            if former:
                aliases[key_of(layer.layer, each)] = former
    return Details(replacing, traits_of(plan, key_of), aliases)


def _replacing(resource: Resource, identities: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each property whose change replaces a resource, with its digest."""
    # The stand-in provider, which knows what replaces, imports Pulumi: only who plans needs it.
    from bedplate.engine.sandbox.replacement import replaces  # noqa: PLC0415

    ignored = resource.options.get("ignoreChanges", ())
    for key, value in resource.inputs.items():
        if key not in ignored and (replaces(resource.type, key) or key in _CLUSTERS):
            reads = resource.property_dependencies.get(key, ())
            yield key, _digest([value, [identities.get(urn, "") for urn in reads]])
    if resource.type.startswith("kubernetes:"):
        yield from _place(resource.inputs)
    if resource.provider is not None:
        urn = resource.provider.rpartition("::")[0]
        if urn in identities:
            yield _PROVIDER, identities[urn]


def _place(inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and namespace of an object, or of a chart's release: neither can be changed."""
    metadata = inputs.get("metadata")
    found, prefix = (metadata, "metadata.") if isinstance(metadata, dict) else (inputs, "")
    for key in ("name", "namespace"):
        if isinstance(found.get(key), str):
            yield f"{prefix}{key}", _digest(found[key])


def _former(layer: str, resource: Resource) -> Iterator[str]:
    """Yield the keys under which aliases say that a resource was known before."""
    for urn in resource.options.get("aliasURNs", ()):
        types, _, name = str(urn).partition("::")[2].partition("::")[2].partition("::")
        yield f"{layer}:{types.rpartition('$')[2]}::{name}"
    for alias in resource.options.get("aliases", ()):
        token = alias.get("type") or resource.type
        yield f"{layer}:{token}::{alias.get('name') or resource.name}"


def _digest(value: Any) -> str:
    return hashlib.sha256(dsse.canonical(value)).hexdigest()[:_DIGITS]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a deployment would do to resources, each by its key."""

    created: tuple[str, ...]
    """Resources that are there only afterwards."""
    changed: tuple[str, ...]
    """Resources that are changed in place."""
    replaced: tuple[Replaced, ...]
    """Resources that are deleted and made anew."""
    deleted: tuple[str, ...]
    """Resources that were there only before."""


Side = tuple["Mapping[str, str]", Details]
"""Digest of each resource, and what else a release keeps of its plan."""


def changes(before: Side, after: Side) -> Changes:
    """Return what would happen to resources between two releases.

    A resource that was renamed with an alias is the same one. Where the older release does not say
    what replaces, each changed resource that could be replaced counts as one that is.
    """
    (old, was), (new, now) = before, after
    former = {key: _found_in(old, now.aliases.get(key, ())) for key in new.keys() - old.keys()}
    known = {key: key for key in new.keys() & old.keys()}
    known |= {key: name for key, name in former.items() if name is not None}
    replaced: list[Replaced] = []
    for key, name in sorted(known.items()):
        held = was.replacing.get(name, {} if was.replacing else None)
        forced = _forced(held, now.replacing.get(key, {}), touched=old[name] != new[key])
        if forced:
            replaced.append(Replaced(key, forced))
    gone = {each.resource for each in replaced}
    touched = [key for key, name in known.items() if old[name] != new[key] and key not in gone]
    return Changes(
        tuple(sorted(new.keys() - known.keys())),
        tuple(sorted(touched)),
        tuple(replaced),
        tuple(sorted(old.keys() - set(known.values()))),
    )


def _found_in(old: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((name for name in names if name in old), None)


def _forced(
    was: Mapping[str, str] | None, now: Mapping[str, str], *, touched: bool
) -> tuple[str, ...]:
    if was is None:
        return (UNKNOWN,) if now and touched else ()
    return tuple(key for key in sorted({*was, *now}) if was.get(key) != now.get(key))
