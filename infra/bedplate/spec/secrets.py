"""Section `secrets`: how secrets reach pods."""

from __future__ import annotations

from bedplate.spec.base import Spec


class SecretsSpec(Spec):
    """How secrets reach pods."""
