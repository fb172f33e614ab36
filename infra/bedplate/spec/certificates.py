"""Section `certificates`: who issues certificates."""

from __future__ import annotations

from bedplate.spec.base import Spec


class CertificatesSpec(Spec):
    """Who issues certificates."""
