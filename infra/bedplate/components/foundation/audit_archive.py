"""Where audit records are kept: the trail under Object Lock, configuration history beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.components import iam
from bedplate.components.foundation.bucket import BucketArgs, Lock

if TYPE_CHECKING:
    from bedplate.components.foundation.keys import Keys
    from bedplate.components.scope import Scope
    from bedplate.names import Names

ARCHIVE = "archive"
"""Part of the name of the bucket that the trail delivers to."""

CONFIGURATION = "configuration"
"""Part of the name of the bucket that AWS Config delivers to."""

_UPLOAD_DAYS = 7
"""Days after which an upload that was never finished is removed."""

_OWNER_HAS_CONTROL = {"s3:x-amz-acl": "bucket-owner-full-control"}
"""What services state when they write into a bucket that is not theirs."""


def archive(scope: Scope, keys: Keys) -> BucketArgs:
    """Return what the bucket of the trail is made from: no record can be deleted before its time.

    An environment that is not protected is locked in GOVERNANCE mode whatever its file says: with
    COMPLIANCE nobody could take it down.
    """
    spec = scope.spec.audit.log_archive
    mode = spec.mode if scope.spec.protect else "GOVERNANCE"
    return BucketArgs(
        scope=scope,
        part=ARCHIVE,
        key_arn=keys.arn("logs"),
        spec_path="audit.log_archive",
        protect=scope.spec.protect,
        lock=Lock(mode, spec.retention_days),
        lifecycle=_lifecycle(scope),
        statements=_trail_delivers(scope.names),
    )


def configuration(scope: Scope, keys: Keys) -> BucketArgs:
    """Return what the bucket of AWS Config is made from.

    Config has a bucket of its own: it can't deliver to one with a default retention.

    Source: AWS Config developer guide, managing the delivery channel.
    """
    return BucketArgs(
        scope=scope,
        part=CONFIGURATION,
        key_arn=keys.arn("logs"),
        spec_path="audit.config",
        protect=scope.spec.protect,
        lifecycle=_lifecycle(scope),
        statements=_recorder_delivers(scope.names),
    )


def trail_arn(names: Names) -> str:
    """Return the ARN of the trail, known before it exists."""
    return names.arn("cloudtrail", f"trail/{names.resource('trail')}")


def _lifecycle(scope: Scope) -> tuple[dict[str, object], ...]:
    # As long as the lock holds, and at least as long as the logs beside it are kept.
    days = max(
        scope.spec.audit.log_archive.retention_days, scope.spec.monitoring.logs_retention_days
    )
    noncurrent = scope.spec.stores.noncurrent_days
    return (
        {
            "id": "expire",
            "status": "Enabled",
            "filter": {},
            "expiration": {"days": days},
            "noncurrent_version_expiration": {"noncurrent_days": noncurrent},
            "abort_incomplete_multipart_upload": {"days_after_initiation": _UPLOAD_DAYS},
        },
    )


def _trail_delivers(names: Names) -> list[iam.Statement]:
    bucket = names.bucket_arn(ARCHIVE)
    by_trail = {"StringEquals": {"aws:SourceArn": trail_arn(names)}}
    principal = {"Service": names.service("cloudtrail")}
    owned = {"StringEquals": by_trail["StringEquals"] | _OWNER_HAS_CONTROL}
    records = f"{bucket}/AWSLogs/{names.account_id}/*"
    return [
        iam.allow(
            "TrailChecks", ["s3:GetBucketAcl"], [bucket], condition=by_trail, principal=principal
        ),
        iam.allow(
            "TrailDelivers", ["s3:PutObject"], [records], condition=owned, principal=principal
        ),
    ]


def _recorder_delivers(names: Names) -> list[iam.Statement]:
    bucket = names.bucket_arn(CONFIGURATION)
    own = {"StringEquals": {"aws:SourceAccount": names.account_id}}
    principal = {"Service": names.service("config")}
    owned = {"StringEquals": own["StringEquals"] | _OWNER_HAS_CONTROL}
    records = f"{bucket}/AWSLogs/{names.account_id}/Config/*"
    checks = ("s3:GetBucketAcl", "s3:ListBucket")
    return [
        iam.allow("RecorderChecks", checks, [bucket], condition=own, principal=principal),
        iam.allow(
            "RecorderDelivers", ["s3:PutObject"], [records], condition=owned, principal=principal
        ),
    ]
