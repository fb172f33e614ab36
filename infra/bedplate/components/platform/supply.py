"""Where an environment's images and charts come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.contracts.supply import Supply

if TYPE_CHECKING:
    from bedplate.components.scope import Scope


def supply_of(scope: Scope) -> Supply:  # noqa: ARG001
    """Return the supply of an environment."""
    return Supply()
