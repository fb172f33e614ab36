"""Log groups: encrypted, kept for as long as the environment says, and not lost with a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.foundation.keys import Keys
    from bedplate.components.scope import Scope


def log_group(
    name: str, group: str, scope: Scope, keys: Keys, opts: pulumi.ResourceOptions
) -> aws.cloudwatch.LogGroup:
    """Return the log group that is called `group` in CloudWatch."""
    return aws.cloudwatch.LogGroup(
        name,
        name=group,
        retention_in_days=scope.spec.monitoring.logs_retention_days,
        kms_key_id=keys.arn("logs"),
        skip_destroy=scope.spec.protect,
        tags=scope.tags(group),
        opts=opts,
    )
