"""Nodes that come and go with the work: Karpenter, and one pool a GPU pool that asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.nodes_pools import node_class, node_pool, offers

if TYPE_CHECKING:
    import pulumi

_NAMESPACE = "kube-system"
"""Its requests have priority there in the API server's queues (Karpenter documentation)."""


class Nodes(PlatformComponent):
    """Karpenter and its pools; nothing where every pool is managed."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install Karpenter and create the pools."""
        super().__init__(name, "nodes", args, opts)
        pools = self.scope.spec.gpu_pools
        wanted = {key: pool for key, pool in pools.items() if pool.provisioner == "karpenter"}
        if wanted:
            crds = {
                "karpenter.sh": ("nodeclaims", "nodepools"),
                "karpenter.k8s.aws": ("ec2nodeclasses",),
            }
            definitions = self.release("karpenter-crd", _NAMESPACE, {}, crds=crds)
            # Its own copy of the definitions would never be upgraded.
            controller = self.release(
                "karpenter", _NAMESPACE, self._values(), skip_crds=True, after=[definitions]
            )
            self.ready = [controller]
        profile = self.scope.foundation.text("karpenter_instance_profile") if wanted else None
        for key, pool in wanted.items():
            assert profile is not None  # noqa: S101 - for the type checker; set where there are any
            made = self.manifest(node_class(key, pool, self.scope, profile), after=self.ready)
            for offer in offers(key, pool):
                self.manifest(node_pool(key, pool, offer, self.scope), after=[made])
        self.register_outputs({})

    def _values(self) -> dict[str, Any]:
        foundation = self.scope.foundation
        return {
            "replicas": 2,
            "serviceAccount": {"name": "karpenter"},
            "settings": {
                "clusterName": foundation.text("cluster_name"),
                "clusterEndpoint": foundation.text("cluster_endpoint"),
                "interruptionQueue": foundation.text("karpenter_queue"),
                # Prices then come from the table in its binary: no endpoint reaches the service.
                "isolatedVPC": self.scope.spec.network.egress == "isolated",
            },
            "controller": {
                "resources": {
                    "requests": {"cpu": "200m", "memory": "512Mi"},
                    "limits": {"memory": "1Gi"},
                }
            },
        }
