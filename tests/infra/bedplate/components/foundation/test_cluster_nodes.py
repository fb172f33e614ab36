"""System nodes: encrypted, without keys to log in with, and without more rights than they need."""

from __future__ import annotations

import pytest
from support.clusters import attached_policies, cluster_plan, statements, trust
from support.layers import named, of_type, only

NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"


def test_system_nodes_lie_in_private_subnets_of_all_zones() -> None:
    """Two nodes at least, so that a zone may fail; no taint, since controllers run there."""
    plan = cluster_plan({"cluster": {"system_nodes": {"min_size": 3, "max_size": 9}}})
    nodes = only(plan, NODE_GROUP).inputs

    assert nodes["subnetIds"] == [named(plan, f"network-private-{zone}").id for zone in "abc"]
    assert nodes["scalingConfig"] == {"minSize": 3, "desiredSize": 3, "maxSize": 9}
    assert nodes["labels"] == {"bedplate/node-role": "system"}
    assert "taints" not in nodes
    assert nodes["nodeRepairConfig"] == {"enabled": True}
    assert nodes["updateConfig"] == {"maxUnavailable": 1}


def test_machines_are_encrypted_and_keep_their_credentials_from_pods() -> None:
    """Own-key volume, IMDSv2 within one hop, no SSH key, everything tagged."""
    plan = cluster_plan({"cluster": {"system_nodes": {"disk_gib": 120}}})
    template = only(plan, LAUNCH_TEMPLATE).inputs

    assert template["blockDeviceMappings"] == [
        {
            "deviceName": "/dev/xvda",
            "ebs": {
                "volumeType": "gp3",
                "volumeSize": 120,
                "encrypted": "true",
                "kmsKeyId": named(plan, "keys-platform").outputs["arn"],
                "deleteOnTermination": "true",
            },
        }
    ]
    assert template["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
        "instanceMetadataTags": "disabled",
    }
    assert template["monitoring"] == {"enabled": True}
    assert "keyName" not in template
    tagged = {each["resourceType"]: each["tags"] for each in template["tagSpecifications"]}
    assert set(tagged) == {"instance", "volume", "network-interface"}
    assert {tags["cost_center"] for tags in tagged.values()} == {"4711"}


@pytest.mark.parametrize(
    ("instance_types", "ami_type"),
    [
        (["m7i.xlarge", "m6i.xlarge"], "AL2023_x86_64_STANDARD"),
        (["m7g.xlarge"], "AL2023_ARM_64_STANDARD"),
        (["c7gn.xlarge"], "AL2023_ARM_64_STANDARD"),
        (["g5.xlarge"], "AL2023_x86_64_STANDARD"),
    ],
)
def test_the_image_fits_the_processor(instance_types: list[str], ami_type: str) -> None:
    """Graviton types, which carry a g after the generation, get the Arm image."""
    plan = cluster_plan({"cluster": {"system_nodes": {"instance_types": instance_types}}})
    nodes = only(plan, NODE_GROUP).inputs

    assert (nodes["instanceTypes"], nodes["amiType"]) == (instance_types, ami_type)


def test_the_node_group_uses_the_newest_launch_template() -> None:
    """A change of the template reaches the nodes."""
    plan = cluster_plan()
    template = only(plan, LAUNCH_TEMPLATE)

    assert only(plan, NODE_GROUP).inputs["launchTemplate"] == {"id": template.id, "version": "1"}


def test_nodes_have_no_right_over_the_network() -> None:
    """The network add-on has its own role, so a node's role does not carry AmazonEKS_CNI_Policy."""
    plan = cluster_plan()

    assert attached_policies(plan, "acme-prod-node") == [
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEKSWorkerNodePolicy",
        "AmazonSSMManagedInstanceCore",
    ]
    assert trust(plan, "acme-prod-node")["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_nodes_fill_caches_only_where_they_can() -> None:
    """With a way out, the first pull of an image makes its repository; isolated nodes never do."""
    registry = {"pull_through": ["quay.io", "nvcr.io"]}
    isolated = cluster_plan({"registry": registry, "network": {"egress": "isolated"}})
    open_network = {"egress": "nat", "block_public_access": "block-ingress"}
    connected = cluster_plan({"registry": registry, "network": open_network})

    assert "acme-prod-node-caches" not in attached_policies(isolated, "acme-prod-node")
    assert statements(connected, "acme-prod-node-caches") == {
        "FillCaches": {
            "Sid": "FillCaches",
            "Effect": "Allow",
            "Action": ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository", "ecr:TagResource"],
            "Resource": ["arn:aws:ecr:me-central-1:111122223333:repository/acme-prod/quay/*"],
        }
    }


def test_every_role_is_bounded_and_short_lived() -> None:
    """Each role has the permissions boundary and the environment's longest session."""
    roles = of_type(cluster_plan({"identities": {"max_session_hours": 2}}), "aws:iam/role:Role")
    own = [role for role in roles if role.spec_path == "cluster"]

    assert {role.inputs["name"] for role in own} == {
        "acme-prod-cluster",
        "acme-prod-node",
        "acme-prod-vpc-cni",
        "acme-prod-ebs-csi",
    }
    assert {(r.inputs["permissionsBoundary"], r.inputs["maxSessionDuration"]) for r in own} == {
        ("arn:aws:iam::111122223333:policy/acme-prod-boundary", 7200)
    }


def test_nodes_in_china_are_trusted_under_their_own_name() -> None:
    """EC2's principal has another domain there, and policies another partition."""
    plan = cluster_plan(
        {
            "aws": {"region": "cn-north-1"},
            "governance": {"jurisdictions": ["CN"]},
        }
    )

    assert trust(plan, "acme-prod-node")["Principal"] == {"Service": "ec2.amazonaws.com.cn"}
    attachment = named(plan, "cluster-role-AmazonEKSClusterPolicy-attachment")
    assert attachment.inputs["policyArn"] == "arn:aws-cn:iam::aws:policy/AmazonEKSClusterPolicy"
