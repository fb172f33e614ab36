"""The estimate: what is counted, what is named instead, and that its sums add up."""

from __future__ import annotations

import json
from math import fsum
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.layers import spec

from bedplate.engine.outputs import TABLE
from bedplate.engine.plan import UNKNOWN, LayerPlan, Plan, Resource
from bedplate.operate.cost import ComponentCost, Cost, Line, estimate
from bedplate.operate.cost_types import BY_USE, FREE, PIECES, is_free
from bedplate.operate.prices import load_prices

if TYPE_CHECKING:
    from collections.abc import Mapping

HOURLY = {
    "ec2:g6.xlarge": 1.0,
    "ec2:g6.2xlarge": 1.5,
    "ec2:g6.12xlarge": 5.0,
    "ec2:g5.16xlarge": 4.0,
    "ec2:g5.12xlarge": 5.5,
    "ec2:m7i.xlarge": 0.25,
    "eks:cluster": 0.1,
    "vpc:interface-endpoint": 0.01,
}
MONTHLY = {"kms:key": 0.73, "ebs:gp3-gib": 0.73}
PRICES = {"source": "test", "dated": "2026-11-01", "hourly_usd": HOURLY, "monthly_usd": MONTHLY}


def resource(
    token: str,
    inputs: Mapping[str, Any] | None = None,
    path: str | None = "cluster",
    reads: dict[str, tuple[str, ...]] | None = None,
) -> Resource:
    """Return a resource of a type, named after it."""
    name = token.rpartition(":")[2]
    urn = f"urn:pulumi:prod::bedplate-foundation::{token}::{name}"
    return Resource(
        urn=urn,
        type=token,
        name=name,
        parent=None,
        custom=not token.startswith("bedplate:"),
        inputs=dict(inputs or {}),
        outputs={},
        property_dependencies=reads or {},
        spec_path=path,
    )


def cost_of(*resources: Resource, **changes: Any) -> Cost:
    """Return the estimate of some resources in the base environment with changes."""
    layer = LayerPlan("foundation", "bedplate-foundation", "prod", resources)
    values = spec({"prices": PRICES} | changes)
    return estimate(Plan("prod", (layer,)), values, load_prices())


def lines(cost: Cost) -> dict[str, tuple[float | None, float | None, float | None]]:
    """Return quantity, idle quantity and hourly cost of each line by its key."""
    found = [line for component in cost.components for line in component.lines]
    assert len({line.key for line in found}) == len(found)
    return {line.key: (line.quantity, line.idle_quantity, line.hourly_usd) for line in found}


def pool(**values: Any) -> dict[str, Any]:
    """Return a spec's GPU pools: one, with a disk of 100 GiB."""
    return {"gpu_pools": {"work": {"disk_gib": 100} | values}}


def test_a_cluster_with_its_nodes_is_bounded_from_both_sides() -> None:
    """Nodes and their disks count from the smallest to the largest size of the group."""
    template = resource(
        "aws:ec2/launchTemplate:LaunchTemplate",
        {"blockDeviceMappings": [{"ebs": {"volumeSize": 80, "volumeType": "gp3"}}]},
    )
    group = resource(
        "aws:eks/nodeGroup:NodeGroup",
        {"scalingConfig": {"minSize": 2, "maxSize": 6}, "instanceTypes": ["m7i.xlarge"]},
        reads={"launchTemplate": (template.urn,)},
    )
    cost = cost_of(resource("aws:eks/cluster:Cluster", {"version": "1.35"}), template, group)

    assert cost == Cost(
        hourly_usd=2.08,
        idle_hourly_usd=0.76,
        components=(
            ComponentCost(
                "cluster",
                2.08,
                0.76,
                (
                    Line(
                        "cluster", "ebs:gp3-gib", 480.0, 160.0, "GiB",
                        0.48, 0.16, "test", "2026-11-01",
                    ),
                    Line(
                        "cluster", "ec2:m7i.xlarge", 6.0, 2.0, "node",
                        1.5, 0.5, "test", "2026-11-01",
                    ),
                    Line(
                        "cluster", "eks:cluster", 1.0, 1.0, "cluster",
                        0.1, 0.1, "test", "2026-11-01",
                    ),
                ),
            ),
        ),
        unpriced=(),
        by_use=("data transfer",),
    )  # fmt: skip
    assert cost.monthly_usd == 2.08 * 730
    assert cost.idle_monthly_usd == 0.76 * 730


def test_a_karpenter_pool_counts_gpus_and_the_dearest_way_to_reach_them() -> None:
    """Sixteen GPUs of one-GPU nodes are dearer than of four-GPU nodes, so they bound the cost."""
    types = ["g5.16xlarge", "g5.12xlarge"]
    cost = cost_of(**pool(instance_types=types, max_gpus=16))

    assert lines(cost) == {
        "ebs:gp3-gib": (1600.0, 0.0, 1.6),
        "ec2:g5.16xlarge": (16.0, 0.0, 64.0),
    }
    assert cost.idle_hourly_usd == 0.0


def test_a_managed_pool_counts_nodes_of_the_dearest_type() -> None:
    """A node group's limit is nodes: as many as stay within the GPUs, whichever type they are."""
    types = ["g6.xlarge", "g6.12xlarge"]
    managed = pool(provisioner="managed", instance_types=types, max_gpus=8, min_nodes=1)
    cost = cost_of(**managed)

    assert lines(cost) == {
        "ebs:gp3-gib": (200.0, 100.0, 0.2),
        "ec2:g6.12xlarge": (2.0, 1.0, 10.0),
    }


def test_node_groups_of_a_pool_are_not_counted_twice() -> None:
    """The spec counts a pool; its node groups in the plan add nothing."""
    values = pool(provisioner="managed", instance_types=["g6.xlarge"], max_gpus=2)
    group = resource(
        "aws:eks/nodeGroup:NodeGroup",
        {"scalingConfig": {"minSize": 0, "maxSize": 2}, "instanceTypes": ["g6.xlarge"]},
        path="gpu_pools.work",
    )

    assert cost_of(group, **values) == cost_of(**values)


@pytest.mark.parametrize(
    ("purchase", "key"),
    [
        (["on-demand"], "ec2:g6.xlarge"),
        (["spot", "on-demand"], "ec2:g6.xlarge"),
        (["reserved"], "ec2:g6.xlarge"),
        (["capacity-block"], "ec2:g6.xlarge:capacity-block"),
        (["spot", "capacity-block"], "ec2:g6.xlarge:capacity-block"),
        (["spot"], "ec2:g6.xlarge:spot"),
    ],
)
def test_how_instances_are_bought_decides_their_price(purchase: list[str], key: str) -> None:
    """The on-demand figure is used only where the pool may buy on demand, or reserves at it."""
    cost = cost_of(**pool(instance_types=["g6.xlarge"], max_gpus=2, purchase=purchase))

    assert [name for name in lines(cost) if name.startswith("ec2:")] == [key]
    assert cost.unpriced == (() if key == "ec2:g6.xlarge" else (key,))


def test_a_type_without_a_price_is_named_beside_the_dearest_that_has_one() -> None:
    """Of three types one has no price: the estimate says so, and counts the dearer other."""
    types = ["g6.xlarge", "g6.2xlarge", "g6.4xlarge"]
    cost = cost_of(**pool(instance_types=types, max_gpus=2))

    assert cost.unpriced == ("ec2:g6.4xlarge",)
    assert lines(cost) == {
        "ebs:gp3-gib": (200.0, 0.0, 0.2),
        "ec2:g6.2xlarge": (2.0, 0.0, 3.0),
        "ec2:g6.4xlarge": (2.0, 0.0, None),
    }


def test_endpoints_count_by_zone() -> None:
    """An interface endpoint is paid for in each of its subnets; a gateway endpoint is free."""
    endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint"
    interface = {"vpcEndpointType": "Interface", "subnetIds": ["a", "b"]}
    later = {"vpcEndpointType": "Interface", "subnetIds": UNKNOWN}
    cost = cost_of(
        resource(endpoint, interface, "network"),
        resource(endpoint, later, "network"),
        resource(endpoint, {}, "network"),
    )

    # Two zones, and three of the base environment where the subnets are not known yet.
    assert lines(cost) == {"vpc:interface-endpoint": (5.0, 5.0, 0.05)}


@pytest.mark.parametrize(
    ("multi_az", "keys"),
    [
        (True, ["rds:db.m7g.large:multi-az", "rds:gp3-gib-month:multi-az"]),
        (False, ["rds:db.m7g.large", "rds:gp3-gib-month"]),
    ],
)
def test_a_database_is_priced_with_or_without_its_standby(
    multi_az: bool,  # noqa: FBT001
    keys: list[str],
) -> None:
    """Instance and storage of a standby have prices of their own."""
    inputs = {
        "instanceClass": "db.m7g.large",
        "multiAz": multi_az,
        "allocatedStorage": 50,
        "storageType": "gp3",
        "manageMasterUserPassword": True,
    }
    cost = cost_of(resource("aws:rds/instance:Instance", inputs, "stores.database"))

    assert cost.unpriced == (*keys, "secretsmanager:secret")
    assert lines(cost)[keys[1]] == (50.0, 50.0, None)
    assert [component.component for component in cost.components] == ["stores"]


def test_a_version_outside_standard_support_costs_the_extended_price() -> None:
    """A Kubernetes version that EKS no longer supports for free is priced as such."""
    cost = cost_of(resource("aws:eks/cluster:Cluster", {"version": "1.29"}))

    assert lines(cost) == {"eks:cluster-extended": (1.0, 1.0, 0.6)}


def test_pieces_of_one_kind_are_one_line() -> None:
    """Six keys are one line of six keys."""
    cost = cost_of(*[resource("aws:kms/key:Key", path="keys")] * 6)

    assert lines(cost) == {"kms:key": (6.0, 6.0, 0.006)}


def test_what_is_paid_by_use_is_named_apart_from_what_has_no_price() -> None:
    """A bucket and a detector cost by use; they are neither zero nor unpriced."""
    cost = cost_of(
        resource("aws:s3/bucket:Bucket"), resource("aws:guardduty/detector:Detector")
    )  # fmt: skip

    assert cost.by_use == ("GuardDuty", "S3 storage and requests", "data transfer")
    assert (cost.unpriced, cost.components) == ((), ())


def test_what_the_cluster_makes_aws_create_is_named() -> None:
    """A gateway gets a load balancer and charts claim volumes: in no plan, and not for nothing."""
    cost = cost_of(
        resource("kubernetes:gateway.networking.k8s.io/v1:Gateway"),
        resource("kubernetes:helm.sh/v3:Release"),
        resource("kubernetes:core/v1:ConfigMap"),
    )

    assert cost.by_use == (
        "data transfer",
        "load balancers of gateways",
        "volumes that charts claim",
    )
    assert (cost.unpriced, cost.components) == ((), ())


def test_a_type_that_is_not_known_is_never_free() -> None:
    """A team's own resource of an unlisted type is named, and can be priced by its type."""
    domain = "aws:opensearch/domain:Domain"
    prices = PRICES | {"hourly_usd": HOURLY | {domain: 2.0}}

    assert cost_of(resource(domain, path=None)).unpriced == (domain,)
    priced = cost_of(resource(domain, path=None), prices=prices)
    assert (priced.unpriced, priced.hourly_usd) == ((), 2.0)
    assert [component.component for component in priced.components] == ["own"]


def test_components_and_providers_cost_nothing_themselves() -> None:
    """Only what a provider manages is charged."""
    cost = cost_of(
        resource("bedplate:foundation:Network"), resource("pulumi:providers:aws")
    )  # fmt: skip

    assert (cost.components, cost.unpriced) == ((), ())


def test_a_size_that_is_not_known_yet_is_not_zero() -> None:
    """With the real engine a size may be open: the line stays, without a figure."""
    group = resource(
        "aws:eks/nodeGroup:NodeGroup",
        {"scalingConfig": UNKNOWN, "instanceTypes": ["m7i.xlarge"], "diskSize": UNKNOWN},
    )
    cost = cost_of(group)

    assert lines(cost) == {
        "ebs:gp3-gib": (None, None, None),
        "ec2:m7i.xlarge": (None, None, None),
    }
    assert cost.unpriced == ("ebs:gp3-gib", "ec2:m7i.xlarge")


def test_a_teams_own_machines_are_counted() -> None:
    """Instances, volumes, reservations and load balancers beside the library's components."""
    cost = cost_of(
        resource("aws:ec2/instance:Instance", {"instanceType": "m7i.xlarge"}, None),
        resource("aws:ebs/volume:Volume", {"size": 10, "type": "gp3"}, None),
        resource(
            "aws:ec2/capacityReservation:CapacityReservation",
            {"instanceType": "g6.xlarge", "instanceCount": 3},
            None,
        ),
        resource("aws:lb/loadBalancer:LoadBalancer", {"loadBalancerType": "network"}, None),
    )

    assert lines(cost) == {
        "ebs:gp3-gib": (10.0, 10.0, 0.01),
        "ec2:g6.xlarge": (3.0, 3.0, 3.0),
        "ec2:m7i.xlarge": (1.0, 1.0, 0.25),
        "elb:network": (1.0, 1.0, None),
    }


def test_every_type_of_the_simulator_is_judged_on_purpose() -> None:
    """What no table lists is only what has no price key of its own."""
    unlisted = {t for t in TABLE if t not in PIECES and t not in BY_USE and not is_free(t)}

    assert sorted(unlisted) == [
        "aws:autoscaling/group:Group",
        "aws:ebs/volume:Volume",
        "aws:ec2/capacityBlockReservation:CapacityBlockReservation",
        "aws:ec2/capacityReservation:CapacityReservation",
        "aws:ec2/instance:Instance",
        "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
        "aws:eks/cluster:Cluster",
        "aws:eks/nodeGroup:NodeGroup",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:fsx/lustreFileSystem:LustreFileSystem",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:rds/cluster:Cluster",
        "aws:rds/clusterInstance:ClusterInstance",
    ]
    assert not FREE & (set(PIECES) | set(BY_USE))


@given(st.lists(st.sampled_from(sorted(TABLE)), max_size=12), st.randoms())
def test_an_estimate_depends_on_what_there_is_and_not_on_its_order(
    types: list[str], chance: Any
) -> None:
    """Shuffled resources cost the same to the last bit; sums add up; the JSON form is lossless."""
    resources = [resource(token) for token in types]
    cost = cost_of(*resources)
    chance.shuffle(resources)

    assert cost_of(*resources) == cost
    assert cost.hourly_usd == fsum(component.hourly_usd for component in cost.components)
    assert 0.0 <= cost.idle_hourly_usd <= cost.hourly_usd
    assert Cost.from_json(json.loads(json.dumps(cost.to_json()))) == cost
