"""Section `nodes`: what Karpenter's nodes are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from bedplate.spec.base import Spec


class NodesSpec(Spec):
    """Nodes that come and go with the work."""

    ami: Annotated[str, StringConstraints(pattern=r"^(al2023|bottlerocket)@v[0-9][0-9.]*$")] = (
        "al2023@v20260903"
    )
    """Family and release of the machine image (Karpenter's alias), pinned: a new release replaces
    nodes, which is a change that somebody decides on."""
    expire_hours: Annotated[int, Field(ge=1, le=8760)] = 720
    """Hours after which a node is replaced by a fresh one."""
    drain_minutes: Annotated[int, Field(ge=1, le=2880)] = 60
    """Minutes that a node's pods get to end before they are stopped."""
    idle_minutes: Annotated[int, Field(ge=1, le=1440)] = 10
    """Minutes after which an empty node goes."""
