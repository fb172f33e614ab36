"""What makes GPUs usable and measured: NVIDIA's device plugin and the DCGM exporter."""

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
    """The device plugin, with one configuration a way of sharing, and the exporter."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install both; nothing where there is no GPU pool."""
        super().__init__(name, "gpu_stack", args, opts)
        if self.scope.spec.gpu_pools:
            self.release("nvidia-device-plugin", _NAMESPACE, self._plugin())
            if self.scope.spec.gpu_stack.metrics:
                self.release("dcgm-exporter", _NAMESPACE, _exporter())
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


def _exporter() -> dict[str, Any]:
    return {
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
