"""GPU node pools, and what Karpenter needs in AWS where a pool uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedplate.components.component import Component
from bedplate.components.foundation.gpu_pool import GpuPool, GpuPoolArgs
from bedplate.components.foundation.karpenter import Karpenter, KarpenterArgs

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.foundation.cluster import Cluster
    from bedplate.components.foundation.keys import Keys
    from bedplate.components.foundation.network import Network
    from bedplate.components.scope import Scope


@dataclass(frozen=True, kw_only=True)
class GpuPoolsArgs:
    """What the pools are made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """KMS keys."""
    network: Network
    """VPC and subnets."""
    cluster: Cluster
    """The cluster that the nodes join."""


class GpuPools(Component):
    """All GPU pools of an environment. The Karpenter outputs are None where no pool uses it."""

    karpenter_role_arn: pulumi.Output[str] | None
    """ARN of the role of Karpenter's controller."""
    karpenter_node_role_name: pulumi.Output[str] | None
    """Name of the role of the nodes that Karpenter makes."""
    karpenter_instance_profile: pulumi.Output[str] | None
    """Name of the instance profile of these nodes."""
    interruption_queue_name: pulumi.Output[str] | None
    """Name of the queue that tells Karpenter of interruptions."""

    def __init__(
        self, name: str, args: GpuPoolsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the pools."""
        super().__init__("bedplate:foundation:GpuPools", name, "gpu_pools", opts)
        self._name, self._args = name, args
        karpenter = self._karpenter()
        self._pools()
        self.karpenter_role_arn = karpenter.role_arn if karpenter else None
        self.karpenter_node_role_name = karpenter.node_role_name if karpenter else None
        self.karpenter_instance_profile = karpenter.instance_profile if karpenter else None
        self.interruption_queue_name = karpenter.queue_name if karpenter else None
        self.register_outputs(
            {
                "karpenter_role_arn": self.karpenter_role_arn,
                "karpenter_node_role_name": self.karpenter_node_role_name,
                "karpenter_instance_profile": self.karpenter_instance_profile,
                "interruption_queue_name": self.interruption_queue_name,
            }
        )

    def _karpenter(self) -> Karpenter | None:
        pools = self._args.scope.spec.gpu_pools.values()
        if all(pool.provisioner != "karpenter" for pool in pools):
            return None
        args = KarpenterArgs(
            scope=self._args.scope, keys=self._args.keys, cluster=self._args.cluster
        )
        return Karpenter(f"{self._name}-karpenter", args, self.child)

    def _pools(self) -> None:
        for pool in self._args.scope.spec.gpu_pools:
            args = GpuPoolArgs(
                scope=self._args.scope,
                keys=self._args.keys,
                network=self._args.network,
                cluster=self._args.cluster,
                pool=pool,
            )
            GpuPool(f"{self._name}-{pool}", args, self.child)
