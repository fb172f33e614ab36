"""What makes GPUs usable and measured: NVIDIA's device plugin or driver, and the exporter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bedplate.components.gpu_nodes import GPU_TAINT, PRESENT_LABEL, sharing_name
from bedplate.components.platform.component import PlatformArgs, PlatformComponent

if TYPE_CHECKING:
    import pulumi

    from bedplate.spec.gpu_pools import GpuPoolSpec

_NAMESPACE = "nvidia"
_TOLERATIONS = [{"key": GPU_TAINT["key"], "operator": "Exists", "effect": GPU_TAINT["effect"]}]
_SELECTOR = {PRESENT_LABEL: "true"}


class GpuStack(PlatformComponent):
    """The device plugin, with one configuration a way of sharing; or the driver for claims.

    Never both: each would hand out the same GPU.
    """

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install one of them, and the exporter; nothing where there is no GPU pool."""
        super().__init__(name, "gpu_stack", args, opts)
        stack = self.scope.spec.gpu_stack
        if self.scope.spec.gpu_pools:
            if stack.dynamic_resource_allocation:
                self.release("nvidia-dra-driver-gpu", _NAMESPACE, _driver())
            else:
                self.release("nvidia-device-plugin", _NAMESPACE, self._plugin())
            if stack.metrics:
                claims = stack.dynamic_resource_allocation
                self.release("dcgm-exporter", _NAMESPACE, _exporter(claims=claims))
        self.register_outputs({})

    def _plugin(self) -> dict[str, Any]:
        pools = self.scope.spec.gpu_pools.values()
        configurations = {sharing_name(pool): sharing_config(pool) for pool in pools}
        names = sorted(configurations)
        return {
            # JSON is YAML; a node's label says which one holds for it.
            "config": {
                "map": {name: json.dumps(configurations[name]) for name in names},
                "default": "whole" if "whole" in names else names[0],
            },
            "nodeSelector": _SELECTOR,
            "tolerations": _TOLERATIONS,
            "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}},
        }


def sharing_config(pool: GpuPoolSpec) -> dict[str, Any]:
    """Return the device plugin's configuration for a pool's way of sharing."""
    sharing = pool.sharing
    config: dict[str, Any] = {"version": "v1"}
    if sharing.strategy == "mig":
        config["flags"] = {"migStrategy": "mixed"}
    elif sharing.strategy != "none":
        shared: dict[str, Any] = {
            "resources": [{"name": "nvidia.com/gpu", "replicas": sharing.replicas}]
        }
        if sharing.strategy == "time-slicing":
            # Two shares are no more than one: nobody gets more of the GPU by asking for more.
            shared["failRequestsGreaterThanOne"] = True
        key = "timeSlicing" if sharing.strategy == "time-slicing" else "mps"
        config["sharing"] = {key: shared}
    return config


def _driver() -> dict[str, Any]:
    """Return the values of the driver that publishes whole GPUs as devices to be claimed."""
    return {
        # The chart's own word for: no device plugin hands out these GPUs.
        "gpuResourcesEnabledOverride": True,
        # Domains of memory over NVLink between nodes: no pool has such nodes.
        "resources": {"gpus": {"enabled": True}, "computeDomains": {"enabled": False}},
        "kubeletPlugin": {
            "nodeSelector": _SELECTOR,
            "tolerations": _TOLERATIONS,
            "containers": {
                "gpus": {"resources": {"requests": {"cpu": "10m", "memory": "64Mi"}}},
            },
        },
    }


def _exporter(*, claims: bool) -> dict[str, Any]:
    return {
        # Whose pod uses a GPU is then known by the claim.
        **({"kubernetesDRA": {"enabled": True}} if claims else {}),
        # Scraped by the platform's own monitors; the definition may not be there yet.
        "serviceMonitor": {"enabled": False},
        # Its default would run on every node but the GPU nodes.
        "nodeSelector": _SELECTOR,
        "tolerations": _TOLERATIONS,
        "resources": {
            "requests": {"cpu": "50m", "memory": "256Mi"},
            "limits": {"memory": "1Gi"},
        },
    }
