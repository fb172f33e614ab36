"""Section `network_policies`: which traffic is let through."""

from __future__ import annotations

from bedplate.spec.base import Spec


class NetworkPoliciesSpec(Spec):
    """Which traffic is let through."""
