"""Section `ingress`: how requests come in."""

from __future__ import annotations

from bedplate.spec.base import Spec


class IngressSpec(Spec):
    """How requests come in."""
