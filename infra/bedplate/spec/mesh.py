"""Section `mesh`: the service mesh."""

from __future__ import annotations

from bedplate.spec.base import Spec


class MeshSpec(Spec):
    """The service mesh."""
