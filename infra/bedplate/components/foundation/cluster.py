"""The EKS cluster: access entries only, own-key secrets, kept logs, and system nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from bedplate.components import iam
from bedplate.components.component import Component
from bedplate.components.foundation.cluster_access import accesses, grant
from bedplate.components.foundation.cluster_addons import Addons
from bedplate.components.foundation.cluster_nodes import SystemNodesPlan, system_nodes
from bedplate.components.foundation.cluster_roles import (
    NODE_POLICIES,
    AttachedRole,
    RolePlan,
    attached_role,
    cluster_trust,
    node_trust,
)
from bedplate.components.foundation.log_group import log_group
from bedplate.components.foundation.registry_cache import node_documents

if TYPE_CHECKING:
    from bedplate.components.foundation.keys import Keys
    from bedplate.components.foundation.network import Network
    from bedplate.components.scope import Scope

_API_PORT = 443
_ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, kw_only=True)
class ClusterArgs:
    """What the cluster is made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """KMS keys."""
    network: Network
    """VPC and subnets."""


class Cluster(Component):
    """One EKS cluster with its add-ons and the nodes that controllers run on."""

    cluster_name: pulumi.Output[str]
    """Name of the cluster."""
    endpoint: pulumi.Output[str]
    """Address of the Kubernetes API."""
    certificate_authority: pulumi.Output[str]
    """Certificate that the API is checked against, base64."""
    security_group_id: pulumi.Output[str]
    """Security group that EKS makes for the control plane and the nodes."""
    node_role_arn: pulumi.Output[str]
    """ARN of the role of managed nodes."""
    node_role_name: pulumi.Output[str]
    """Name of the role of managed nodes."""
    ready: list[pulumi.Resource]
    """What must exist before workloads do: add-ons and system nodes. Not a registered output."""
    deferred_addons: list[dict[str, pulumi.Input[str] | None]]
    """Add-ons that the platform layer makes after its network policies: name, version,
    service_account and role_arn of each."""

    def __init__(
        self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the cluster."""
        super().__init__("bedplate:foundation:Cluster", name, "cluster", opts)
        self._name, self._args, self._scope = name, args, args.scope
        cluster = self._cluster(self._role(), self._log_group(), self._security_group())
        node_role = self._node_role()
        self._outputs(cluster, node_role.role)
        self._access()
        self.ready, self.deferred_addons = self._nodes_and_addons(node_role)
        self.register_outputs(
            {
                "cluster_name": self.cluster_name,
                "endpoint": self.endpoint,
                "certificate_authority": self.certificate_authority,
                "security_group_id": self.security_group_id,
                "node_role_arn": self.node_role_arn,
                "node_role_name": self.node_role_name,
                "deferred_addons": self.deferred_addons,
            }
        )

    def _outputs(self, cluster: aws.eks.Cluster, node_role: aws.iam.Role) -> None:
        self.cluster_name = cluster.name
        self.endpoint = cluster.endpoint
        self.certificate_authority = cluster.certificate_authority.data
        self.security_group_id = cluster.vpc_config.cluster_security_group_id
        self.node_role_arn = node_role.arn
        self.node_role_name = node_role.name

    def _role(self) -> AttachedRole:
        key = iam.allow(
            "EncryptSecrets",
            ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"],
            [self._args.keys.arn("secrets")],
        )
        plan = RolePlan(
            part="cluster",
            trust=cluster_trust(self._scope.names),
            managed=("AmazonEKSClusterPolicy",),
            own={"secrets": iam.document(key)},
        )
        return attached_role(f"{self._name}-role", self._scope, plan, self.child)

    def _node_role(self) -> AttachedRole:
        plan = RolePlan(
            part="node",
            trust=node_trust(self._scope.names),
            managed=NODE_POLICIES,
            own=node_documents(self._scope),
        )
        return attached_role(f"{self._name}-node-role", self._scope, plan, self.child)

    def _log_group(self) -> aws.cloudwatch.LogGroup:
        """Create the group that EKS logs to; EKS itself would make it without key and expiry."""
        scope = self._scope
        return log_group(
            f"{self._name}-logs",
            f"/aws/eks/{scope.names.prefix}/cluster",
            scope,
            self._args.keys,
            self.stateful(protect=scope.spec.protect),
        )

    def _security_group(self) -> aws.ec2.SecurityGroup:
        """Create the group of the control plane: the API from inside the VPC.

        What nodes and control plane say to each other passes by the group that EKS makes.
        """
        physical = self._scope.names.resource("control-plane")
        group = aws.ec2.SecurityGroup(
            f"{self._name}-control-plane",
            name=physical,
            description="Kubernetes API from inside the VPC",
            vpc_id=self._args.network.vpc_id,
            tags=self._scope.tags(physical),
            opts=self.child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-control-plane-api",
            security_group_id=group.id,
            description="Kubernetes API from inside the VPC",
            cidr_ipv4=self._args.network.vpc_cidr,
            ip_protocol="tcp",
            from_port=_API_PORT,
            to_port=_API_PORT,
            tags=self._scope.tags(physical),
            opts=self.child,
        )
        return group

    def _cluster(
        self,
        role: AttachedRole,
        logs: aws.cloudwatch.LogGroup,
        group: aws.ec2.SecurityGroup,
    ) -> aws.eks.Cluster:
        spec, physical = self._scope.spec, self._scope.names.prefix
        return aws.eks.Cluster(
            self._name,
            name=physical,
            version=spec.cluster.version,
            role_arn=role.role.arn,
            access_config={
                "authentication_mode": "API",
                "bootstrap_cluster_creator_admin_permissions": False,
            },
            bootstrap_self_managed_addons=False,
            deletion_protection=spec.protect,
            enabled_cluster_log_types=list(spec.cluster.log_types),
            encryption_config={
                "provider": {"key_arn": self._args.keys.arn("secrets")},
                "resources": ["secrets"],
            },
            upgrade_policy={"support_type": spec.cluster.support.upper()},
            vpc_config=self._vpc_config(group),
            zonal_shift_config={"enabled": True},
            tags=self._scope.tags(physical),
            opts=pulumi.ResourceOptions(
                parent=self, protect=spec.protect, depends_on=[logs, *role.attachments]
            ),
        )

    def _vpc_config(self, group: aws.ec2.SecurityGroup) -> aws.eks.ClusterVpcConfigArgsDict:
        spec = self._scope.spec.cluster
        config: aws.eks.ClusterVpcConfigArgsDict = {
            "subnet_ids": self._args.network.intra_subnet_ids,
            "security_group_ids": [group.id],
            "endpoint_private_access": True,
            "endpoint_public_access": spec.endpoint_access != "private",
        }
        if spec.endpoint_access == "restricted":
            config["public_access_cidrs"] = list(spec.public_access_cidrs)
        elif spec.endpoint_access == "public":
            config["public_access_cidrs"] = [_ANYWHERE]
        return config

    def _access(self) -> None:
        for access in accesses(self._scope.spec):
            grant(self._name, self._scope, self.cluster_name, access, self.child)

    def _nodes_and_addons(
        self, role: AttachedRole
    ) -> tuple[list[pulumi.Resource], list[dict[str, pulumi.Input[str] | None]]]:
        addons = Addons(self._name, self, self._scope, self.cluster_name)
        first = addons.before_nodes()
        key_arn = self._args.keys.arn("platform")
        plan = SystemNodesPlan(
            key_arn=key_arn,
            cluster_name=self.cluster_name,
            role_arn=self.node_role_arn,
            subnet_ids=self._args.network.private_subnet_ids,
        )
        # A node joins through the endpoints and routes of the network: all of it comes first.
        after = self.after(self._args.network, *first, *role.attachments)
        nodes = system_nodes(f"{self._name}-system-nodes", self._scope, plan, self.child, after)
        pods = addons.pod_addons(key_arn)
        if self._scope.spec.zero_trust.default_deny:
            return [*first, nodes], addons.deferred(pods)
        return [*first, nodes, *addons.after_nodes(pods, nodes)], []
