"""What Karpenter needs in AWS: roles, an instance profile, and news of interruptions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from bedplate.components import iam
from bedplate.components.component import Component
from bedplate.components.foundation.cluster_roles import (
    NODE_POLICIES,
    SYSTEM_NAMESPACE,
    AttachedRole,
    RolePlan,
    attached_role,
    node_trust,
    pod_trust,
)
from bedplate.components.foundation.karpenter_policy import NODE_ROLE, QUEUE, controller_documents
from bedplate.components.foundation.registry_cache import node_documents

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.foundation.cluster import Cluster
    from bedplate.components.foundation.keys import Keys
    from bedplate.components.scope import Scope

SERVICE_ACCOUNT = "karpenter"
"""Service account of the controller."""

DISCOVERY_TAG = "karpenter.sh/discovery"
"""Tag by which node classes find security groups and subnets."""

_EVENTS = {
    "health": ("aws.health", "AWS Health Event"),
    "spot": ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    "rebalance": ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    "state": ("aws.ec2", "EC2 Instance State-change Notification"),
    "reservation": ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
}
"""What Karpenter acts on (its reference, interruption handling)."""

_MESSAGE_SECONDS = 300
"""A warning that is older than five minutes helps nobody."""


@dataclass(frozen=True, kw_only=True)
class KarpenterArgs:
    """What Karpenter's resources are made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """KMS keys."""
    cluster: Cluster
    """The cluster whose nodes Karpenter makes."""


class Karpenter(Component):
    """AWS resources of Karpenter; the controller itself comes with the platform layer."""

    role_arn: pulumi.Output[str]
    """ARN of the controller's role."""
    node_role_name: pulumi.Output[str]
    """Name of the role of the nodes."""
    instance_profile: pulumi.Output[str]
    """Name of the instance profile of the nodes."""
    queue_name: pulumi.Output[str]
    """Name of the queue that tells of interruptions."""

    def __init__(
        self, name: str, args: KarpenterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the resources."""
        super().__init__("bedplate:foundation:Karpenter", name, "gpu_pools", opts)
        self._name, self._args, self._scope = name, args, args.scope
        node_role = self._node_role()
        self.node_role_name = node_role.role.name
        self.instance_profile = self._instance_profile(node_role).name
        self._admit_nodes(node_role)
        self.queue_name = self._queue().name
        self.role_arn = self._controller().role.arn
        self.register_outputs(
            {
                "role_arn": self.role_arn,
                "node_role_name": self.node_role_name,
                "instance_profile": self.instance_profile,
                "queue_name": self.queue_name,
            }
        )

    def _node_role(self) -> AttachedRole:
        plan = RolePlan(
            part=NODE_ROLE,
            trust=node_trust(self._scope.names),
            managed=NODE_POLICIES,
            own=node_documents(self._scope),
        )
        return attached_role(f"{self._name}-node-role", self._scope, plan, self.child)

    def _instance_profile(self, role: AttachedRole) -> aws.iam.InstanceProfile:
        """Create the profile; Karpenter can't where IAM can't be reached from the VPC."""
        physical = self._scope.names.resource(NODE_ROLE)
        return aws.iam.InstanceProfile(
            f"{self._name}-instance-profile",
            name=physical,
            role=role.role.name,
            tags=self._scope.tags(physical),
            opts=self.after(*role.attachments),
        )

    def _admit_nodes(self, role: AttachedRole) -> None:
        """Let the nodes join, and let node classes find the security group."""
        cluster, names = self._args.cluster, self._scope.names
        aws.eks.AccessEntry(
            f"{self._name}-node-access",
            cluster_name=cluster.cluster_name,
            principal_arn=role.role.arn,
            type="EC2_LINUX",
            tags=self._scope.tags(names.resource(NODE_ROLE)),
            opts=self.child,
        )
        aws.ec2.Tag(
            f"{self._name}-security-group-tag",
            resource_id=cluster.security_group_id,
            key=DISCOVERY_TAG,
            value=names.prefix,
            opts=self.child,
        )

    def _queue(self) -> aws.sqs.Queue:
        physical = self._scope.names.resource(QUEUE)
        queue = aws.sqs.Queue(
            f"{self._name}-queue",
            name=physical,
            message_retention_seconds=_MESSAGE_SECONDS,
            kms_master_key_id=self._args.keys.arn("platform"),
            tags=self._scope.tags(physical),
            opts=self.child,
        )
        policy = aws.sqs.QueuePolicy(
            f"{self._name}-queue-policy",
            queue_url=queue.url,
            policy=self._queue_policy(),
            opts=self.child,
        )
        for event in _EVENTS:
            self._event_rule(event, queue, policy)
        return queue

    def _queue_policy(self) -> pulumi.Output[str]:
        names = self._scope.names
        queue = names.arn("sqs", names.resource(QUEUE))
        rules = [names.arn("events", f"rule/{self._rule_name(event)}") for event in _EVENTS]
        return iam.document(
            iam.allow(
                "SendEvents",
                ["sqs:SendMessage"],
                [queue],
                condition={"ArnEquals": {"aws:SourceArn": rules}},
                principal={"Service": names.service("events")},
            ),
            iam.allow(
                "SendFromQueues",
                ["sqs:SendMessage"],
                [queue],
                condition={"StringEquals": {"aws:SourceAccount": names.account_id}},
                principal={"Service": names.service("sqs")},
            ),
            iam.deny(
                "DenyPlainText",
                ["sqs:*"],
                [queue],
                condition={"Bool": {"aws:SecureTransport": "false"}},
                principal="*",
            ),
        )

    def _rule_name(self, event: str) -> str:
        return self._scope.names.resource(f"karpenter-{event}")

    def _event_rule(self, event: str, queue: aws.sqs.Queue, policy: aws.sqs.QueuePolicy) -> None:
        source, detail_type = _EVENTS[event]
        physical = self._rule_name(event)
        rule = aws.cloudwatch.EventRule(
            f"{self._name}-{event}",
            name=physical,
            description=f"{detail_type}, for Karpenter",
            event_pattern=json.dumps({"source": [source], "detail-type": [detail_type]}),
            tags=self._scope.tags(physical),
            opts=self.child,
        )
        aws.cloudwatch.EventTarget(
            f"{self._name}-{event}-target",
            rule=rule.name,
            arn=queue.arn,
            opts=self.after(policy),
        )

    def _controller(self) -> AttachedRole:
        plan = RolePlan(
            part="karpenter",
            trust=pod_trust(self._scope.names, SERVICE_ACCOUNT),
            own=controller_documents(self._scope, self._args.keys.arn("platform")),
        )
        made = attached_role(f"{self._name}-role", self._scope, plan, self.child)
        aws.eks.PodIdentityAssociation(
            f"{self._name}-pod-identity",
            cluster_name=self._args.cluster.cluster_name,
            namespace=SYSTEM_NAMESPACE,
            service_account=SERVICE_ACCOUNT,
            role_arn=made.role.arn,
            tags=self._scope.tags(self._scope.names.resource("karpenter")),
            opts=self.after(*self._args.cluster.ready, *made.attachments),
        )
        return made
