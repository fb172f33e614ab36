"""One layer of a Plan as the evaluator sees it: inputs, matching types, and values still open."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from bedplate.policy.finding import stack_urn
from bedplate.policy.rego_input import (
    dumps,
    is_open,
    layer_inputs,
    narrowed,
    openings,
    resource_text,
    stack_entry,
    stack_text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.engine.plan import LayerPlan, Resource
    from bedplate.policy.catalogue import Policy
    from bedplate.policy.rego_input import Tree


class LayerView:
    """A layer with what is derived from it once."""

    def __init__(self, layer: LayerPlan) -> None:
        self.resources = layer.resources
        self.by_urn = layer.by_urn()
        self.urn = stack_urn(layer.stack, layer.project)
        self.inputs = layer_inputs(layer)
        self._layer = layer
        # With each answer the tree that it is about, so that no other takes its identity.
        self._providers: dict[tuple[str | None, int], tuple[Tree, str]] = {}
        self._documents: dict[tuple[str, bool], str] = {}

    def document(self, resource: Resource, *, whole: bool) -> str:
        """Return the input of a rule on one resource as JSON; see `resource_text`."""
        key = (resource.urn, whole)
        if key not in self._documents:
            given, provider = self.inputs[resource.urn], self._provider(resource, None)
            self._documents[key] = resource_text(given, provider, whole=whole)
        return self._documents[key]

    def seen(self, resource: Resource, tree: Tree) -> str:
        """Return all that a narrow rule decides by, as JSON: a type, and what it reads."""
        return self._narrowed(resource, tree, ("__type",))

    def narrow_document(self, resource: Resource, tree: Tree) -> str:
        """Return the input of a rule that sees some paths of a resource only, as JSON."""
        return self._narrowed(resource, tree, ("__type", "__name", "__urn"))

    def _narrowed(self, resource: Resource, tree: Tree, names: tuple[str, ...]) -> str:
        given = self.inputs[resource.urn]
        own = narrowed(resource.inputs, tree) | {key: given[key] for key in names}
        return f'{dumps(own)[:-1]},"__provider":{self._provider(resource, tree)}}}'

    def _provider(self, resource: Resource, tree: Tree) -> str:
        """Return what a narrow rule sees of a resource's provider, which many resources share."""
        key = (resource.provider, id(tree))
        if key not in self._providers:
            below = tree and tree.get("__provider", {})
            given = self.inputs[resource.urn]["__provider"]
            self._providers[key] = (tree, dumps(narrowed(given, below)))
        return self._providers[key][1]

    def stack_document(self, *, whole: bool) -> str:
        """Return the input of a stack rule as JSON."""
        entries = (
            stack_entry(one, self.inputs[one.urn], self.document(one, whole=whole))
            for one in self.resources
        )
        return stack_text(self._layer, entries)

    @cached_property
    def _types(self) -> dict[str, list[Resource]]:
        types: dict[str, list[Resource]] = {}
        for resource in self.resources:
            types.setdefault(resource.type, []).append(resource)
        return types

    @cached_property
    def _open(self) -> tuple[Resource, ...]:
        """The resources with a value that is unknown or secret."""
        providers = {r.provider: self.inputs[r.urn]["__provider"] for r in self.resources}
        hidden = {name for name, given in providers.items() if is_open(given)}
        return tuple(
            resource
            for resource in self.resources
            if resource.provider in hidden or is_open(resource.inputs) or is_open(resource.options)
        )

    @cached_property
    def _open_urns(self) -> frozenset[str]:
        return frozenset(resource.urn for resource in self._open)

    def find_open(self) -> frozenset[str]:
        """Return the URNs of resources with a value that is unknown or secret; they are kept."""
        return self._open_urns

    def subjects(self, policy: Policy) -> list[Resource]:
        """Return the resources of a policy's types."""
        return [
            resource
            for token, resources in self._types.items()
            if judges(policy, token)
            for resource in resources
        ]

    def open_reads(self, policy: Policy, resource: Resource | None) -> str:
        """Return a sentence on what a silent rule could not see, or ""."""
        seen: dict[str, set[str]] = {"unknown": set(), "secret": set()}
        for read in policy.reads if self._open else ():
            pattern, _, path = read.rpartition("#")
            if not pattern and resource is not None and resource.urn not in self._open_urns:
                continue  # most reads are of the resource itself, and most resources are known
            for other in self._open:
                if _read_from(other, pattern, resource):
                    for state in openings(self.inputs[other.urn], path):
                        seen[state].add(path)
        says = (("unknown", "known only after a deployment"), ("secret", "secret"))
        parts = [f"{', '.join(sorted(seen[key]))} is {text}" for key, text in says if seen[key]]
        return f"Not judged: {'; '.join(parts)}." if parts else ""


def judges(policy: Policy, token: str) -> bool:
    """Return whether a policy judges resources of this type."""
    exact, beginnings = _patterns(policy.resource_types)
    return token in exact or token.startswith(beginnings)


@cache
def _patterns(types: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the types that are named whole, and the beginnings of others."""
    beginnings = tuple(pattern[:-1] for pattern in types if pattern.endswith("*"))
    return frozenset(types), beginnings


def fits(token: str, pattern: str) -> bool:
    """Return whether a type token fits a pattern, whose final ``*`` stands for any ending."""
    return token.startswith(pattern[:-1]) if pattern.endswith("*") else token == pattern


def matching(policies: Sequence[Policy], token: str) -> tuple[Policy, ...]:
    """Return the policies that judge resources of this type."""
    return tuple(policy for policy in policies if judges(policy, token))


def _read_from(other: Resource, pattern: str, resource: Resource | None) -> bool:
    """Return whether a rule about a resource reads ``other``: itself, or one tied to it."""
    if not pattern:
        return resource is None or other is resource
    if not fits(other.type, pattern):
        return False
    return (
        resource is None or resource.urn in other.dependencies or other.urn in resource.dependencies
    )
