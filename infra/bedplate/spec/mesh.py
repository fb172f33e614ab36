"""Section `mesh`: the service mesh."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bedplate.spec.base import Spec


class MeshSpec(Spec):
    """How the mesh runs."""

    replicas: Annotated[int, Field(ge=1, le=10)] = 2
    """Copies of its control plane."""
    access_logs: bool = False
    """Whether every connection between workloads is written to the log."""
