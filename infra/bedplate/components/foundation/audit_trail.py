"""The CloudTrail trail: every call to AWS, and every access to the platform's data.

The trail covers all regions of the account, because a call in another one must not go unseen. The
records are written to this region only: none leaves the jurisdiction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

from bedplate.components import iam
from bedplate.components.component import Component
from bedplate.components.foundation.audit_archive import trail_arn
from bedplate.components.foundation.log_group import log_group
from bedplate.components.foundation.service_role import service_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.components.foundation.bucket import Bucket
    from bedplate.components.foundation.keys import Keys
    from bedplate.components.scope import Scope


@dataclass(frozen=True, kw_only=True)
class TrailArgs:
    """What the trail is made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """Keys, of which `logs` encrypts the records."""
    archive: Bucket
    """Bucket that the records are delivered to."""
    data_buckets: Sequence[pulumi.Input[str]]
    """ARNs of the buckets in which each access to an object is recorded."""


class Trail(Component):
    """A trail that delivers to the archive, and to a log group that alarms watch."""

    log_group_name: pulumi.Output[str]
    """Log group that the records are written to."""

    def __init__(
        self, name: str, args: TrailArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the log group, the role that writes to it, and the trail."""
        super().__init__("bedplate:foundation:Trail", name, "audit.trail", opts)
        self._name, self._args, self._scope = name, args, args.scope
        self._group = f"/aws/cloudtrail/{args.scope.names.prefix}"
        group = log_group(
            f"{name}-group",
            self._group,
            args.scope,
            args.keys,
            self.stateful(protect=args.scope.spec.protect),
        )
        self._trail(group, self._role())
        self.log_group_name = group.name
        self.register_outputs({"log_group_name": self.log_group_name})

    def _role(self) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        names = self._scope.names
        role = service_role(
            f"{self._name}-role", "trail", "cloudtrail", trail_arn(names), self._scope, self.child
        )
        stream = f"log-stream:{names.account_id}_CloudTrail_{names.region}*"
        write = iam.allow(
            "WriteRecords",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [names.arn("logs", f"log-group:{self._group}:{stream}")],
        )
        policy = aws.iam.RolePolicy(
            f"{self._name}-write",
            name="write-records",
            role=role.id,
            policy=iam.document(write),
            opts=self.child,
        )
        return role, policy

    def _trail(
        self, group: aws.cloudwatch.LogGroup, writer: tuple[aws.iam.Role, aws.iam.RolePolicy]
    ) -> None:
        role, policy = writer
        name = self._scope.names.resource("trail")
        aws.cloudtrail.Trail(
            f"{self._name}-records",
            name=name,
            s3_bucket_name=self._args.archive.bucket_name,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            enable_logging=True,
            kms_key_id=self._args.keys.arn("logs"),
            cloud_watch_logs_group_arn=pulumi.Output.concat(group.arn, ":*"),
            cloud_watch_logs_role_arn=role.arn,
            advanced_event_selectors=self._selectors(),
            tags=self._scope.tags(name),
            # CloudTrail tries both destinations when the trail is made.
            opts=self.after(policy, self._args.archive),
        )

    def _selectors(self) -> list[Any]:
        management = {
            "name": "Management events",
            "field_selectors": [{"field": "eventCategory", "equals": ["Management"]}],
        }
        if not self._args.data_buckets:
            return [management]
        objects = [pulumi.Output.concat(arn, "/") for arn in self._args.data_buckets]
        data = {
            "name": "Access to the platform's data",
            "field_selectors": [
                {"field": "eventCategory", "equals": ["Data"]},
                {"field": "resources.type", "equals": ["AWS::S3::Object"]},
                {"field": "resources.ARN", "starts_withs": objects},
            ],
        }
        return [management, data]
