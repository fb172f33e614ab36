"""The cluster is private, encrypted, logged, and complete before anything runs in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.clusters import attached_policies, cluster_plan, statements, trust, waits_for
from support.layers import named, of_type, only

CLUSTER = "aws:eks/cluster:Cluster"
ADDON = "aws:eks/addon:Addon"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
CLUSTER_ARN = "arn:aws:eks:me-central-1:111122223333:cluster/acme-prod"


def _key_arn(data_class: str) -> str:
    arn: str = named(cluster_plan(), f"keys-{data_class}").outputs["arn"]
    return arn


def test_nobody_has_rights_by_having_created_the_cluster() -> None:
    """Access entries are the only way in."""
    access = only(cluster_plan(), CLUSTER).inputs["accessConfig"]

    assert access == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }


@pytest.mark.parametrize(
    ("cluster", "public", "blocks"),
    [
        ({"endpoint_access": "private"}, False, None),
        (
            {"endpoint_access": "restricted", "public_access_cidrs": ["203.0.113.0/24"]},
            True,
            ["203.0.113.0/24"],
        ),
        ({"endpoint_access": "public"}, True, ["0.0.0.0/0"]),
        ({"endpoint_access": "private", "public_access_cidrs": ["203.0.113.0/24"]}, False, None),
    ],
)
def test_the_endpoint_is_as_open_as_the_environment_says(
    cluster: dict[str, Any],
    public: bool,  # noqa: FBT001
    blocks: list[str] | None,
) -> None:
    """The API always answers inside the VPC; outside only where it is asked for, and to whom."""
    network = only(cluster_plan({"cluster": cluster}), CLUSTER).inputs["vpcConfig"]

    assert network["endpointPrivateAccess"] is True
    assert (network["endpointPublicAccess"], network.get("publicAccessCidrs")) == (public, blocks)


def test_the_control_plane_stays_in_subnets_without_a_way_out() -> None:
    """Its interfaces lie in the intra subnets; its API is open to the VPC on 443 only."""
    plan = cluster_plan()
    network = only(plan, CLUSTER).inputs["vpcConfig"]
    intra = [named(plan, f"network-intra-{zone}").id for zone in "abc"]
    rule = named(plan, "cluster-control-plane-api").inputs

    assert network["subnetIds"] == intra
    assert network["securityGroupIds"] == [named(plan, "cluster-control-plane").id]
    assert (rule["cidrIpv4"], rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == (
        "10.40.0.0/16",
        "tcp",
        443,
        443,
    )


def test_secrets_are_encrypted_with_the_key_of_secrets() -> None:
    """Envelope encryption names the own key, and the cluster's role may use it."""
    plan = cluster_plan()

    assert only(plan, CLUSTER).inputs["encryptionConfig"] == {
        "provider": {"keyArn": _key_arn("secrets")},
        "resources": ["secrets"],
    }
    assert statements(plan, "acme-prod-cluster-secrets")["EncryptSecrets"]["Resource"] == [
        _key_arn("secrets")
    ]


def test_only_eks_assumes_the_role_of_the_cluster_and_for_this_cluster() -> None:
    """Another cluster's control plane can't borrow the role."""
    plan = cluster_plan()

    assert attached_policies(plan, "acme-prod-cluster") == [
        "AmazonEKSClusterPolicy",
        "acme-prod-cluster-secrets",
    ]
    assert trust(plan, "acme-prod-cluster") == {
        "Effect": "Allow",
        "Principal": {"Service": "eks.amazonaws.com"},
        "Action": ["sts:AssumeRole"],
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "111122223333"},
            "ArnEquals": {
                "aws:SourceArn": "arn:aws:eks:me-central-1:111122223333:cluster/acme-prod"
            },
        },
    }


def test_logs_are_kept_encrypted_from_the_first_line() -> None:
    """The log group exists before the cluster, with its own key and the environment's retention."""
    plan = cluster_plan({"monitoring": {"logs_retention_days": 731}})
    cluster, group = only(plan, CLUSTER), named(plan, "cluster-logs")

    assert cluster.inputs["enabledClusterLogTypes"] == [
        "api",
        "audit",
        "authenticator",
        "controllerManager",
        "scheduler",
    ]
    assert group.inputs["name"] == "/aws/eks/acme-prod/cluster"
    assert group.inputs["retentionInDays"] == 731
    assert group.inputs["kmsKeyId"] == _key_arn("logs")
    assert group.urn in cluster.dependencies


@pytest.mark.parametrize("protect", [True, False])
def test_protection_follows_the_environment(protect: bool) -> None:  # noqa: FBT001
    """Cluster and logs are protected where the environment is, by AWS and by Pulumi."""
    plan = cluster_plan({"protect": protect})
    cluster, group = only(plan, CLUSTER), named(plan, "cluster-logs")

    assert cluster.inputs["deletionProtection"] is protect
    assert group.inputs["skipDestroy"] is protect
    assert {cluster.options["protect"], group.options["protect"]} == {protect}


@pytest.mark.parametrize(("support", "kind"), [("standard", "STANDARD"), ("extended", "EXTENDED")])
def test_extended_support_is_paid_for_only_where_asked(support: str, kind: str) -> None:
    """EKS' own default is extended support, which is charged for."""
    cluster = only(cluster_plan({"cluster": {"support": support}}), CLUSTER)

    assert cluster.inputs["upgradePolicy"] == {"supportType": kind}
    assert cluster.inputs["version"] == "1.35"
    assert cluster.inputs["bootstrapSelfManagedAddons"] is False
    assert cluster.inputs["zonalShiftConfig"] == {"enabled": True}


PERMISSIVE = {"zero_trust": {"default_deny": False}}
"""An environment whose pods reach each other until a policy says otherwise."""


def test_add_ons_come_before_and_after_the_nodes_that_need_or_carry_them() -> None:
    """Identity, then network, then nodes (and all endpoints), then name service and volumes."""
    plan = cluster_plan(PERMISSIVE)
    nodes = only(plan, NODE_GROUP)
    before = waits_for(plan, nodes)

    assert {"cluster-eks-pod-identity-agent", "cluster-vpc-cni", "cluster-kube-proxy"} <= before
    assert not {"cluster-coredns", "cluster-aws-ebs-csi-driver"} & before
    assert {e.name for e in of_type(plan, "aws:ec2/vpcEndpoint:VpcEndpoint")} <= before
    assert "cluster-eks-pod-identity-agent" in waits_for(plan, named(plan, "cluster-vpc-cni"))
    for name in ("cluster-coredns", "cluster-aws-ebs-csi-driver"):
        assert nodes.name in waits_for(plan, named(plan, name))


def test_under_default_deny_the_platform_layer_makes_the_add_ons_that_need_policies() -> None:
    """Without a policy their pods would never be ready; what they need is handed over instead."""
    plan = cluster_plan()
    made = {addon.inputs["addonName"] for addon in of_type(plan, ADDON)}

    assert made == {"eks-pod-identity-agent", "vpc-cni", "kube-proxy"}
    assert only(plan, "bedplate:foundation:Cluster").outputs["deferred_addons"] == [
        {"name": "coredns", "version": None, "service_account": None, "role_arn": None},
        {
            "name": "aws-ebs-csi-driver",
            "version": None,
            "service_account": "ebs-csi-controller-sa",
            "role_arn": "arn:aws:iam::111122223333:role/acme-prod-ebs-csi",
        },
    ]


@pytest.mark.parametrize(("default_deny", "mode"), [(True, "strict"), (False, "standard")])
def test_network_policies_hold_from_the_first_packet(
    default_deny: bool,  # noqa: FBT001
    mode: str,
) -> None:
    """With default deny a new pod reaches nothing until a policy says so."""
    plan = cluster_plan({"zero_trust": {"default_deny": default_deny}})
    values = json.loads(named(plan, "cluster-vpc-cni").inputs["configurationValues"])

    assert values == {"enableNetworkPolicy": "true", "env": {"NETWORK_POLICY_ENFORCING_MODE": mode}}


def test_add_on_versions_are_pinned_where_the_environment_pins_them() -> None:
    """A version that the environment names is used; the others are EKS' default."""
    pinned = {"cluster": {"addon_versions": {"coredns": "v1.12.4-eksbuild.1"}}}
    plan = cluster_plan(PERMISSIVE | pinned)
    versions = {
        addon.inputs["addonName"]: addon.inputs.get("addonVersion")
        for addon in of_type(plan, ADDON)
    }

    assert versions == {
        "eks-pod-identity-agent": None,
        "vpc-cni": None,
        "kube-proxy": None,
        "coredns": "v1.12.4-eksbuild.1",
        "aws-ebs-csi-driver": None,
    }


@pytest.mark.parametrize(
    ("addon", "account", "role", "policies"),
    [
        ("vpc-cni", "aws-node", "acme-prod-vpc-cni", ["AmazonEKS_CNI_Policy"]),
        (
            "aws-ebs-csi-driver",
            "ebs-csi-controller-sa",
            "acme-prod-ebs-csi",
            ["AmazonEBSCSIDriverPolicy", "acme-prod-ebs-csi-key"],
        ),
    ],
)
def test_add_ons_have_identities_of_their_own(
    addon: str, account: str, role: str, policies: list[str]
) -> None:
    """A role serves one service account of this cluster, through Pod Identity."""
    plan = cluster_plan(PERMISSIVE)
    tags = "aws:RequestTag"

    assert named(plan, f"cluster-{addon}").inputs["podIdentityAssociations"] == [
        {"serviceAccount": account, "roleArn": f"arn:aws:iam::111122223333:role/{role}"}
    ]
    assert attached_policies(plan, role) == policies
    assert trust(plan, role) == {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {
            "StringEquals": {
                f"{tags}/eks-cluster-arn": CLUSTER_ARN,
                f"{tags}/kubernetes-namespace": "kube-system",
                f"{tags}/kubernetes-service-account": account,
            }
        },
    }


def test_volumes_of_pods_can_use_the_platform_key_through_ec2_only() -> None:
    """The EBS driver makes grants for volumes, and never decrypts by itself."""
    for statement in statements(cluster_plan(), "acme-prod-ebs-csi-key").values():
        assert statement["Resource"] == [_key_arn("platform")]
        assert statement["Condition"]["StringEquals"] == {
            "kms:ViaService": "ec2.me-central-1.amazonaws.com"
        }
