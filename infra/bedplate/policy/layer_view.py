"""One layer of a Plan as the evaluator sees it: inputs, matching types, and values still open."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from bedplate.policy.finding import stack_urn
from bedplate.policy.rego_input import is_open, layer_inputs, openings, stack_input

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.engine.plan import LayerPlan, Resource
    from bedplate.policy.catalogue import Policy


class LayerView:
    """A layer with what is derived from it once."""

    def __init__(self, layer: LayerPlan) -> None:
        self.resources = layer.resources
        self.by_urn = layer.by_urn()
        self.urn = stack_urn(layer.stack, layer.project)
        self.inputs = layer_inputs(layer)
        self._layer = layer

    @cached_property
    def stack_input(self) -> dict[str, Any]:
        """The input document of a stack rule."""
        return stack_input(self._layer, self.inputs)

    @cached_property
    def _types(self) -> dict[str, list[Resource]]:
        types: dict[str, list[Resource]] = {}
        for resource in self.resources:
            types.setdefault(resource.type, []).append(resource)
        return types

    @cached_property
    def _open(self) -> tuple[Resource, ...]:
        """The resources with a value that is unknown or secret."""
        return tuple(r for r in self.resources if is_open(self.inputs[r.urn]))

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
            for other in self._open:
                if _read_from(other, pattern, resource):
                    for state in openings(self.inputs[other.urn], path):
                        seen[state].add(path)
        says = (("unknown", "known only after a deployment"), ("secret", "secret"))
        parts = [f"{', '.join(sorted(seen[key]))} is {text}" for key, text in says if seen[key]]
        return f"Not judged: {'; '.join(parts)}." if parts else ""


def judges(policy: Policy, token: str) -> bool:
    """Return whether a policy judges resources of this type."""
    return any(fits(token, pattern) for pattern in policy.resource_types)


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
