"""Section `nodes`: what Karpenter's nodes are made of."""

from __future__ import annotations

from bedplate.spec.base import Spec


class NodesSpec(Spec):
    """What Karpenter's nodes are made of."""
