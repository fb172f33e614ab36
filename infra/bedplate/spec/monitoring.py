"""Section `monitoring`: metrics, logs, alerts and drift."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bedplate.spec.base import Email, Spec

LogDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653
]  # fmt: skip
"""Retention periods that CloudWatch Logs accepts (PutRetentionPolicy)."""


class AlertsSpec(Spec):
    """Where alerts go."""

    contact: Email
    """Mailbox that is subscribed to the alarm topic."""


class DriftSpec(Spec):
    """When a model's inputs or predictions count as drifted."""

    enabled: bool = True
    """Whether drift is watched."""
    psi_threshold: Annotated[float, Field(gt=0, le=1)] = 0.2
    """Population stability index above which drift is reported."""
    retrain: bool = False
    """Whether an alert on drift starts a retraining run."""


class MonitoringSpec(Spec):
    """What is measured, kept and reported."""

    metrics_retention_days: Annotated[int, Field(ge=1, le=1095)] = 30
    """Days that metrics are kept."""
    logs_retention_days: LogDays = 365
    """Days that logs are kept."""
    alerts: AlertsSpec
    """Where alerts go."""
    drift: DriftSpec = DriftSpec()
    """When a model counts as drifted."""
