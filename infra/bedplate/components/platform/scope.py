"""What every component of the platform layer needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from bedplate.components.platform.supply import supply_of
from bedplate.components.scope import Scope
from bedplate.spec.namespaces import PLATFORM_NAMESPACES, team_namespaces

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.platform.foundation_outputs import FoundationOutputs
    from bedplate.contracts.supply import Supply


@dataclass(frozen=True, kw_only=True)
class PlatformScope(Scope):
    """One environment, as the components inside its cluster see it."""

    foundation: FoundationOutputs
    """Exports of the foundation layer."""
    established: dict[str, list[pulumi.Resource]] = field(default_factory=dict)
    """By API group: what to wait for before a custom resource of that group can be made."""
    namespaces: dict[str, list[pulumi.Resource]] = field(default_factory=dict)
    """By namespace: what to wait for before anything can be made in it, its first policies too."""

    @cached_property
    def supply(self) -> Supply:
        """Where images and charts come from."""
        return supply_of(self)

    @cached_property
    def team_namespaces(self) -> dict[str, str]:
        """Each team's namespaces, with the team's name."""
        return team_namespaces(self.spec)

    def in_mesh(self, namespace: str) -> bool:
        """Tell whether the pods of a namespace are in the mesh."""
        own = PLATFORM_NAMESPACES.get(namespace)
        return own.mesh if own else namespace in self.team_namespaces
