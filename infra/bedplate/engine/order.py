"""The order of a Plan's resources, the same for every engine and every run."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedplate.engine.plan import Resource


def in_dependency_order(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Return parents and dependencies before what needs them; ties by URN.

    Programs register resources as their inputs become known, so that the order of registration
    differs from run to run.
    """
    left = {resource.urn: resource for resource in resources}
    needs = {urn: _needs(resource) & left.keys() for urn, resource in left.items()}
    ready = [urn for urn, needed in needs.items() if not needed]
    heapq.heapify(ready)
    waiting: dict[str, list[str]] = {}
    for urn, needed in needs.items():
        for other in needed:
            waiting.setdefault(other, []).append(urn)
    ordered: list[Resource] = []
    while ready:
        urn = heapq.heappop(ready)
        ordered.append(left[urn])
        for other in waiting.get(urn, ()):
            needs[other].discard(urn)
            if not needs[other]:
                heapq.heappush(ready, other)
    return tuple(ordered)


def _needs(resource: Resource) -> set[str]:
    provider = resource.provider.rpartition("::")[0] if resource.provider else None
    return {urn for urn in (*resource.dependencies, resource.parent, provider) if urn}
