"""A Plan as Checkov reads it: names, blocks, references, and what is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.plans import BUCKET, KEY, SSE, plan, provider, reading, resource

from bedplate.engine.plan import SECRET, UNKNOWN, Resource
from bedplate.operate.checkov.documents import TERRAFORM, Documents, documents
from bedplate.operate.checkov.names import attributes, singular, snake, terraform_type

CLUSTER = "aws:eks/cluster:Cluster"
EGRESS = "aws_vpc_security_group_egress_rule"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


@pytest.mark.parametrize(
    ("token", "name"),
    [
        (BUCKET, "aws_s3_bucket"),
        (SSE, "aws_s3_bucket_server_side_encryption_configuration"),
        ("aws:rds/instance:Instance", "aws_db_instance"),
        ("aws:rds/cluster:Cluster", "aws_rds_cluster"),
        ("aws:ec2/subnet:Subnet", "aws_subnet"),
        ("aws:lb/loadBalancer:LoadBalancer", "aws_lb"),
        ("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", EGRESS),
        ("aws:cloudtrail/trail:Trail", "aws_cloudtrail"),
        ("aws:other/thing:Thing", None),
    ],
)
def test_types_have_terraform_s_names(token: str, name: str | None) -> None:
    """Also those that no rule derives; a type that Checkov does not know has none."""
    assert terraform_type(token) == name


@pytest.mark.parametrize(
    ("camel", "words"),
    [
        ("endpointPublicAccess", "endpoint_public_access"),
        ("cidrIpv4", "cidr_ipv4"),
        ("kmsKeyId", "kms_key_id"),
        ("enableDNSHostnames", "enable_dns_hostnames"),
    ],
)
def test_names_are_snake_case(camel: str, words: str) -> None:
    """As pulumi-aws made them from Terraform's."""
    assert snake(camel) == words


@pytest.mark.parametrize(
    ("many", "one"),
    [("rules", "rule"), ("policies", "policy"), ("addresses", "address"), ("ingress", "ingress")],
)
def test_blocks_have_the_singular(many: str, one: str) -> None:
    """Of which pulumi-aws shows the plural."""
    assert singular(many) == one


def test_blocks_are_lists_and_maps_stay() -> None:
    """An object that occurs once is a list of one; keys of tags are the user's own."""
    inputs = {
        "vpcConfig": {"endpointPublicAccess": False, "subnetIds": ["a"]},
        "tags": {"costCenter": "1"},
    }

    assert attributes(CLUSTER, inputs) == {
        "vpc_config": [{"endpoint_public_access": False, "subnet_ids": ["a"]}],
        "tags": {"costCenter": "1"},
    }


def test_repeated_blocks_stand_under_both_names() -> None:
    """Checkov reads the one that Terraform has."""
    rule = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}
    expected = [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}]}]

    assert attributes(SSE, {"rules": [rule]}) == {"rules": expected, "rule": expected}


def test_what_is_unknown_or_secret_is_left_out() -> None:
    """At any depth: a marker is no value that a check may judge."""
    inputs: dict[str, Any] = {
        "bucket": UNKNOWN,
        "tags": {"a": SECRET, "b": "c"},
        "policy": SECRET,
        "grants": [{"uri": UNKNOWN, "type": "Group"}],
        "names": [SECRET, "x"],
    }

    grants = [{"type": "Group"}]
    assert attributes(BUCKET, inputs) == {
        "tags": {"b": "c"},
        "grants": grants,
        "grant": grants,
        "names": ["x"],
    }


def _terraform(*resources: Resource) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(documents(plan(*resources)).files[TERRAFORM])
    return found


def test_references_are_those_of_the_plan() -> None:
    """So that Checkov's graph joins a setting with its bucket."""
    bucket = resource(BUCKET, "b", {"bucket": "b"})
    setting = reading(SSE, "s", {"bucket": "b", "rules": [{}]}, "bucket", bucket)
    root = _terraform(provider(), bucket, setting)["configuration"]["root_module"]

    assert root["resources"][1]["expressions"] == {
        "bucket": {"references": ["aws_s3_bucket.r1.id", "aws_s3_bucket.r1"]}
    }


def test_every_resource_is_in_a_file_or_listed() -> None:
    """Components and providers are neither: they are no resources of a cloud or cluster."""
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": UNKNOWN}}
    given: Documents = documents(
        plan(
            provider(),
            resource("bedplate:foundation:Keys", "keys", custom=False),
            resource(BUCKET, "b", {"bucket": KEY}),
            resource(DEPLOYMENT, "d", deployment),
            resource("kubernetes:helm.sh/v3:Release", "chart", {"chart": "x"}),
            resource("aws:other/thing:Thing", "thing"),
        )
    )

    assert {name: r.name for name, r in given.resources.items()} == {
        "aws_s3_bucket.r2": "b",
        "r3.json": "d",
    }
    assert json.loads(given.files["r3.json"]) == deployment | {"spec": {}}
    assert [(each.urn.rpartition("::")[2], each.reason) for each in given.unmapped] == [
        ("chart", "its objects are not in the plan"),
        ("thing", "Checkov knows no such type"),
    ]
