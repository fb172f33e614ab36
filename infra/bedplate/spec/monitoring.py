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


class ObjectivesSpec(Spec):
    """What users of models are promised."""

    availability: Annotated[float, Field(gt=0.5, lt=1)] = 0.995
    """Share of requests that are answered without an error."""
    latency_seconds: Annotated[float, Field(gt=0, le=60)] = 1.0
    """Time within which 95 of 100 predictions are made, seconds."""


class QualitySpec(Spec):
    """When a model's quality has decayed."""

    accuracy_drop: Annotated[float, Field(gt=0, le=1)] = 0.05
    """Drop of accuracy below that at registration, absolute."""
    fairness_difference: Annotated[float, Field(gt=0, le=1)] = 0.1
    """Largest difference of selection rates between groups."""


class DriftSpec(Spec):
    """When a model's inputs or predictions count as drifted."""

    enabled: bool = True
    """Whether drift is watched."""
    psi_threshold: Annotated[float, Field(gt=0, le=1)] = 0.2
    """Population stability index above which drift is reported."""
    retrain: bool = False
    """Whether an alert on drift starts a retraining run."""


class BackupAgeSpec(Spec):
    """When a backup is too old."""

    hours: Annotated[int, Field(ge=2, le=8784)] = 30
    """Hours since the newest backup of a resource; more than `stores.backup.schedule` leaves
    between two, and the time that one takes."""


class MonitoringSpec(Spec):
    """What is measured, kept and reported."""

    metrics_retention_days: Annotated[int, Field(ge=1, le=1095)] = 30
    """Days that metrics are kept."""
    logs_retention_days: LogDays = 365
    """Days that logs are kept."""
    alerts: AlertsSpec
    """Where alerts go."""
    objectives: ObjectivesSpec = ObjectivesSpec()
    """What users of models are promised."""
    quality: QualitySpec = QualitySpec()
    """When a model's quality has decayed."""
    backup_age: BackupAgeSpec = BackupAgeSpec()
    """When a backup is too old."""
    storage_gib: Annotated[int, Field(ge=10, le=16000)] = 50
    """Volume of the metrics, GiB."""
    drift: DriftSpec = DriftSpec()
    """When a model counts as drifted."""
