"""One pool of GPU nodes: the node groups of a managed pool; a Karpenter pool has none in AWS."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

from bedplate.components.component import Component
from bedplate.components.foundation.cluster_nodes import (
    ARCHITECTURES,
    MachinePlan,
    launch_template,
    template_version,
)
from bedplate.components.foundation.gpu_pool_groups import Group, efa_interfaces, groups
from bedplate.components.gpu_nodes import GPU_TAINT, gpu_labels, mig_script, mime
from bedplate.spec.gpu_types import GPU_TYPES

if TYPE_CHECKING:
    from bedplate.components.foundation.cluster import Cluster
    from bedplate.components.foundation.keys import Keys
    from bedplate.components.foundation.network import Network
    from bedplate.components.scope import Scope


@dataclass(frozen=True, kw_only=True)
class GpuPoolArgs:
    """What one pool is made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """KMS keys."""
    network: Network
    """VPC and subnets."""
    cluster: Cluster
    """The cluster that the nodes join."""
    pool: str
    """Name of the pool in the specification."""


class GpuPool(Component):
    """One pool of GPU nodes."""

    provisioner: str
    """What makes the nodes: `managed` or `karpenter`."""
    max_gpus: int
    """Most GPUs in the pool at any time."""
    node_group_names: list[pulumi.Output[str]]
    """Names of the node groups, the preferred purchase first; none with Karpenter."""

    def __init__(
        self, name: str, args: GpuPoolArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the pool."""
        super().__init__("bedplate:foundation:GpuPool", name, f"gpu_pools.{args.pool}", opts)
        self._name, self._args, self._scope = name, args, args.scope
        self._pool = args.scope.spec.gpu_pools[args.pool]
        self.provisioner, self.max_gpus = self._pool.provisioner, self._pool.max_gpus
        wanted = groups(self._pool) if self.provisioner == "managed" else ()
        self.node_group_names = [self._node_group(group).node_group_name for group in wanted]
        self.register_outputs(
            {
                "provisioner": self.provisioner,
                "max_gpus": self.max_gpus,
                "node_group_names": self.node_group_names,
            }
        )

    def _node_group(self, group: Group) -> aws.eks.NodeGroup:
        logical = f"{self._name}-{group.label}"
        part = f"gpu-{self._args.pool}-{group.label}"
        architecture = GPU_TYPES[self._pool.instance_types[0]].architecture
        return aws.eks.NodeGroup(
            logical,
            cluster_name=self._args.cluster.cluster_name,
            node_group_name=part,
            node_role_arn=self._args.cluster.node_role_arn,
            subnet_ids=self._subnet_ids(),
            version=self._scope.spec.cluster.version,
            ami_type=f"AL2023_{ARCHITECTURES[architecture]}_NVIDIA",
            instance_types=list(self._pool.instance_types),
            capacity_type=group.capacity_type,
            launch_template=template_version(self._template(logical, part, group)),
            scaling_config={
                "min_size": group.min_nodes,
                "desired_size": group.min_nodes,
                "max_size": group.max_nodes,
            },
            # EKS spells the effect in its own way.
            taints=[
                {"key": GPU_TAINT["key"], "value": GPU_TAINT["value"], "effect": "NO_SCHEDULE"}
            ],
            labels=self._labels(group),
            update_config={"max_unavailable": 1, "update_strategy": group.update_strategy},
            node_repair_config={"enabled": True},
            tags=self._scope.tags(self._scope.names.resource(part)),
            opts=self._node_group_options(),
        )

    def _node_group_options(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            depends_on=self._args.cluster.ready,
            # What runs is up to whoever scales the pool; a deploy must not stop a training run.
            ignore_changes=["scalingConfig.desiredSize"],
        )

    def _subnet_ids(self) -> list[pulumi.Output[str]]:
        """Return the private subnets in the zones of the pool; without zones, all of them."""
        by_zone = zip(self._scope.zones, self._args.network.private_subnet_ids, strict=True)
        letters = self._pool.zones
        return [subnet for zone, subnet in by_zone if not letters or zone[-1] in letters]

    def _labels(self, group: Group) -> dict[str, str]:
        return {**gpu_labels(self._args.pool, self._pool), "bedplate/purchase": group.purchase}

    def _template(self, logical: str, part: str, group: Group) -> aws.ec2.LaunchTemplate:
        more: dict[str, Any] = {}
        if group.reservation:
            target = {"capacity_reservation_id": group.reservation}
            more["capacity_reservation_specification"] = {"capacity_reservation_target": target}
        if group.purchase == "capacity-block":
            more["instance_market_options"] = {"market_type": "capacity-block"}
        interfaces = efa_interfaces(self._pool.instance_types, self._args.cluster.security_group_id)
        if interfaces:
            more["network_interfaces"] = interfaces
        script = mig_script(self._pool)
        if script:
            more["user_data"] = base64.b64encode(mime(script).encode()).decode()
        machines = MachinePlan(
            part=part,
            key_arn=self._args.keys.arn("platform"),
            disk_gib=self._pool.disk_gib,
            more=more,
        )
        return launch_template(f"{logical}-template", self._scope, machines, self.child)
