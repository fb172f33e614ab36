"""AWS services are reached without the internet, and only for this account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.layers import named, of_type, only, policy_of, simulated, spec

from bedplate.components.foundation.keys import Keys, KeysArgs
from bedplate.components.foundation.network import Network, NetworkArgs, endpoint_services

if TYPE_CHECKING:
    from bedplate.components.scope import Scope
    from bedplate.engine.plan import LayerPlan, Resource

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
ISOLATED = (
    "autoscaling", "backup", "ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth",
    "elasticloadbalancing", "guardduty-data", "kms", "logs", "monitoring", "secretsmanager", "sns",
    "ssm",
    "ssmmessages", "sts",
)  # fmt: skip
KARPENTER = {"gpu_pools": {"l4": {"instance_types": ["g6.xlarge"], "max_gpus": 1}}}
SAGEMAKER = {"integrations": {"feature_store": {"kind": "sagemaker"}}}


def _plan(changes: dict[str, Any] | None = None) -> LayerPlan:
    def build(scope: Scope) -> None:
        Network("network", NetworkArgs(scope=scope, keys=Keys("keys", KeysArgs(scope=scope))))

    return simulated(build, changes)


def _interfaces(plan: LayerPlan) -> list[Resource]:
    found = of_type(plan, ENDPOINT)
    return [e for e in found if e.inputs["vpcEndpointType"] == "Interface"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set(ISOLATED)),
        (KARPENTER, {*ISOLATED, "sqs"}),
        (SAGEMAKER, {*ISOLATED, "sagemaker.api", "sagemaker.featurestore-runtime"}),
        ({"audit": {"guardduty": "existing"}}, set(ISOLATED) - {"guardduty-data"}),
        ({"network": {"endpoints": ["rds", "kms", "s3"]}}, {*ISOLATED, "rds"}),
        (
            {"network": {"egress": "nat", "block_public_access": "off"}},
            {
                *("ecr.api", "ecr.dkr", "eks-auth", "guardduty-data", "kms", "logs"),
                *("secretsmanager", "sts"),
            },
        ),
    ],
    ids=["isolated", "karpenter", "feature store", "guardduty exists", "more", "nat"],
)
def test_services_follow_from_what_the_environment_enables(
    changes: dict[str, Any], expected: set[str]
) -> None:
    """Each service once, in a fixed order; with NAT only those that carry data or secrets."""
    assert endpoint_services(spec(changes)) == tuple(sorted(expected))


def test_every_service_has_an_endpoint_in_every_zone() -> None:
    """Interface endpoints lie in the intra subnets and answer to the service's own name."""
    plan = _plan()
    intra = [named(plan, f"network-intra-{letter}").id for letter in "abc"]

    assert [e.inputs["serviceName"] for e in _interfaces(plan)] == [
        f"com.amazonaws.me-central-1.{service}" for service in ISOLATED
    ]
    for endpoint in _interfaces(plan):
        assert endpoint.inputs["privateDnsEnabled"] is True
        assert endpoint.inputs["subnetIds"] == intra
        assert endpoint.inputs["securityGroupIds"] == [named(plan, "network-endpoint-group").id]


def test_the_network_tells_its_endpoints_by_service() -> None:
    """Neighbours find an endpoint by the service's name."""
    outputs = only(_plan(), "bedplate:foundation:Network").outputs

    assert tuple(sorted(outputs["endpoint_ids"])) == ISOLATED


def test_endpoints_answer_https_from_the_vpc_only() -> None:
    """One rule lets in, none lets out."""
    plan = _plan()
    rule = only(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")

    assert (rule.inputs["cidrIpv4"], rule.inputs["fromPort"], rule.inputs["toPort"]) == (
        "10.40.0.0/16",
        443,
        443,
    )
    assert of_type(plan, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule") == []


def test_s3_is_reached_from_every_subnet_but_the_public_ones() -> None:
    """The gateway endpoint stands in all private route tables and the intra one."""
    plan = _plan({"network": {"egress": "nat", "block_public_access": "off"}})
    tables = ["private-a", "private-b", "private-c", "intra"]

    assert named(plan, "network-endpoint-s3").inputs["routeTableIds"] == [
        named(plan, f"network-{table}-routes").id for table in tables
    ]


def test_s3_is_limited_to_own_buckets_and_the_layers_of_ecr() -> None:
    """Own principals on own buckets; image layers come from a bucket of AWS."""
    own, layers = policy_of(named(_plan(), "network-endpoint-s3"))["Statement"]

    assert own["Condition"] == {
        "StringEquals": {"aws:PrincipalAccount": "111122223333"},
        "StringEqualsIfExists": {"aws:ResourceAccount": "111122223333"},
    }
    assert layers["Action"] == ["s3:GetObject"]
    assert layers["Resource"] == ["arn:aws:s3:::prod-me-central-1-starport-layer-bucket/*"]


def test_only_principals_of_the_account_pass_any_interface() -> None:
    """Each statement of each policy demands it, and allows one service's actions at most."""
    for endpoint in _interfaces(_plan(KARPENTER)):
        for statement in policy_of(endpoint)["Statement"]:
            account = statement["Condition"]["StringEquals"]["aws:PrincipalAccount"]
            assert account == "111122223333"
            assert "*" not in statement["Action"]


@pytest.mark.parametrize(
    ("service", "actions"),
    [
        ("kms", ["kms:*"]),
        ("monitoring", ["cloudwatch:*"]),
        ("guardduty-data", ["guardduty:*"]),
    ],
)
def test_data_can_not_be_carried_into_another_account(service: str, actions: list[str]) -> None:
    """A policy names the service's own actions, on resources of this account."""
    (statement,) = policy_of(named(_plan(), f"network-endpoint-{service}"))["Statement"]

    assert statement["Action"] == actions
    assert statement["Condition"]["StringEqualsIfExists"] == {"aws:ResourceAccount": "111122223333"}


@pytest.mark.parametrize("service", ["ecr-api", "ecr-dkr"])
def test_images_of_aws_are_pulled_and_never_pushed(service: str) -> None:
    """EKS add-ons come from registries of AWS; writing is for the own registry only."""
    _, foreign = policy_of(named(_plan(), f"network-endpoint-{service}"))["Statement"]

    assert foreign["Action"] == [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:DescribeImages",
        "ecr:GetAuthorizationToken",
        "ecr:GetDownloadUrlForLayer",
    ]
    assert "StringEqualsIfExists" not in foreign["Condition"]


def test_public_parameters_of_aws_are_read() -> None:
    """AMI ids are parameters that AWS owns."""
    _, foreign = policy_of(named(_plan(), "network-endpoint-ssm"))["Statement"]

    assert foreign["Resource"] == ["arn:aws:ssm:me-central-1::parameter/aws/service/*"]
