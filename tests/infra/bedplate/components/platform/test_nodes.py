"""Karpenter's pools are what the environment says of its GPU pools."""

from __future__ import annotations

from typing import Any

from support.platforms import objects, platform_plan, releases, values

from bedplate.components.platform.nodes import Nodes

L4 = {"instance_types": ["g6.xlarge", "g6.12xlarge"], "max_gpus": 16}


def _plan(**pool: Any) -> Any:
    return platform_plan(lambda args: Nodes("nodes", args), {"gpu_pools": {"l4": L4 | pool}})


def test_karpenters_own_order_needs_one_pool() -> None:
    """Spot before on-demand is what it does by itself."""
    made = objects(_plan(purchase=["spot", "on-demand"]), "NodePool")

    assert list(made) == ["l4"]
    requirements = made["l4"]["spec"]["template"]["spec"]["requirements"]
    (capacity,) = [r for r in requirements if r["key"] == "karpenter.sh/capacity-type"]
    assert capacity["values"] == ["spot", "on-demand"]


def test_another_order_is_kept_by_weights_and_shares_the_limit() -> None:
    """On-demand first: two pools, the first heavier, together no more than the pool may have."""
    made = objects(_plan(purchase=["on-demand", "spot"]), "NodePool")
    specs = {name: manifest["spec"] for name, manifest in made.items()}

    assert specs["l4-on-demand"]["weight"] > specs["l4-spot"]["weight"]
    assert sum(int(spec["limits"]["nvidia.com/gpu"]) for spec in specs.values()) <= 16


def test_nodes_are_pinned_encrypted_and_closed() -> None:
    """A released image, the platform's key, no instance metadata for pods."""
    spec = objects(_plan(), "EC2NodeClass")["l4"]["spec"]
    (volume,) = spec["blockDeviceMappings"]

    assert spec["amiSelectorTerms"] == [{"alias": "al2023@v20260903"}]
    assert volume["ebs"]["encrypted"] is True
    assert volume["ebs"]["kmsKeyID"].endswith("key/platform")
    assert spec["metadataOptions"]["httpTokens"] == "required"
    assert spec["metadataOptions"]["httpPutResponseHopLimit"] == 1
    assert spec["instanceProfile"] == "acme-prod-karpenter-node"


def test_only_gpu_work_lands_there() -> None:
    """The taint, and the labels that the device plugin and pods look for."""
    template = objects(_plan(), "NodePool")["l4"]["spec"]["template"]

    assert template["spec"]["taints"] == [
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
    ]
    assert template["metadata"]["labels"] == {
        "nvidia.com/gpu.present": "true",
        "bedplate/gpu-pool": "l4",
        "nvidia.com/device-plugin.config": "whole",
    }


def test_an_isolated_network_is_told() -> None:
    """Prices then come from the controller's own table."""
    made = _plan()
    settings = values(made, "karpenter")["settings"]

    assert settings["isolatedVPC"] is True
    assert settings["interruptionQueue"] == "acme-prod-karpenter"
    assert releases(made)["karpenter"].inputs["skipCrds"] is True


def test_managed_pools_alone_need_no_karpenter() -> None:
    """Nothing is installed that nobody uses."""
    assert releases(_plan(provisioner="managed")) == {}


def test_shares_of_mps_need_the_label_of_its_daemon() -> None:
    """The device plugin advertises none until its daemon runs, which looks for this label."""

    def labels(**sharing: Any) -> Any:
        made = objects(_plan(sharing=sharing), "NodePool")["l4"]
        return made["spec"]["template"]["metadata"]["labels"]

    assert labels(strategy="mps", replicas=2)["nvidia.com/mps.capable"] == "true"
    assert "nvidia.com/mps.capable" not in labels(strategy="time-slicing", replicas=2)
