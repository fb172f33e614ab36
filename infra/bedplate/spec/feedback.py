"""Section `feedback`: what an alert on a model starts."""

from __future__ import annotations

from typing import Literal

from bedplate.spec.base import Spec


class FeedbackSpec(Spec):
    """How often an alert may start a retraining run; `monitoring.drift.retrain` switches it on."""

    daily_cap: Literal[1, 2, 3, 4, 6, 8, 12, 24] = 1
    """Most runs a day of one model."""
    cool_down_hours: Literal[1, 2, 3, 4, 6, 8, 12, 24, 48, 72, 168] = 24
    """Hours before the same alert is told again while it lasts."""
