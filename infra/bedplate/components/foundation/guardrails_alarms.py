"""Alarms: over the trail, and over the database.

The patterns follow what the CIS AWS Foundations Benchmark asks to be watched; it maps to detection
in ISO 27001 (A.8.16), to breach reporting in the UAE PDPL (Art 9) and the GDPR (Art 33).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi_aws as aws

from bedplate.components.component import Component
from bedplate.components.foundation.database import identifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from bedplate.components.scope import Scope

_FIVE_MINUTES = 300
_GIB = 1024**3
_BUSY_PERCENT = 80
_LEAST_FREE_SHARE = 0.1
_FULL_GIB_AT_LEAST = 5


@dataclass(frozen=True, slots=True)
class _Watched:
    """A kind of event in the trail that somebody must hear of."""

    name: str
    """Name of the alarm within the environment."""
    about: str
    """What happened, for the message."""
    pattern: str
    """Filter pattern over the trail's events."""
    threshold: int = 1
    """Events within five minutes that raise the alarm."""


def _any_of(*names: str) -> str:
    return " || ".join(f"($.eventName = {name})" for name in names)


def _events(*names: str) -> str:
    return f"{{ {_any_of(*names)} }}"


def _events_of(source: str, *names: str) -> str:
    return f"{{ ($.eventSource = {source}.amazonaws.com) && ({_any_of(*names)}) }}"


_WATCHED = (
    _Watched(
        "root-use",
        "The root user was used.",
        '{ ($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS) && '
        '($.eventType != "AwsServiceEvent") }',
    ),
    _Watched(
        "key-deletion",
        "A KMS key was disabled or scheduled for deletion.",
        _events_of("kms", "DisableKey", "ScheduleKeyDeletion"),
    ),
    _Watched(
        "trail-change",
        "The audit trail was changed or stopped.",
        _events("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"),
    ),
    _Watched(
        "recorder-change",
        "The configuration recorder was changed or stopped.",
        _events_of(
            "config",
            "StopConfigurationRecorder",
            "DeleteDeliveryChannel",
            "PutDeliveryChannel",
            "PutConfigurationRecorder",
        ),
    ),
    _Watched(
        "denied-calls",
        "Calls were denied again and again.",
        '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
        threshold=10,
    ),
    _Watched(
        "login-without-mfa",
        "Somebody logged in to the console without a second factor.",
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && '
        '($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
    ),
    _Watched(
        "policy-change",
        "An IAM policy or its attachment was changed.",
        _events(
            "AttachGroupPolicy",
            "AttachRolePolicy",
            "AttachUserPolicy",
            "CreatePolicy",
            "CreatePolicyVersion",
            "DeleteGroupPolicy",
            "DeletePolicy",
            "DeletePolicyVersion",
            "DeleteRolePolicy",
            "DeleteUserPolicy",
            "DetachGroupPolicy",
            "DetachRolePolicy",
            "DetachUserPolicy",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
        ),
    ),
    _Watched(
        "bucket-policy-change",
        "A bucket's policy, lifecycle or replication was changed.",
        _events_of(
            "s3",
            "DeleteBucketLifecycle",
            "DeleteBucketPolicy",
            "DeleteBucketReplication",
            "PutBucketAcl",
            "PutBucketLifecycle",
            "PutBucketPolicy",
            "PutBucketReplication",
        ),
    ),
    _Watched(
        "firewall-change",
        "A security group or a network ACL was changed.",
        _events(
            "AuthorizeSecurityGroupEgress",
            "AuthorizeSecurityGroupIngress",
            "CreateNetworkAcl",
            "CreateNetworkAclEntry",
            "CreateSecurityGroup",
            "DeleteNetworkAcl",
            "DeleteNetworkAclEntry",
            "DeleteSecurityGroup",
            "ReplaceNetworkAclAssociation",
            "ReplaceNetworkAclEntry",
            "RevokeSecurityGroupEgress",
            "RevokeSecurityGroupIngress",
        ),
    ),
    _Watched(
        "route-change",
        "A route, a gateway or the VPC was changed.",
        _events(
            "AttachInternetGateway",
            "CreateInternetGateway",
            "CreateNatGateway",
            "CreateRoute",
            "CreateRouteTable",
            "CreateVpcPeeringConnection",
            "DeleteRoute",
            "DeleteRouteTable",
            "ModifyVpcAttribute",
            "ReplaceRoute",
            "ReplaceRouteTableAssociation",
        ),
    ),
)
"""What the trail is watched for."""


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs:
    """What the alarms are made from."""

    scope: Scope
    """The environment."""
    topic_arn: pulumi.Input[str]
    """Where alarms go."""
    trail_log_group_name: pulumi.Input[str] | None
    """Log group of the trail; None where the trail exists already, with alarms of its own."""


class Alarms(Component):
    """CloudWatch alarms of an environment."""

    names: list[str]
    """Names of the alarms."""

    def __init__(
        self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the alarms."""
        super().__init__("bedplate:foundation:Alarms", name, "guardrails.alarms", opts)
        self._name, self._args, self._scope = name, args, args.scope
        self.names = []
        if args.trail_log_group_name is not None:
            self._watch_trail(args.trail_log_group_name)
        self._watch_database()
        self.register_outputs({"names": self.names})

    def _watch_trail(self, group: pulumi.Input[str]) -> None:
        namespace = f"{self._scope.names.prefix}/trail"
        for watched in _WATCHED:
            aws.cloudwatch.LogMetricFilter(
                f"{self._name}-{watched.name}-events",
                name=self._scope.names.resource(watched.name),
                log_group_name=group,
                pattern=watched.pattern,
                metric_transformation={
                    "name": watched.name,
                    "namespace": namespace,
                    "value": "1",
                    "default_value": "0",
                },
                opts=self.child,
            )
            self._alarm(
                watched.name,
                watched.about,
                namespace=namespace,
                metric_name=watched.name,
                statistic="Sum",
                threshold=watched.threshold,
                comparison_operator="GreaterThanOrEqualToThreshold",
                treat_missing_data="notBreaching",
            )

    def _watch_database(self) -> None:
        database = self._scope.spec.stores.database
        least = max(database.storage_gib * _LEAST_FREE_SHARE, _FULL_GIB_AT_LEAST)
        common: dict[str, Any] = {
            "namespace": "AWS/RDS",
            "statistic": "Average",
            "dimensions": {"DBInstanceIdentifier": identifier(self._scope.names)},
        }
        self._alarm(
            "database-storage",
            "The database is nearly out of storage.",
            metric_name="FreeStorageSpace",
            threshold=least * _GIB,
            comparison_operator="LessThanThreshold",
            **common,
        )
        self._alarm(
            "database-cpu",
            "The database has been busy for a quarter of an hour.",
            metric_name="CPUUtilization",
            threshold=_BUSY_PERCENT,
            comparison_operator="GreaterThanThreshold",
            periods=3,
            **common,
        )

    def _alarm(self, part: str, about: str, *, periods: int = 1, **metric: Any) -> None:
        name = self._scope.names.resource(part)
        topics: Sequence[pulumi.Input[str]] = [self._args.topic_arn]
        aws.cloudwatch.MetricAlarm(
            f"{self._name}-{part}",
            name=name,
            alarm_description=about,
            period=_FIVE_MINUTES,
            evaluation_periods=periods,
            alarm_actions=topics,
            tags=self._scope.tags(name),
            opts=self.child,
            **metric,
        )
        self.names.append(name)
