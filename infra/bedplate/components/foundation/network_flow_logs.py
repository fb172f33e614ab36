"""VPC flow logs: who talked to whom, in an encrypted log group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from bedplate.components import iam
from bedplate.components.component import Component
from bedplate.components.foundation.log_group import log_group
from bedplate.components.foundation.service_role import service_role

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.foundation.keys import Keys
    from bedplate.components.scope import Scope

_INTERVAL_SECONDS = 60
"""Longest time over which a flow is summed up; 60 or 600."""


@dataclass(frozen=True, kw_only=True)
class FlowLogsArgs:
    """What the flow logs are made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """Keys, of which `logs` encrypts the log group."""
    vpc_id: pulumi.Output[str]
    """VPC that is watched."""


class FlowLogs(Component):
    """Accepted and rejected traffic of a VPC."""

    log_group_name: pulumi.Output[str]
    """Log group that the flows are written to."""

    def __init__(
        self, name: str, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the log group, the role that writes to it, and the flow log."""
        super().__init__("bedplate:foundation:FlowLogs", name, "network.flow_logs", opts)
        self._name, self._args, self._scope = name, args, args.scope
        self._group = f"/aws/vpc/{args.scope.names.prefix}"
        group = log_group(
            f"{name}-group",
            self._group,
            args.scope,
            args.keys,
            self.stateful(protect=args.scope.spec.protect),
        )
        self._flow_log(group, self._role())
        self.log_group_name = group.name
        self.register_outputs({"log_group_name": self.log_group_name})

    def _role(self) -> aws.iam.Role:
        names = self._scope.names
        flow_logs = names.arn("ec2", "vpc-flow-log/*")
        role = service_role(
            f"{self._name}-role", "flow-logs", "vpc-flow-logs", flow_logs, self._scope, self.child
        )
        write = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        group = names.arn("logs", f"log-group:{self._group}")
        aws.iam.RolePolicy(
            f"{self._name}-write",
            name="write-flows",
            role=role.id,
            policy=iam.document(
                iam.allow("WriteFlows", write, [group, f"{group}:*"]),
                iam.allow(
                    "FindLogGroup", ["logs:DescribeLogGroups"], [names.arn("logs", "log-group:*")]
                ),
            ),
            opts=self.child,
        )
        return role

    def _flow_log(self, group: aws.cloudwatch.LogGroup, role: aws.iam.Role) -> None:
        aws.ec2.FlowLog(
            f"{self._name}-flows",
            vpc_id=self._args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=_INTERVAL_SECONDS,
            tags=self._scope.tags(self._scope.names.resource("flow-logs")),
            opts=self.child,
        )
