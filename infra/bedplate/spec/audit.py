"""Section `audit`: what is recorded, where, and for how long."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bedplate.spec.base import Spec

Ownership = Literal["managed", "existing"]
"""`managed`: this environment creates it; `existing`: the account has it already."""


class LogArchiveSpec(Spec):
    """The bucket that audit logs are kept in, under S3 Object Lock."""

    retention_days: Annotated[int, Field(ge=1, le=36500)] = 365
    """Days in which no log object can be deleted."""
    mode: Literal["COMPLIANCE", "GOVERNANCE"] = "COMPLIANCE"
    """COMPLIANCE: nobody can shorten it; GOVERNANCE: a privileged role can."""


class AuditSpec(Spec):
    """Trails, detectors and recorders. One of each exists per account and region."""

    trail: Ownership = "managed"
    """CloudTrail trail with data events on the model store."""
    guardduty: Ownership = "managed"
    """GuardDuty detector with EKS audit logs and runtime monitoring."""
    security_hub: Ownership = "managed"
    """Security Hub with the AWS Foundational Security Best Practices standard."""
    config: Ownership = "managed"
    """AWS Config recorder and delivery channel."""
    access_analyzer: Ownership = "managed"
    """IAM Access Analyzer for external access."""
    account_defaults: Ownership = "managed"
    """EBS encryption by default and the account's S3 public access block."""
    log_archive: LogArchiveSpec = LogArchiveSpec()
    """Where the trail and the recorder deliver to."""
