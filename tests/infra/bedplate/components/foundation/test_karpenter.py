"""Karpenter makes and removes the nodes of this cluster, and can do nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.clusters import attached_policies, cluster_plan, statements, trust, waits_for
from support.layers import named, of_type, only, policy_of

POOL = {"gpu_pools": {"inference": {"instance_types": ["g6.xlarge"], "max_gpus": 4}}}
MANAGED = {"gpu_pools": {"a": POOL["gpu_pools"]["inference"] | {"provisioner": "managed"}}}
CLUSTER_ARN = "arn:aws:eks:me-central-1:111122223333:cluster/acme-prod"
QUEUE_ARN = "arn:aws:sqs:me-central-1:111122223333:acme-prod-karpenter"
POLICIES = ("nodes", "profiles", "cluster", "interruptions", "zonal-shift", "discovery", "key")


def _allowed(about: str) -> dict[str, dict[str, Any]]:
    return statements(cluster_plan(POOL), f"acme-prod-karpenter-{about}")


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 0),
        (MANAGED, 0),
        (POOL, 1),
        ({"gpu_pools": POOL["gpu_pools"] | {"b": POOL["gpu_pools"]["inference"]}}, 1),
    ],
)
def test_karpenter_has_resources_once_where_a_pool_uses_it(
    changes: dict[str, Any], count: int
) -> None:
    """Managed pools need none of it; two pools share it."""
    plan = cluster_plan(changes)

    assert len(of_type(plan, "bedplate:foundation:Karpenter")) == count
    assert len(of_type(plan, "aws:sqs/queue:Queue")) == count


def test_nodes_of_karpenter_may_join_and_no_more() -> None:
    """Their role has an access entry, which gives no rights in the API, and node policies only."""
    plan = cluster_plan(POOL)
    entry = named(plan, "gpu-pools-karpenter-node-access").inputs

    assert (entry["type"], entry["principalArn"]) == (
        "EC2_LINUX",
        "arn:aws:iam::111122223333:role/acme-prod-karpenter-node",
    )
    assert attached_policies(plan, "acme-prod-karpenter-node") == [
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEKSWorkerNodePolicy",
        "AmazonSSMManagedInstanceCore",
    ]
    profile = only(plan, "aws:iam/instanceProfile:InstanceProfile").inputs
    assert (profile["name"], profile["role"]) == (
        "acme-prod-karpenter-node",
        "acme-prod-karpenter-node",
    )


def test_node_classes_find_the_security_group_of_the_cluster() -> None:
    """The group that EKS makes carries the discovery tag."""
    plan = cluster_plan(POOL)
    tag = only(plan, "aws:ec2/tag:Tag").inputs
    network = only(plan, "aws:eks/cluster:Cluster").outputs["vpcConfig"]

    assert tag == {
        "resourceId": network["clusterSecurityGroupId"],
        "key": "karpenter.sh/discovery",
        "value": "acme-prod",
    }


def test_the_queue_is_encrypted_and_forgets_soon() -> None:
    """Messages live five minutes, under the platform key."""
    plan = cluster_plan(POOL)
    queue = only(plan, "aws:sqs/queue:Queue").inputs

    assert queue["messageRetentionSeconds"] == 300
    assert queue["kmsMasterKeyId"] == named(plan, "keys-platform").outputs["arn"]


def test_only_our_event_rules_write_to_the_queue_and_only_over_tls() -> None:
    """EventBridge on behalf of our rules, queues of this account, and nothing in plain text."""
    policy = policy_of(only(cluster_plan(POOL), "aws:sqs/queuePolicy:QueuePolicy"))
    events, queues, plain = policy["Statement"]
    rules = {arn.rsplit("/", 1)[1] for arn in events["Condition"]["ArnEquals"]["aws:SourceArn"]}

    assert events["Principal"] == {"Service": "events.amazonaws.com"}
    assert rules == {r.inputs["name"] for r in of_type(cluster_plan(POOL), _RULE)}
    assert queues["Principal"] == {"Service": "sqs.amazonaws.com"}
    assert queues["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    assert (plain["Effect"], plain["Principal"], plain["Action"], plain["Condition"]) == (
        "Deny",
        "*",
        ["sqs:*"],
        {"Bool": {"aws:SecureTransport": "false"}},
    )
    assert {tuple(each["Resource"]) for each in policy["Statement"]} == {(QUEUE_ARN,)}


_RULE = "aws:cloudwatch/eventRule:EventRule"


def test_karpenter_hears_of_everything_that_ends_a_node() -> None:
    """Five events go to the queue, once it accepts them."""
    plan = cluster_plan(POOL)
    patterns = [json.loads(rule.inputs["eventPattern"]) for rule in of_type(plan, _RULE)]
    targets = of_type(plan, "aws:cloudwatch/eventTarget:EventTarget")

    assert {(*p["source"], *p["detail-type"]) for p in patterns} == {
        ("aws.health", "AWS Health Event"),
        ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
        ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
        ("aws.ec2", "EC2 Instance State-change Notification"),
        ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
    }
    assert {target.inputs["arn"] for target in targets} == {QUEUE_ARN}
    assert {t.inputs["rule"] for t in targets} == {r.inputs["name"] for r in of_type(plan, _RULE)}
    for target in targets:
        assert "gpu-pools-karpenter-queue-policy" in waits_for(plan, target)


def test_the_controller_is_one_service_account() -> None:
    """Its role is for kube-system/karpenter of this cluster, and has all its policies."""
    plan = cluster_plan(POOL)
    association = only(plan, "aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs

    assert (association["namespace"], association["serviceAccount"]) == ("kube-system", "karpenter")
    assert association["roleArn"] == "arn:aws:iam::111122223333:role/acme-prod-karpenter"
    assert trust(plan, "acme-prod-karpenter")["Condition"]["StringEquals"] == {
        "aws:RequestTag/eks-cluster-arn": CLUSTER_ARN,
        "aws:RequestTag/kubernetes-namespace": "kube-system",
        "aws:RequestTag/kubernetes-service-account": "karpenter",
    }
    assert attached_policies(plan, "acme-prod-karpenter") == sorted(
        f"acme-prod-karpenter-{about}" for about in POLICIES
    )


def test_the_controller_passes_no_role_but_that_of_its_nodes() -> None:
    """Passing roles is how a controller would raise its own rights."""
    passing = [
        statement
        for about in POLICIES
        for statement in _allowed(about).values()
        if "iam:PassRole" in statement["Action"]
    ]

    assert passing == [
        {
            "Sid": "PassNodeRole",
            "Effect": "Allow",
            "Action": ["iam:PassRole"],
            "Resource": ["arn:aws:iam::111122223333:role/acme-prod-karpenter-node"],
            "Condition": {
                "StringEquals": {
                    "iam:PassedToService": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"]
                }
            },
        }
    ]


@pytest.mark.parametrize("sid", ["LaunchTagged", "TagAtLaunch"])
def test_whatever_is_launched_is_marked_as_the_clusters(sid: str) -> None:
    """A launch without the cluster's tags is refused."""
    condition = _allowed("nodes")[sid]["Condition"]
    expected = {
        "aws:RequestTag/kubernetes.io/cluster/acme-prod": "owned",
        "aws:RequestTag/eks:eks-cluster-name": "acme-prod",
    }

    assert condition["StringEquals"].items() >= expected.items()
    assert condition["StringLike"] == {"aws:RequestTag/karpenter.sh/nodepool": "*"}


@pytest.mark.parametrize("sid", ["LaunchFromOwnTemplates", "TagNodes", "RemoveOwn"])
def test_only_the_clusters_own_nodes_are_changed_or_removed(sid: str) -> None:
    """Other machines of the account are out of reach."""
    condition = _allowed("nodes")[sid]["Condition"]

    assert condition["StringEquals"] == {"aws:ResourceTag/kubernetes.io/cluster/acme-prod": "owned"}
    assert condition["StringLike"] == {"aws:ResourceTag/karpenter.sh/nodepool": "*"}


@pytest.mark.parametrize("sid", ["TagOwnProfiles", "ChangeOwnProfiles"])
def test_only_the_clusters_own_instance_profiles_are_changed(sid: str) -> None:
    """Profiles of other clusters and regions are out of reach."""
    owned = {
        "aws:ResourceTag/kubernetes.io/cluster/acme-prod": "owned",
        "aws:ResourceTag/topology.kubernetes.io/region": "me-central-1",
    }

    assert _allowed("profiles")[sid]["Condition"]["StringEquals"].items() >= owned.items()


def test_statements_on_everything_only_read() -> None:
    """A star as resource goes with reading actions, none of them a wildcard."""
    for about in POLICIES:
        for statement in _allowed(about).values():
            verbs = {action.split(":")[1] for action in statement["Action"]}
            assert "*" not in verbs
            if statement["Resource"] == ["*"]:
                assert all(verb.startswith(("Describe", "Get", "List")) for verb in verbs)


@pytest.mark.parametrize(
    ("network", "asked"),
    [
        ({"egress": "isolated"}, False),
        ({"egress": "nat", "block_public_access": "block-ingress"}, True),
    ],
)
def test_prices_are_asked_for_only_where_they_can_be_reached(
    network: dict[str, str],
    asked: bool,  # noqa: FBT001
) -> None:
    """The price list is an endpoint in another region, without a way to it from an isolated VPC."""
    plan = cluster_plan(POOL | {"network": network})

    assert ("ReadPrices" in statements(plan, "acme-prod-karpenter-discovery")) is asked


def test_policies_fit_iams_limit() -> None:
    """IAM takes 6,144 characters a managed policy and ten policies a role."""
    policies = of_type(cluster_plan(POOL), "aws:iam/policy:Policy")

    assert max(len("".join(p.inputs["policy"].split())) for p in policies) <= 6144
    assert len(attached_policies(cluster_plan(POOL), "acme-prod-karpenter")) <= 10
