"""Section `feedback`: what an alert on a model starts."""

from __future__ import annotations

from bedplate.spec.base import Spec


class FeedbackSpec(Spec):
    """What an alert on a model starts."""
