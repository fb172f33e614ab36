"""Section `admission`: what the API server refuses."""

from __future__ import annotations

from bedplate.spec.base import Spec


class AdmissionSpec(Spec):
    """What the API server refuses."""
