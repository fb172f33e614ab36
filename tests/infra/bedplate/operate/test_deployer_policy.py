"""The deployer's policies: all that a plan needs, nothing beside, and within IAM's quotas."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from botocore.session import Session
from support.goldens import GOLDEN, PRODUCTION, environment_of, golden_plan, name_of
from support.iam_evaluator import Request, allows
from support.plans import plan, provider, resource, shipped

from bedplate.errors import BedplateError
from bedplate.operate import deployer_grants, deployer_policy
from bedplate.operate.deployer import Deployer, deployer_of
from bedplate.operate.deployer_ceiling import ceiling
from bedplate.operate.deployer_conditions import KINDS
from bedplate.operate.deployer_grants import known_types
from bedplate.operate.deployer_policy import LONGEST, MOST, actions_of, documents, text
from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts
from bedplate.policy.regorus_engine import RegorusEngine

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = "333333333333"
REGION = "me-central-1"
HOME = f"{REGION}:{ACCOUNT}"
IAM = f"arn:aws:iam::{ACCOUNT}"
MINE = {"aws:ResourceTag/platform": "acme", "aws:ResourceTag/environment": "prod"}
ASKED = {"aws:RequestTag/platform": "acme", "aws:RequestTag/environment": "prod"}
OTHERS = {"aws:ResourceTag/platform": "crm", "aws:ResourceTag/environment": "prod"}
BOUNDARY = {"iam:PermissionsBoundary": f"{IAM}:policy/acme-prod-boundary"}
HERE = {"aws:RequestedRegion": REGION}

PERMISSIONS = {
    "backup-storage": {"MountCapsule"},
    "budgets": {"ModifyBudget", "ViewBudget"},
    "iam": {"PassRole"},
    "kms": {"ReEncryptFrom", "ReEncryptTo"},
    "logs": {
        "CreateLogDelivery",
        "DeleteLogDelivery",
        "GetLogDelivery",
        "ListLogDeliveries",
        "UpdateLogDelivery",
    },
    "s3": {
        "DeleteObjectVersion",
        "GetAccelerateConfiguration",
        "GetAccountPublicAccessBlock",
        "GetBucketCORS",
        "GetBucketObjectLockConfiguration",
        "GetBucketPublicAccessBlock",
        "GetEncryptionConfiguration",
        "GetLifecycleConfiguration",
        "GetReplicationConfiguration",
        "ListBucket",
        "ListBucketVersions",
        "ListTagsForResource",
        "PutAccountPublicAccessBlock",
        "PutBucketObjectLockConfiguration",
        "PutBucketPublicAccessBlock",
        "PutEncryptionConfiguration",
        "PutLifecycleConfiguration",
        "TagResource",
        "UntagResource",
    },
}
"""Actions that are not called as an operation is (service authorization reference)."""

MODELS = {"access-analyzer": "accessanalyzer"}
"""Services that the SDK calls otherwise."""

MADE = {
    "aws:accessanalyzer/analyzer:Analyzer": (
        "access-analyzer:CreateAnalyzer",
        "analyzer/{analyzerName}",
    ),
    "aws:backup/vault:Vault": ("backup:CreateBackupVault", "backup-vault:{name}"),
    "aws:cfg/recorder:Recorder": (
        "config:PutConfigurationRecorder",
        "configuration-recorder/{name}/x1",
    ),
    "aws:cloudtrail/trail:Trail": ("cloudtrail:CreateTrail", "trail/{name}"),
    "aws:cloudwatch/eventRule:EventRule": ("events:PutRule", "rule/{name}"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs:CreateLogGroup", "log-group:{name}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch:PutMetricAlarm", "alarm:{name}"),
    "aws:ecr/repository:Repository": ("ecr:CreateRepository", "repository/{name}"),
    "aws:eks/addon:Addon": ("eks:UpdateAddon", "addon/{clusterName}/{addonName}/u1"),
    "aws:eks/cluster:Cluster": ("eks:CreateCluster", "cluster/{name}"),
    "aws:eks/nodeGroup:NodeGroup": (
        "eks:DeleteNodegroup",
        "nodegroup/{clusterName}/{nodeGroupName}/u1",
    ),
    "aws:kms/alias:Alias": ("kms:CreateAlias", "{name}"),
    "aws:rds/instance:Instance": ("rds:CreateDBInstance", "db:{identifier}"),
    "aws:rds/parameterGroup:ParameterGroup": ("rds:CreateDBParameterGroup", "pg:{name}"),
    "aws:rds/subnetGroup:SubnetGroup": ("rds:CreateDBSubnetGroup", "subgrp:{name}"),
    "aws:sns/topic:Topic": ("sns:CreateTopic", "{name}"),
    "aws:sqs/queue:Queue": ("sqs:CreateQueue", "{name}"),
}
"""How resources of a type are made, and what ends their ARN: regional ones that have a name."""

GLOBAL = {
    "aws:budgets/budget:Budget": (
        "budgets:ModifyBudget",
        "arn:aws:budgets::{account}:budget/{name}",
    ),
    "aws:iam/instanceProfile:InstanceProfile": (
        "iam:CreateInstanceProfile",
        "arn:aws:iam::{account}:instance-profile/{name}",
    ),
    "aws:iam/policy:Policy": ("iam:CreatePolicy", "arn:aws:iam::{account}:policy/{name}"),
    "aws:iam/role:Role": ("iam:CreateRole", "arn:aws:iam::{account}:role/{name}"),
    "aws:s3/bucket:Bucket": ("s3:CreateBucket", "arn:aws:s3:::{bucket}"),
}
"""The same for those without a region."""


def _deployer(path: Path) -> Deployer:
    return deployer_of(environment_of(path).spec)


@cache
def _documents(path: Path) -> tuple[dict[str, Any], ...]:
    return documents(golden_plan(path), _deployer(path))


def _allowed(action: str, end: str = "*", facts: Any = None) -> bool:
    """Tell whether the deployer of acme's production may do something, its ceiling included."""
    arn = (
        end
        if end == "*" or end.startswith("arn:")
        else f"arn:aws:{action.partition(':')[0]}:{HOME}:{end}"
    )
    account = {"aws:ResourceAccount": ACCOUNT}
    request = Request(action, arn, {**HERE, **account, **(facts or {})})
    granted = _documents(PRODUCTION)
    return allows(granted, request) and allows([ceiling(granted, _deployer(PRODUCTION))], request)


@pytest.mark.parametrize("path", GOLDEN, ids=name_of)
def test_every_plan_fits_into_the_quotas(path: Path) -> None:
    """Ten policies and a boundary, 6,144 characters each."""
    written = _documents(path)
    cap = ceiling(written, _deployer(path))

    assert 0 < len(written) <= MOST
    assert max(len(text(each)) for each in [*written, cap]) <= LONGEST


def test_every_type_of_a_shipped_plan_is_known() -> None:
    """No type is missing from the table, and no entry is about a type that nothing makes."""
    used = {
        each.type
        for path in GOLDEN
        for each in golden_plan(path).resources()
        if each.type.startswith("aws:")
    }

    assert known_types() == used


def test_the_table_is_well_formed() -> None:
    """Keys and conditions are known, actions in order, and no name is read as something else."""
    table = yaml.safe_load(deployer_grants._TABLE.read_text(encoding="utf-8"))
    grants = [grant for entry in table.values() for grant in entry.get("grants", ())]

    assert {key for entry in table.values() for key in entry} <= {
        "grants",
        "keys",
        "links",
        "passes",
        "reads",
    }
    assert {key for grant in grants for key in grant} == {"at", "do", "if", "values", "when"}
    assert {grant["if"] for grant in grants if "if" in grant} < KINDS
    assert all(grant["do"] == sorted(grant["do"]) for grant in grants)


def test_no_action_is_a_wildcard_and_each_exists() -> None:
    """Every action of every plan is an operation of its service, as the SDK knows them."""
    session, used = Session(), set().union(*(actions_of(_documents(path)) for path in GOLDEN))
    unknown = []
    for service in sorted({action.split(":")[0] for action in used}):
        names = {action.split(":")[1] for action in used if action.startswith(f"{service}:")}
        known = PERMISSIONS.get(service, set())
        if service != "backup-storage":
            model = session.get_service_model(MODELS.get(service, service))
            known = known | set(model.operation_names)
        unknown += [f"{service}:{name}" for name in names - known]

    assert unknown == []
    assert all(re.fullmatch(r"[a-z0-9-]+:[A-Za-z0-9]+", action) for action in used)


@pytest.mark.parametrize("path", GOLDEN, ids=name_of)
def test_what_a_plan_names_its_deployer_may_make(path: Path) -> None:
    """Every resource with a name of its own lies within the names of the policy."""
    deployer, written = _deployer(path), _documents(path)
    names = deployer.names
    refused = []
    for each in golden_plan(path).resources():
        if each.type in MADE:
            action, end = MADE[each.type]
            service = action.partition(":")[0]
            arn = names.arn(service, end.format(**each.inputs))
        elif each.type in GLOBAL:
            action, whole = GLOBAL[each.type]
            arn = whole.format(account=names.account_id, **each.inputs)
        else:
            continue
        bound = {"iam:PermissionsBoundary": each.inputs.get("permissionsBoundary")}
        if not allows(written, Request(action, arn, bound)):
            refused.append(arn)

    assert refused == []


MAY = {
    "tagged VPC": ("ec2:DeleteVpc", "vpc/vpc-1", MINE),
    "VPC with its tags": ("ec2:CreateVpc", "vpc/vpc-1", ASKED),
    "subnet, in its VPC": ("ec2:CreateSubnet", "vpc/vpc-1", MINE),
    "tags while making": ("ec2:CreateTags", "vpc/vpc-1", {"ec2:CreateAction": "CreateVpc"}),
    "default group": ("ec2:CreateTags", "security-group/sg-1", ASKED),
    "cluster's group": (
        "ec2:CreateTags",
        "security-group/sg-1",
        {"aws:ResourceTag/kubernetes.io/cluster/acme-prod": "owned"},
    ),
    "list in its region": ("ec2:DescribeVpcs", "*", {}),
    "bounded role": ("iam:CreateRole", f"{IAM}:role/acme-prod-x", BOUNDARY),
    "pass to EKS": (
        "iam:PassRole",
        f"{IAM}:role/acme-prod-x",
        {"iam:PassedToService": "eks.amazonaws.com"},
    ),
    "own policy on own role": (
        "iam:AttachRolePolicy",
        f"{IAM}:role/acme-prod-x",
        {**BOUNDARY, "iam:PolicyARN": f"{IAM}:policy/acme-prod-x"},
    ),
    "AWS' policy of the plan": (
        "iam:AttachRolePolicy",
        f"{IAM}:role/acme-prod-x",
        {**BOUNDARY, "iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"},
    ),
    "key with its tags": ("kms:CreateKey", "*", ASKED),
    "tagged key": ("kms:PutKeyPolicy", "key/k-1", MINE),
    "key through RDS": (
        "kms:GenerateDataKey",
        "key/k-1",
        {"kms:CallerAccount": ACCOUNT, "kms:ViaService": f"rds.{REGION}.amazonaws.com"},
    ),
    "state's key": (
        "kms:Decrypt",
        "key/k-1",
        {"kms:ResourceAliases": ("alias/acme-prod-state",)},
    ),
    "state": ("s3:PutObject", f"arn:aws:s3:::acme-prod-state-{ACCOUNT}/.pulumi/x.json", {}),
    "evidence": ("s3:PutObject", f"arn:aws:s3:::acme-prod-evidence-{ACCOUNT}/x", {}),
    "evidence's key": (
        "kms:GenerateDataKey",
        "key/k-1",
        {
            "kms:CallerAccount": ACCOUNT,
            "kms:ViaService": f"s3.{REGION}.amazonaws.com",
            "kms:ResourceAliases": ("alias/acme-prod-evidence",),
        },
    ),
    "itself": ("sts:AssumeRole", f"{IAM}:role/bedplate/acme-prod-deployer", {}),
    "image of AWS": (
        "ec2:RunInstances",
        f"arn:aws:ec2:{REGION}::image/ami-1",
        {"ec2:LaunchTemplate": f"arn:aws:ec2:{HOME}:launch-template/lt-1"},
    ),
}
"""Requests of a deployment."""


@pytest.mark.parametrize("name", MAY)
def test_a_deployment_may(name: str) -> None:
    """What a deployment asks for is allowed."""
    assert _allowed(*MAY[name])


MAY_NOT = {
    "foreign VPC": ("ec2:DeleteVpc", "vpc/vpc-1", OTHERS),
    "untagged VPC": ("ec2:DeleteVpc", "vpc/vpc-1", {}),
    "VPC without tags": ("ec2:CreateVpc", "vpc/vpc-1", {}),
    "subnet in a foreign VPC": ("ec2:CreateSubnet", "vpc/vpc-1", ASKED),
    "opening a foreign group": (
        "ec2:AuthorizeSecurityGroupIngress",
        "security-group/sg-1",
        ASKED,
    ),
    "taking over a VPC": ("ec2:CreateTags", "vpc/vpc-1", ASKED),
    "taking over a group": ("ec2:CreateTags", "security-group/sg-1", {**ASKED, **OTHERS}),
    "another region": ("ec2:DescribeVpcs", "*", {"aws:RequestedRegion": "us-east-1"}),
    "instance by hand": ("ec2:RunInstances", "instance/*", {}),
    "role without boundary": ("iam:CreateRole", f"{IAM}:role/acme-prod-x", {}),
    "another boundary": (
        "iam:CreateRole",
        f"{IAM}:role/acme-prod-x",
        {"iam:PermissionsBoundary": f"{IAM}:policy/lax"},
    ),
    "foreign role": ("iam:CreateRole", f"{IAM}:role/crm-prod-x", BOUNDARY),
    "no boundary any more": ("iam:DeleteRolePermissionsBoundary", f"{IAM}:role/acme-prod-x", {}),
    "administrator": (
        "iam:AttachRolePolicy",
        f"{IAM}:role/acme-prod-x",
        {**BOUNDARY, "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"},
    ),
    "pass to Lambda": (
        "iam:PassRole",
        f"{IAM}:role/acme-prod-x",
        {"iam:PassedToService": "lambda.amazonaws.com"},
    ),
    "pass a foreign role": (
        "iam:PassRole",
        f"{IAM}:role/admin",
        {"iam:PassedToService": "eks.amazonaws.com"},
    ),
    "a user": ("iam:CreateUser", f"{IAM}:user/acme-prod-x", {}),
    "another role": ("sts:AssumeRole", f"{IAM}:role/acme-prod-x", {}),
    "more rights": (
        "iam:AttachRolePolicy",
        f"{IAM}:role/bedplate/acme-prod-deployer",
        {**BOUNDARY, "iam:PolicyARN": f"{IAM}:policy/acme-prod-x"},
    ),
    "wider rights": (
        "iam:CreatePolicyVersion",
        f"{IAM}:policy/bedplate/acme-prod-deployer-1",
        {},
    ),
    "another linked role": (
        "iam:CreateServiceLinkedRole",
        f"{IAM}:role/aws-service-role/organizations.amazonaws.com/x",
        {"iam:AWSServiceName": "organizations.amazonaws.com"},
    ),
    "foreign key": ("kms:ScheduleKeyDeletion", "key/k-1", OTHERS),
    "taking over a key": ("kms:TagResource", "key/k-1", {**ASKED, **OTHERS}),
    "data under a key": ("kms:Decrypt", "key/k-1", MINE),
    "opening the state's key": (
        "kms:PutKeyPolicy",
        "key/k-1",
        {**MINE, "kms:ResourceAliases": ("alias/acme-prod-state",)},
    ),
    "another key as the state's": ("kms:UpdateAlias", "alias/acme-prod-state", {}),
    "foreign bucket": ("s3:PutBucketPolicy", f"arn:aws:s3:::crm-prod-x-{ACCOUNT}", {}),
    "reading data": ("s3:GetObject", f"arn:aws:s3:::acme-prod-models-{ACCOUNT}/x", {}),
    "models by S3's use of a key": (
        "kms:Decrypt",
        "key/k-1",
        {
            "kms:CallerAccount": ACCOUNT,
            "kms:ViaService": f"s3.{REGION}.amazonaws.com",
            "kms:ResourceAliases": ("alias/acme-prod-models",),
        },
    ),
    "taking evidence away": (
        "s3:DeleteObject",
        f"arn:aws:s3:::acme-prod-evidence-{ACCOUNT}/x",
        {},
    ),
    "the state's history": (
        "s3:DeleteObjectVersion",
        f"arn:aws:s3:::acme-prod-state-{ACCOUNT}/x",
        {},
    ),
    "uncovering the state": ("s3:PutBucketPolicy", f"arn:aws:s3:::acme-prod-state-{ACCOUNT}", {}),
    "the database's password": ("secretsmanager:GetSecretValue", "secret:rds!db-1", {}),
    "foreign cluster": ("eks:DeleteCluster", "cluster/crm-prod", {}),
    "a cluster that begins alike": ("eks:DeleteCluster", "cluster/acme-prod2", {}),
    "leaving the organisation": ("organizations:LeaveOrganization", "*", {}),
}
"""Requests of somebody who took over the deployer."""


@pytest.mark.parametrize("name", MAY_NOT)
def test_a_deployer_may_not(name: str) -> None:
    """What no deployment needs is not allowed, or taken away by the ceiling."""
    assert not _allowed(*MAY_NOT[name])


def test_a_boundary_that_bootstrap_keeps_is_out_of_reach() -> None:
    """Where the environment names its boundary, the deployer can't change it."""
    spec = environment_of(PRODUCTION).spec
    arn = f"{IAM}:policy/acme-prod-limit"
    identities = spec.identities.model_copy(update={"permissions_boundary_arn": arn})
    deployer = deployer_of(spec.model_copy(update={"identities": identities}))
    written = documents(golden_plan(PRODUCTION), deployer)
    change = Request("iam:CreatePolicyVersion", arn)

    assert allows(written, change)
    assert not allows([ceiling(written, deployer)], change)


def test_our_own_rules_find_nothing_to_blame() -> None:
    """The policies, put into a plan, pass every shipped rule on IAM policies."""
    written = [*_documents(PRODUCTION), ceiling(_documents(PRODUCTION), _deployer(PRODUCTION))]
    made = [
        resource("aws:iam/policy:Policy", f"deployer-{n}", {"policy": text(each)})
        for n, each in enumerate(written)
    ]
    everything = {"Statement": [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}]}
    made.append(resource("aws:iam/policy:Policy", "lax", {"policy": text(everything)}))
    rule = replace(shipped(), policies=tuple(p for p in shipped().policies if p.id == "ZT-006"))
    known = facts(environment_of(PRODUCTION).spec, date(2026, 11, 25), None, [])
    with closing(RegorusEngine()) as engine:
        found = evaluate(plan(provider(), *made), rule, known, engine, {})
    assert {each.policy for each in found} == {"ZT-006"}
    blamed = [
        each.urn.rpartition("::")[2]
        for each in found
        if each.policy == "ZT-006" and each.verdict == "fail"
    ]

    assert blamed == ["lax"]


def test_an_unknown_type_is_refused_by_name() -> None:
    """Nothing is widened to cover what nobody wrote down."""
    odd = [resource("aws:lambda/function:Function"), resource("random:index/pet:Pet", "y")]

    with pytest.raises(BedplateError) as refused:
        documents(plan(*odd), _deployer(PRODUCTION))

    assert refused.value.message == (
        "Nobody has written down what a deployer needs for aws:lambda/function:Function, "
        "random:index/pet:Pet. Fix: write its actions into deployer-actions.yaml, beside the "
        "stacks folder."
    )


def test_a_value_that_a_grant_is_for_must_be_stated() -> None:
    """A service-linked role of no service can't be allowed."""
    role = resource("aws:iam/serviceLinkedRole:ServiceLinkedRole", "spot", {"awsServiceName": {}})

    with pytest.raises(BedplateError) as refused:
        documents(plan(role), _deployer(PRODUCTION))

    assert refused.value.message == (
        "spot (aws:iam/serviceLinkedRole:ServiceLinkedRole) leaves `awsServiceName` open, so that "
        "nobody can say what the deployer needs for it. Fix: give it a `awsServiceName`."
    )


def test_more_policies_than_a_role_takes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """IAM would refuse the last one, half-way through."""
    monkeypatch.setattr(deployer_policy, "MOST", 4)

    with pytest.raises(BedplateError) as refused:
        documents(golden_plan(PRODUCTION), _deployer(PRODUCTION))

    assert refused.value.message == (
        f"The deployer of prod needs {len(_documents(PRODUCTION))} policies; IAM attaches 4 to "
        "a role. Fix: divide the environment, or ask AWS for a higher quota."
    )


def test_what_only_some_resources_need_is_asked_by_their_inputs() -> None:
    """Only a bucket that is emptied with its deletion brings the deletion of objects."""
    kept = documents(plan(resource("aws:s3/bucket:Bucket", "b")), _deployer(PRODUCTION))
    emptied = documents(
        plan(resource("aws:s3/bucket:Bucket", "b", {"forceDestroy": True})), _deployer(PRODUCTION)
    )

    assert actions_of(emptied) - actions_of(kept) == {
        "s3:DeleteObjectVersion",
        "s3:ListBucketVersions",
    }


def test_kubernetes_and_components_need_nothing_of_aws() -> None:
    """The cluster says who may make its objects; components are no resources."""
    inside = [
        resource("kubernetes:core/v1:Namespace", "n"),
        resource("bedplate:foundation:Keys", "k", custom=False),
        resource("pulumi:providers:aws", "aws", provider=None),
    ]

    assert documents(plan(*inside), _deployer(PRODUCTION)) == documents(
        plan(), _deployer(PRODUCTION)
    )
