"""The device plugin and the exporter run on GPU nodes, and share GPUs as the pools say."""

from __future__ import annotations

import json

from support.platforms import platform_plan, releases, values

from bedplate.components.platform.gpu_stack import GpuStack
from bedplate.contracts.charts import chart_faults
from bedplate.versions import CHARTS

POOLS = {
    "whole": {"instance_types": ["g6.xlarge"], "max_gpus": 4},
    "sliced": {
        "instance_types": ["g6.xlarge"],
        "max_gpus": 4,
        "sharing": {"strategy": "time-slicing", "replicas": 4},
    },
    "mps": {
        "instance_types": ["g6.xlarge"],
        "max_gpus": 4,
        "sharing": {"strategy": "mps", "replicas": 2},
    },
}


def test_each_way_of_sharing_is_a_configuration_that_nodes_name() -> None:
    """Whole GPUs by default; a share of a share is refused."""
    plan = platform_plan(lambda args: GpuStack("gpu-stack", args), {"gpu_pools": POOLS})
    config = values(plan, "nvidia-device-plugin")["config"]
    parsed = {name: json.loads(text) for name, text in config["map"].items()}

    assert config["default"] == "whole"
    assert parsed["whole"] == {"version": "v1"}
    assert parsed["time-slicing-4"]["sharing"] == {
        "timeSlicing": {
            "resources": [{"name": "nvidia.com/gpu", "replicas": 4}],
            "failRequestsGreaterThanOne": True,
        }
    }
    assert parsed["mps-2"]["sharing"]["mps"]["resources"][0]["replicas"] == 2


def test_both_run_on_gpu_nodes_only() -> None:
    """They select our label and tolerate our taint."""
    plan = platform_plan(lambda args: GpuStack("gpu-stack", args), {"gpu_pools": POOLS})
    for chart in ("nvidia-device-plugin", "dcgm-exporter"):
        assert values(plan, chart)["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
        assert values(plan, chart)["tolerations"][0]["key"] == "nvidia.com/gpu"


def test_claims_replace_the_device_plugin() -> None:
    """The driver publishes whole GPUs; two that hand out the same GPU would be one too many."""
    pools = {"l4": {"provisioner": "managed", "instance_types": ["g6.xlarge"], "max_gpus": 4}}
    changes = {"gpu_pools": pools, "gpu_stack": {"dynamic_resource_allocation": True}}
    plan = platform_plan(lambda args: GpuStack("gpu-stack", args), changes)
    driver = values(plan, "nvidia-dra-driver-gpu")

    assert set(releases(plan)) == {"nvidia-dra-driver-gpu", "dcgm-exporter"}
    assert driver["gpuResourcesEnabledOverride"] is True
    assert driver["resources"]["computeDomains"]["enabled"] is False
    assert driver["kubeletPlugin"]["nodeSelector"] == {"nvidia.com/gpu.present": "true"}
    assert driver["kubeletPlugin"]["tolerations"][0]["key"] == "nvidia.com/gpu"
    assert driver["image"]["repository"].startswith("111122223333.dkr.ecr.")
    assert values(plan, "dcgm-exporter")["kubernetesDRA"] == {"enabled": True}


def test_values_of_the_driver_are_ones_that_it_accepts() -> None:
    """No environment that ships uses it, so no other test holds them."""
    pools = {"l4": {"provisioner": "managed", "instance_types": ["g6.xlarge"], "max_gpus": 4}}
    changes = {"gpu_pools": pools, "gpu_stack": {"dynamic_resource_allocation": True}}
    plan = platform_plan(lambda args: GpuStack("gpu-stack", args), changes)
    for chart in ("nvidia-dra-driver-gpu", "dcgm-exporter"):
        assert chart_faults(chart, CHARTS[chart].version, values(plan, chart)) == []


def test_nothing_is_installed_without_gpus() -> None:
    """An environment may have no pool."""
    assert releases(platform_plan(lambda args: GpuStack("gpu-stack", args))) == {}
