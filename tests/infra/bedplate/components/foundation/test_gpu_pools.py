"""GPU pools: never more than was allowed, and only GPU work lands on them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.clusters import cluster_plan, waits_for
from support.layers import named, of_type, only

from bedplate.components.foundation.gpu_pool_groups import Group, efa_interfaces, groups
from bedplate.spec.gpu_pools import GpuPoolSpec
from bedplate.spec.gpu_types import GPU_TYPES

if TYPE_CHECKING:
    from bedplate.engine.plan import LayerPlan, Resource

NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
RESERVATION = "cr-0123456789abcdef0"
OTHER = "cr-fedcba98765432100"
L4 = {"provisioner": "managed", "instance_types": ["g6.xlarge"], "max_gpus": 8}


def _plan(**pool: Any) -> LayerPlan:
    return cluster_plan({"gpu_pools": {"inference": L4 | pool}})


def _of_pool(plan: LayerPlan, token: str) -> list[Resource]:
    return [r for r in of_type(plan, token) if r.spec_path == "gpu_pools.inference"]


def _node_group(**pool: Any) -> dict[str, Any]:
    (group,) = _of_pool(_plan(**pool), NODE_GROUP)
    return group.inputs


def _template(**pool: Any) -> dict[str, Any]:
    (template,) = _of_pool(_plan(**pool), LAUNCH_TEMPLATE)
    return template.inputs


def _spec(**pool: Any) -> GpuPoolSpec:
    return GpuPoolSpec.model_validate(
        {key: tuple(value) if isinstance(value, list) else value for key, value in pool.items()}
    )


def test_only_gpu_work_lands_on_a_pool() -> None:
    """Nodes are tainted, and labelled with pool and purchase."""
    group = _node_group(labels={"tier": "gold"})

    assert group["taints"] == [
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}
    ]
    assert group["labels"] == {
        "tier": "gold",
        "nvidia.com/gpu.present": "true",
        "nvidia.com/device-plugin.config": "whole",
        "bedplate/gpu-pool": "inference",
        "bedplate/purchase": "on-demand",
    }


def test_labels_of_the_pool_cannot_be_overridden() -> None:
    """What tells GPU nodes apart is not for a pool's own labels to change."""
    group = _node_group(labels={"nvidia.com/gpu.present": "false"})

    assert group["labels"]["nvidia.com/gpu.present"] == "true"


def test_a_pool_grows_to_its_gpus_and_shrinks_to_its_nodes() -> None:
    """Eight GPUs are two nodes of four; what runs now is nobody's business on a deploy."""
    (group,) = _of_pool(_plan(instance_types=["g6.12xlarge"], min_nodes=1), NODE_GROUP)

    assert group.inputs["scalingConfig"] == {"minSize": 1, "desiredSize": 1, "maxSize": 2}
    assert group.options["ignoreChanges"] == ["scalingConfig.desiredSize"]


def test_the_nodes_join_a_complete_cluster_with_its_role() -> None:
    """They wait for add-ons and system nodes, and use the role of managed nodes."""
    plan = _plan()
    (group,) = _of_pool(plan, NODE_GROUP)

    assert group.inputs["nodeRoleArn"] == "arn:aws:iam::111122223333:role/acme-prod-node"
    assert group.inputs["nodeRepairConfig"] == {"enabled": True}
    assert {"cluster-system-nodes", "cluster-kube-proxy", "cluster-vpc-cni"} <= waits_for(
        plan, group
    )


@pytest.mark.parametrize(
    ("instance_type", "ami_type"),
    [("g6.xlarge", "AL2023_x86_64_NVIDIA"), ("g5g.xlarge", "AL2023_ARM_64_NVIDIA")],
)
def test_the_image_carries_the_driver_for_the_processor(instance_type: str, ami_type: str) -> None:
    """The image follows the architecture of the instance type."""
    assert _node_group(instance_types=[instance_type])["amiType"] == ami_type


@pytest.mark.parametrize(("zones", "used"), [([], "abc"), (["a", "c"], "ac")])
def test_a_pool_uses_its_zones(zones: list[str], used: str) -> None:
    """Without zones of its own a pool uses all private subnets."""
    plan = _plan(zones=zones)
    (group,) = _of_pool(plan, NODE_GROUP)

    assert group.inputs["subnetIds"] == [named(plan, f"network-private-{z}").id for z in used]


def test_gpu_machines_are_as_closed_as_all_others() -> None:
    """Own-key volume of the pool's size, IMDSv2 within one hop, no SSH key."""
    template = _template(disk_gib=500)
    volume = template["blockDeviceMappings"][0]["ebs"]

    assert (volume["volumeSize"], volume["encrypted"]) == (500, "true")
    assert volume["kmsKeyId"] == named(_plan(), "keys-platform").outputs["arn"]
    assert template["metadataOptions"]["httpTokens"] == "required"
    assert template["metadataOptions"]["httpPutResponseHopLimit"] == 1
    assert "keyName" not in template


@pytest.mark.parametrize(
    ("purchase", "capacity_type", "strategy"),
    [("on-demand", "ON_DEMAND", "DEFAULT"), ("spot", "SPOT", "DEFAULT")],
)
def test_instances_from_the_market_name_no_reservation(
    purchase: str, capacity_type: str, strategy: str
) -> None:
    """On-demand and spot nodes are bought as they are needed."""
    group, template = _node_group(purchase=[purchase]), _template(purchase=[purchase])

    assert group["nodeGroupName"] == f"gpu-inference-{purchase}"
    assert group["capacityType"] == capacity_type
    assert group["updateConfig"] == {"maxUnavailable": 1, "updateStrategy": strategy}
    assert "capacityReservationSpecification" not in template
    assert "instanceMarketOptions" not in template


@pytest.mark.parametrize(
    ("purchase", "capacity_type", "market"),
    [
        ("reserved", "ON_DEMAND", None),
        ("capacity-block", "CAPACITY_BLOCK", {"marketType": "capacity-block"}),
    ],
)
def test_reserved_instances_come_from_their_reservation(
    purchase: str, capacity_type: str, market: dict[str, str] | None
) -> None:
    """The template names the reservation; a node is replaced before its successor starts."""
    pool: dict[str, Any] = {"purchase": [purchase], "reservations": [RESERVATION]}
    group, template = _node_group(**pool), _template(**pool)

    assert (group["capacityType"], group["updateConfig"]["updateStrategy"]) == (
        capacity_type,
        "MINIMAL",
    )
    assert template["capacityReservationSpecification"] == {
        "capacityReservationTarget": {"capacityReservationId": RESERVATION}
    }
    assert template.get("instanceMarketOptions") == market


def test_each_purchase_and_reservation_has_a_group_of_its_own() -> None:
    """In order of preference; together they hold what the pool may hold, and keep what it keeps."""
    pool = _spec(
        **L4 | {"max_gpus": 7, "min_nodes": 4},
        purchase=["reserved", "spot"],
        reservations=[RESERVATION, OTHER],
    )

    assert groups(pool) == (
        Group("reserved-9abcdef0", "reserved", RESERVATION, 3, 3),
        Group("reserved-65432100", "reserved", OTHER, 1, 2),
        Group("spot", "spot", None, 0, 2),
    )


def test_a_small_pool_uses_the_preferred_purchase_only() -> None:
    """One node can't be bought in two ways without passing the pool's GPUs."""
    pool = _spec(**L4 | {"max_gpus": 1}, purchase=["spot", "on-demand"])

    assert groups(pool) == (Group("spot", "spot", None, 0, 1),)


@given(
    max_gpus=st.integers(8, 200),
    kept=st.integers(0, 3),
    purchase=st.lists(st.sampled_from(["on-demand", "spot", "reserved"]), min_size=1, max_size=4),
    types=st.lists(st.sampled_from(["g6.xlarge", "g6.12xlarge", "g6.48xlarge"]), min_size=1),
)
def test_groups_never_pass_the_limits_of_their_pool(
    max_gpus: int, kept: int, purchase: list[str], types: list[str]
) -> None:
    """Whatever is bought how, all GPUs of all groups stay within the pool's."""
    pool = _spec(
        provisioner="managed",
        instance_types=types,
        max_gpus=max_gpus,
        min_nodes=kept,
        purchase=purchase,
        reservations=[RESERVATION, OTHER],
    )
    found = groups(pool)
    largest = max(GPU_TYPES[name].count for name in types)

    assert sum(group.max_nodes for group in found) == pool.max_nodes
    assert sum(group.max_nodes for group in found) * largest <= max_gpus
    assert sum(group.min_nodes for group in found) == min(kept, pool.max_nodes)
    assert all(0 <= group.min_nodes <= group.max_nodes >= 1 for group in found)
    assert len({group.label for group in found}) == len(found)


@pytest.mark.parametrize(
    ("instance_type", "first", "count"),
    [
        ("g6.8xlarge", "efa", 1),
        ("p4d.24xlarge", "efa", 4),
        ("p5.48xlarge", "efa", 32),
        ("p5en.48xlarge", "efa", 16),
        ("p6-b300.48xlarge", "interface", 17),
    ],
)
def test_nodes_use_all_their_efa_bandwidth(instance_type: str, first: str, count: int) -> None:
    """One interface a network card; only the first is a primary one; all in the cluster's group."""
    interfaces = efa_interfaces([instance_type], "sg-1")

    assert [each["network_card_index"] for each in interfaces] == list(range(count))
    assert [each["interface_type"] for each in interfaces] == [first] + ["efa-only"] * (count - 1)
    assert [each["device_index"] for each in interfaces] == [0] + [1] * (count - 1)
    assert all(each["security_groups"] == ["sg-1"] for each in interfaces)


def test_pools_of_several_types_or_without_efa_have_plain_interfaces() -> None:
    """Interfaces fit one type; EKS gives the others the cluster's security group itself."""
    assert efa_interfaces(["g6.xlarge"], "sg-1") == []
    assert efa_interfaces(["g6.8xlarge", "g6.16xlarge"], "sg-1") == []
    assert "networkInterfaces" not in _template()


def test_efa_interfaces_reach_the_launch_template() -> None:
    """The group that they name is the one that EKS makes, which lets its members talk."""
    plan = _plan(instance_types=["p5en.48xlarge"])
    (template,) = _of_pool(plan, LAUNCH_TEMPLATE)
    group = only(plan, "aws:eks/cluster:Cluster").outputs["vpcConfig"]["clusterSecurityGroupId"]

    assert template.inputs["networkInterfaces"][15] == {
        "networkCardIndex": 15,
        "deviceIndex": 1,
        "interfaceType": "efa-only",
        "securityGroups": [group],
        "deleteOnTermination": "true",
    }


def test_a_mig_pool_is_partitioned_at_the_nodes_start() -> None:
    """The driver's own tool makes as many instances as a GPU holds."""
    sharing = {"strategy": "mig", "mig_profile": "3g.71gb"}
    template = _template(instance_types=["p5en.48xlarge"], sharing=sharing)
    script = base64.b64decode(template["userData"]).decode()

    assert "nvidia-smi mig -cgi 3g.71gb,3g.71gb -C" in script


def test_every_pool_is_a_component_that_traces_to_its_lines() -> None:
    """Findings on a pool point at that pool in the environment file."""
    pools = {"a": L4, "b": {"instance_types": ["g6.xlarge"], "max_gpus": 2}}
    plan = cluster_plan({"gpu_pools": pools})
    components = of_type(plan, "bedplate:foundation:GpuPool")

    assert {(c.name, c.spec_path) for c in components} == {
        ("gpu-pools-a", "gpu_pools.a"),
        ("gpu-pools-b", "gpu_pools.b"),
    }
    assert [g.spec_path for g in of_type(plan, NODE_GROUP)] == ["cluster", "gpu_pools.a"]
