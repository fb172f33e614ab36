"""Simulated outputs: their shapes, and that each property really exists in pulumi-aws."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pulumi_aws
import pytest

from bedplate.engine.outputs import TABLE, Account, Simulated, Subject, is_known_type, simulate
from bedplate.engine.outputs.functions import FUNCTIONS

DUBAI = Account("111122223333", "me-central-1")
BEIJING = Account("111122223333", "cn-north-1", "aws-cn")
GOVERNMENT = Account("111122223333", "us-gov-west-1", "aws-us-gov")
SDK = Path(pulumi_aws.__file__).parent


def ask(type_token: str, account: Account = DUBAI, /, **inputs: Any) -> Simulated:
    """Return the outputs of a resource named ``main``."""
    urn = f"urn:pulumi:dev::bedplate-foundation::{type_token}::main"
    return simulate(Subject(type_token, "main", urn, inputs, account))


@cache
def properties_by_type() -> dict[str, set[str]]:
    """Read from pulumi-aws's source which output properties each resource type has."""
    token = re.compile(r"super\(\w+, __self__\)\.__init__\(\s*'(aws:[^']+)'")
    getter = re.compile(
        r'@pulumi\.getter(?:\(name="([^"]+)"\))?\s+def (\w+)\(self\) -> pulumi\.Output'
    )
    found: dict[str, set[str]] = {}
    for type_token in TABLE:
        module, name = type_token.split(":")[1].split("/")
        folder = SDK / (f"{module}_" if module == "lambda" else module)
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        text = (folder / f"{snake}.py").read_text()
        declared = token.search(text)
        if declared is not None:
            names = {given or plain for given, plain in getter.findall(text)}
            found[declared.group(1)] = names
    return found


@pytest.mark.parametrize("type_token", sorted(TABLE))
def test_every_row_fits_its_resource_class(type_token: str) -> None:
    """A row's type exists, it gives an identifier, and it sets only properties that exist."""
    declared = properties_by_type()[type_token]
    simulated = ask(type_token)
    computed = simulated.computed

    assert simulated.id.strip("/:,|#- ")
    assert set() == set(computed) - declared
    assert ("tagsAll" in declared) == ("tagsAll" in computed)


@pytest.mark.parametrize("token", sorted(FUNCTIONS))
def test_every_function_exists(token: str) -> None:
    """A data source that can be answered is one that pulumi-aws calls."""
    module, name = token.split(":")[1].split("/")
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    folder = SDK if module == "index" else SDK / module

    assert f"invoke('{token}'" in (folder / f"{snake}.py").read_text()


@pytest.mark.parametrize("type_token", sorted(TABLE))
def test_no_partition_leaks_into_another(type_token: str) -> None:
    """In China and in GovCloud, no identifier or property names the partition of the others."""
    for account in (BEIJING, GOVERNMENT):
        simulated = ask(type_token, account)

        assert "arn:aws:" not in f"{simulated.id} {simulated.computed}"


@pytest.mark.parametrize(
    ("type_token", "inputs", "shape"),
    [
        ("aws:ec2/vpc:Vpc", {}, r"vpc-[0-9a-f]{17}"),
        ("aws:ec2/subnet:Subnet", {}, r"subnet-[0-9a-f]{17}"),
        ("aws:ec2/securityGroup:SecurityGroup", {}, r"sg-[0-9a-f]{17}"),
        ("aws:ec2/routeTable:RouteTable", {}, r"rtb-[0-9a-f]{17}"),
        ("aws:ec2/networkInterface:NetworkInterface", {}, r"eni-[0-9a-f]{17}"),
        ("aws:ec2/launchTemplate:LaunchTemplate", {}, r"lt-[0-9a-f]{17}"),
        ("aws:kms/key:Key", {}, r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-\w{12}"),
        ("aws:s3/bucket:Bucket", {"bucket": "models"}, "models"),
        ("aws:s3/bucket:Bucket", {}, r"main-[0-9a-f]{7}"),
        ("aws:s3/bucket:Bucket", {"bucketPrefix": "acme-"}, r"acme-[0-9a-f]{7}"),
        ("aws:s3/bucketPolicy:BucketPolicy", {"bucket": "models"}, "models"),
        ("aws:iam/role:Role", {"name": "node"}, "node"),
        (
            "aws:iam/policy:Policy",
            {"name": "p", "path": "/ml/"},
            r"arn:aws:iam::111122223333:policy/ml/p",
        ),
        ("aws:guardduty/detector:Detector", {}, r"[0-9a-f]{32}"),
        ("aws:sns/topicPolicy:TopicPolicy", {"arn": "arn:t"}, "arn:t"),
        ("aws:rds/instance:Instance", {}, r"db-[A-Z2-7]{17}"),
        (
            "aws:sqs/queue:Queue",
            {"name": "q"},
            r"https://sqs\.me-central-1\.amazonaws\.com/111122223333/q",
        ),
        ("aws:sns/topic:Topic", {"name": "t"}, r"arn:aws:sns:me-central-1:111122223333:t"),
        ("aws:eks/podIdentityAssociation:PodIdentityAssociation", {}, r"a-[a-z2-7]{17}"),
    ],
)
def test_identifier_has_the_shape_of_aws(
    type_token: str, inputs: dict[str, Any], shape: str
) -> None:
    """Identifiers look as AWS writes them."""
    assert re.fullmatch(shape, ask(type_token, **inputs).id)


def test_role() -> None:
    """A role's ARN holds its path, and its unique id starts with AROA."""
    computed = ask("aws:iam/role:Role", name="node", path="/ml/").computed

    assert computed["arn"] == "arn:aws:iam::111122223333:role/ml/node"
    assert re.fullmatch(r"AROA[A-Z2-7]{17}", computed["uniqueId"])


def test_cluster_in_china() -> None:
    """A cluster's endpoint and issuer are in the partition's domain and share one identifier."""
    computed = ask("aws:eks/cluster:Cluster", BEIJING, name="ml", vpcConfig={"subnetIds": ["s"]})
    values = computed.computed
    issuer = values["identities"][0]["oidcs"][0]["issuer"]
    domain = "cn-north-1.amazonaws.com.cn"

    assert re.fullmatch(rf"https://oidc\.eks\.{re.escape(domain)}/id/[0-9A-F]{{32}}", issuer)
    assert values["endpoint"] == (f"https://{issuer[-32:]}.gr7.cn-north-1.eks.amazonaws.com.cn")
    assert values["arn"] == "arn:aws-cn:eks:cn-north-1:111122223333:cluster/ml"
    assert values["vpcConfig"]["subnetIds"] == ["s"]
    assert re.fullmatch(r"sg-[0-9a-f]{17}", values["vpcConfig"]["clusterSecurityGroupId"])


def test_default_security_group_is_the_one_its_vpc_names() -> None:
    """Adopting the default group gives the identifier that the VPC's outputs hold."""
    vpc = ask("aws:ec2/vpc:Vpc")
    group = ask("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", vpcId=vpc.id)

    assert vpc.computed["defaultSecurityGroupId"] == group.id


def test_managed_password_of_a_database() -> None:
    """Only a database with a managed password names a secret, under the key it was given."""
    managed = ask(
        "aws:rds/instance:Instance",
        identifier="mlflow",
        engine="postgres",
        manageMasterUserPassword=True,
        masterUserSecretKmsKeyId="key",
    ).computed
    plain = ask("aws:rds/instance:Instance", identifier="mlflow", engine="postgres").computed

    assert re.fullmatch(
        r"mlflow\.c[0-9a-f]{12}\.me-central-1\.rds\.amazonaws\.com:5432", managed["endpoint"]
    )
    assert managed["masterUserSecrets"][0]["kmsKeyId"] == "key"
    assert plain["masterUserSecrets"] == []


def test_endpoints() -> None:
    """A gateway endpoint has a prefix list; an interface endpoint has one interface a subnet."""
    gateway = ask("aws:ec2/vpcEndpoint:VpcEndpoint", serviceName="com.amazonaws.me-central-1.s3")
    interface = ask(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        serviceName="com.amazonaws.me-central-1.sts",
        vpcEndpointType="Interface",
        subnetIds=["a", "b"],
    )

    assert re.fullmatch(r"pl-[0-9a-f]{8}", gateway.computed["prefixListId"])
    assert len(interface.computed["networkInterfaceIds"]) == 2
    assert "prefixListId" not in interface.computed


def test_tags_of_the_provider_and_the_resource() -> None:
    """The resource's own tags win over the provider's default tags."""
    account = DUBAI.through_provider({"defaultTags": '{"tags": {"team": "a", "env": "dev"}}'})
    vpc = ask("aws:ec2/vpc:Vpc", account, tags={"team": "b"})

    assert vpc.computed["tagsAll"] == {"team": "b", "env": "dev"}


def test_secret_tags_stay_secret() -> None:
    """Tags that are secret as a whole are not read."""
    secret = {"$secret": True}

    assert ask("aws:ec2/vpc:Vpc", tags=secret).computed["tagsAll"] == secret


def test_region_of_the_resource_wins_over_the_providers() -> None:
    """A resource with a region of its own has that region in its ARN."""
    key = ask("aws:kms/key:Key", region="eu-west-1")

    assert key.computed["arn"] == f"arn:aws:kms:eu-west-1:111122223333:key/{key.id}"
    assert key.computed["region"] == "eu-west-1"


def test_unknown_type() -> None:
    """An AWS type that the table does not know says so, and gets an identifier and no ARN."""
    simulated = ask("aws:fancy/new:Thing")

    assert not is_known_type("aws:fancy/new:Thing")
    assert re.fullmatch(r"main-[0-9a-f]{7}", simulated.id)
    assert simulated.computed == {}


def test_kubernetes_object() -> None:
    """An object is known by namespace and name; a missing name is made up."""
    named = ask("kubernetes:core/v1:ConfigMap", metadata={"namespace": "ml", "name": "c"})
    unnamed = ask("kubernetes:core/v1:Namespace")

    assert named.id == "ml/c"
    assert re.fullmatch(r"main-[0-9a-f]{8}", unnamed.id)
    assert is_known_type("kubernetes:core/v1:Namespace")
