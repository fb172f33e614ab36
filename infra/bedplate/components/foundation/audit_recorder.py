"""The AWS Config recorder: what each resource of the account looked like, and when it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from bedplate.components import iam
from bedplate.components.component import Component
from bedplate.components.foundation.audit_archive import CONFIGURATION
from bedplate.components.foundation.service_role import service_role

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.foundation.bucket import Bucket
    from bedplate.components.foundation.keys import Keys
    from bedplate.components.scope import Scope


@dataclass(frozen=True, kw_only=True)
class RecorderArgs:
    """What the recorder is made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """Keys, of which `logs` encrypts what is delivered."""
    bucket: Bucket
    """Bucket that configuration history is delivered to."""


class Recorder(Component):
    """A recorder, the channel it delivers through, and the switch that starts it."""

    recorder_name: pulumi.Output[str]
    """Name of the recorder."""

    def __init__(
        self, name: str, args: RecorderArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the recorder; AWS asks for this order."""
        super().__init__("bedplate:foundation:Recorder", name, "audit.config", opts)
        self._name, self._args, self._scope = name, args, args.scope
        role = self._role()
        recorder = self._recorder(role)
        channel = self._channel(recorder, self._permissions(role))
        aws.cfg.RecorderStatus(
            f"{name}-status", name=recorder.name, is_enabled=True, opts=self.after(channel)
        )
        self.recorder_name = recorder.name
        self.register_outputs({"recorder_name": self.recorder_name})

    def _role(self) -> aws.iam.Role:
        names = self._scope.names
        everything = f"arn:{names.partition}:config:*:{names.account_id}:*"
        return service_role(
            f"{self._name}-role", "config", "config", everything, self._scope, self.child
        )

    def _permissions(self, role: aws.iam.Role) -> list[pulumi.Resource]:
        read = aws.iam.RolePolicyAttachment(
            f"{self._name}-read",
            role=role.name,
            policy_arn=self._scope.names.aws_policy_arn("service-role/AWS_ConfigRole"),
            opts=self.child,
        )
        deliver = aws.iam.RolePolicy(
            f"{self._name}-deliver",
            name="deliver",
            role=role.id,
            policy=iam.document(*self._delivery()),
            opts=self.child,
        )
        return [read, deliver]

    def _delivery(self) -> list[iam.Statement]:
        names = self._scope.names
        bucket = names.bucket_arn(CONFIGURATION)
        records = f"{bucket}/AWSLogs/{names.account_id}/Config/*"
        through_s3 = {"StringLike": {"kms:ViaService": f"s3.{names.region}.*"}}
        own = {"StringEquals": {"aws:ResourceAccount": names.account_id}}
        return [
            iam.allow("Check", ["s3:GetBucketAcl", "s3:ListBucket"], [bucket], condition=own),
            iam.allow("Deliver", ["s3:PutObject"], [records], condition=own),
            iam.allow(
                "Encrypt",
                ["kms:Decrypt", "kms:GenerateDataKey"],
                [self._args.keys.arn("logs")],
                condition=through_s3,
            ),
        ]

    def _recorder(self, role: aws.iam.Role) -> aws.cfg.Recorder:
        return aws.cfg.Recorder(
            f"{self._name}-recorder",
            name=self._scope.names.resource("recorder"),
            role_arn=role.arn,
            recording_group={"all_supported": True, "include_global_resource_types": True},
            recording_mode={"recording_frequency": "CONTINUOUS"},
            opts=self.child,
        )

    def _channel(
        self, recorder: aws.cfg.Recorder, permissions: list[pulumi.Resource]
    ) -> aws.cfg.DeliveryChannel:
        # Config writes a test file when the channel is made.
        return aws.cfg.DeliveryChannel(
            f"{self._name}-channel",
            name=self._scope.names.resource("channel"),
            s3_bucket_name=self._args.bucket.bucket_name,
            s3_kms_key_arn=self._args.keys.arn("logs"),
            snapshot_delivery_properties={"delivery_frequency": "TwentyFour_Hours"},
            opts=self.after(recorder, *permissions, self._args.bucket),
        )
