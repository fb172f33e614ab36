"""Section `stores`: buckets, databases and backups."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from bedplate.spec.base import Spec


class DatabaseSpec(Spec):
    """The PostgreSQL instance that MLflow and the orchestrator keep their state in."""

    instance_class: str = "db.m7g.large"
    """RDS instance class."""
    engine_version: Annotated[str, Field(pattern=r"^[0-9]{2}(\.[0-9]+)?$")] = "17"
    """PostgreSQL version, quoted; a major version lets RDS pick the minor one."""
    storage_gib: Annotated[int, Field(ge=20, le=65536)] = 50
    """Allocated storage, GiB (gp3)."""
    max_storage_gib: Annotated[int, Field(ge=20, le=65536)] = 500
    """Ceiling of storage autoscaling, GiB."""
    multi_az: bool = True
    """A standby in another zone."""
    backup_retention_days: Annotated[int, Field(ge=1, le=35)] = 14
    """Days of point-in-time recovery (RDS allows 35)."""


class BackupSpec(Spec):
    """AWS Backup of the stores."""

    schedule: Annotated[str, Field(pattern=r"^cron\(.+\)$")] = "cron(0 3 * * ? *)"
    """When backups start, UTC, in AWS cron syntax."""
    retention_days: Annotated[int, Field(ge=1, le=36500)] = 35
    """Days that a recovery point is kept."""
    vault_lock: Literal["off", "governance", "compliance"] = "governance"
    """Whether recovery points can be deleted early."""
    restore_test_reference: str | None = None
    """Reference of the last tested restore."""
    restore_test_date: date | None = None
    """Day of that test; production is deployed for 90 days after it (policy OPS-008)."""


class StoresSpec(Spec):
    """Where models, datasets, lineage and evidence lie."""

    noncurrent_days: Annotated[int, Field(ge=1, le=36500)] = 90
    """Days that an overwritten or deleted object version is kept."""
    lineage_retention_days: Annotated[int, Field(ge=1, le=36500)] = 730
    """Days that lineage events are kept."""
    evidence_retention_days: Annotated[int, Field(ge=1, le=36500)] = 2555
    """Days that evidence is locked against deletion (S3 Object Lock)."""
    evidence_lock: Literal["COMPLIANCE", "GOVERNANCE"] = "COMPLIANCE"
    """COMPLIANCE: nobody can shorten it; GOVERNANCE: a privileged role can."""
    database: DatabaseSpec = DatabaseSpec()
    """PostgreSQL for MLflow and the orchestrator."""
    backup: BackupSpec = BackupSpec()
    """AWS Backup of bucket data and database."""
