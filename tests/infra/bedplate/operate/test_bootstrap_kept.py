"""What bootstrap made: safe, kept by a second run, and mended where somebody changed it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.iam.models import iam_backends
from support.iam_evaluator import Request, allows

from bedplate.operate.bootstrap_state import bucket_policy
from bedplate.operate.deployer import deployer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.aws_account import Account

ACCOUNT = "123456789012"
BUCKET = f"acme-prod-state-{ACCOUNT}"
ALIAS = "alias/acme-prod-state"
SSE = "s3:x-amz-server-side-encryption"
SSE_KEY = f"{SSE}-aws-kms-key-id"
IAM = f"arn:aws:iam::{ACCOUNT}"
ROLE = "acme-prod-deployer"
POLICY = f"{IAM}:policy/bedplate/acme-prod-deployer-1"
GITHUB = "token.actions.githubusercontent.com"
PROVIDER = f"{IAM}:oidc-provider/{GITHUB}"
MARKS: Any = [
    {"Key": "platform", "Value": "acme"},
    {"Key": "environment", "Value": "prod"},
    {"Key": "managed_by", "Value": "bedplate-bootstrap"},
]
NOTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}],
    }
)
ANYBODY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}],
    }
)

KEPT = [
    f"kept key {ALIAS}",
    f"kept bucket {BUCKET}",
    f"kept OIDC provider {GITHUB}",
    "kept policy acme-prod-deployer-ceiling",
    "kept policy acme-prod-deployer-1",
    f"kept role {ROLE}",
]


def test_the_bucket_keeps_the_state_safe(settled: Account) -> None:
    """Versioned, under the key, closed to the public and to plain text, and no version is lost."""
    s3, kms = settled.clients.s3, settled.clients.kms
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["Arn"]
    rule = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"][0]
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    owner = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    block = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]

    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert rule["ApplyServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": key,
    }
    assert list(block.values()) == [True] * 4
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert {each["Sid"]: each["Effect"] for each in policy["Statement"]} == dict.fromkeys(
        [
            "DenyPlainText",
            "DenyOldTls",
            "DenyOtherAccounts",
            "DenyOtherEncryption",
            "DenyOtherKeys",
            "DenyEndOfHistory",
        ],
        "Deny",
    )
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == "me-central-1"


UPLOADS: dict[str, tuple[str, dict[str, Any], bool]] = {
    "as Pulumi uploads": ("s3:PutObject", {}, True),
    "under the key, said": ("s3:PutObject", {SSE: "aws:kms", SSE_KEY: "arn:own"}, True),
    "under S3's own key": ("s3:PutObject", {SSE: "AES256"}, False),
    "under another key": ("s3:PutObject", {SSE: "aws:kms", SSE_KEY: "arn:other"}, False),
    "in plain text": ("s3:GetObject", {"aws:SecureTransport": "false"}, False),
    "by old TLS": ("s3:GetObject", {"s3:TlsVersion": "1.1"}, False),
    "from another account": ("s3:GetObject", {"aws:PrincipalAccount": "999999999999"}, False),
    "a delete marker": ("s3:DeleteObject", {}, True),
    "a version for good": ("s3:DeleteObjectVersion", {}, False),
}
"""Requests to the bucket, and whether its policy lets them through."""


@pytest.mark.parametrize("name", UPLOADS)
def test_what_the_bucket_lets_through(settled: Account, name: str) -> None:
    """The policy denies what endangers the state, and nothing that Pulumi does."""
    action, facts, wanted = UPLOADS[name]
    policy = bucket_policy(deployer_of(settled.spec()), "arn:own")
    everything = {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"]}
    usual = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3", "aws:PrincipalAccount": ACCOUNT}
    request = Request(action, f"arn:aws:s3:::{BUCKET}/.pulumi/x.json", usual | facts)

    assert allows([policy, {"Statement": [everything]}], request) is wanted


def test_the_key_turns_and_only_the_deployer_uses_it(settled: Account) -> None:
    """Administrators look after the key; using it needs the deploy role."""
    kms = settled.clients.kms
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    administer, use = policy["Statement"]

    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is True
    assert not {"kms:Decrypt", "kms:Encrypt", "kms:CreateGrant"} & set(administer["Action"])
    assert use["Condition"] == {"ArnEquals": {"aws:PrincipalArn": f"{IAM}:role/bedplate/{ROLE}"}}


def test_the_role_trusts_one_pipeline_and_the_people_named(settled: Account) -> None:
    """Repository, environment and audience are compared; the role has its policies and ceiling."""
    iam = settled.clients.iam
    role: Any = iam.get_role(RoleName=ROLE)["Role"]
    pipeline, people = role["AssumeRolePolicyDocument"]["Statement"]
    attached = iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]

    assert pipeline == {
        "Sid": "Pipeline",
        "Effect": "Allow",
        "Principal": {"Federated": PROVIDER},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{GITHUB}:aud": "sts.amazonaws.com",
                f"{GITHUB}:sub": "repo:acme/acme-ml:environment:prod",
            }
        },
    }
    assert people == {
        "Sid": "PeopleAndItself",
        "Effect": "Allow",
        "Principal": {"AWS": f"{IAM}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "ArnEquals": {
                "aws:PrincipalArn": [
                    f"{IAM}:role/acme-platform-admin",
                    f"{IAM}:role/bedplate/{ROLE}",
                ]
            }
        },
    }
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == (
        f"{IAM}:policy/bedplate/acme-prod-deployer-ceiling"
    )
    assert [each["PolicyArn"] for each in attached] == [POLICY]
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=PROVIDER)["ClientIDList"] == [
        "sts.amazonaws.com"
    ]


def test_a_second_run_writes_nothing(settled: Account) -> None:
    """Everything is looked at again, and kept."""
    outcome = settled.run()

    assert (settled.steps, settled.writes, outcome.changed) == (KEPT, [], False)


DRIFT: dict[str, tuple[Callable[[Any], object], str]] = {
    "versioning": (
        lambda c: c.s3.put_bucket_versioning(
            Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"}
        ),
        f"changed bucket {BUCKET}: versioning",
    ),
    "encryption": (
        lambda c: c.s3.put_bucket_encryption(
            Bucket=BUCKET,
            ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
        ),
        f"changed bucket {BUCKET}: encryption",
    ),
    "no encryption": (
        lambda c: c.s3.delete_bucket_encryption(Bucket=BUCKET),
        f"changed bucket {BUCKET}: encryption",
    ),
    "public": (
        lambda c: c.s3.delete_public_access_block(Bucket=BUCKET),
        f"changed bucket {BUCKET}: public access block",
    ),
    "ownership": (
        lambda c: c.s3.put_bucket_ownership_controls(
            Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        ),
        f"changed bucket {BUCKET}: ownership",
    ),
    "bucket policy": (
        lambda c: c.s3.put_bucket_policy(Bucket=BUCKET, Policy=NOTHING),
        f"changed bucket {BUCKET}: policy",
    ),
    "history": (
        lambda c: c.s3.delete_bucket_lifecycle(Bucket=BUCKET),
        f"changed bucket {BUCKET}: history",
    ),
    "bucket tags": (
        lambda c: c.s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": MARKS}),
        f"changed bucket {BUCKET}: tags",
    ),
    "rotation": (
        lambda c: c.kms.disable_key_rotation(
            KeyId=c.kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"]
        ),
        f"changed key {ALIAS}: rotation",
    ),
    "key policy": (
        lambda c: c.kms.put_key_policy(
            KeyId=c.kms.describe_key(KeyId=ALIAS)["KeyMetadata"]["KeyId"],
            PolicyName="default",
            Policy=NOTHING,
        ),
        f"changed key {ALIAS}: policy",
    ),
    "alias": (
        lambda c: c.kms.delete_alias(AliasName=ALIAS),
        f"changed key {ALIAS}: alias",
    ),
    "audience": (
        lambda _: (
            iam_backends[ACCOUNT]["aws"]
            .get_open_id_connect_provider(PROVIDER)
            .client_id_list.remove("sts.amazonaws.com")
        ),
        f"changed OIDC provider {GITHUB}: audience",
    ),
    "policy": (
        lambda c: c.iam.create_policy_version(
            PolicyArn=POLICY, PolicyDocument=NOTHING, SetAsDefault=True
        ),
        "changed policy acme-prod-deployer-1: document",
    ),
    "trust": (
        lambda c: c.iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=ANYBODY),
        f"changed role {ROLE}: trust",
    ),
    "ceiling": (
        lambda c: c.iam.delete_role_permissions_boundary(RoleName=ROLE),
        f"changed role {ROLE}: boundary",
    ),
    "session": (
        lambda c: c.iam.update_role(RoleName=ROLE, MaxSessionDuration=43200),
        f"changed role {ROLE}: session",
    ),
    "another policy": (
        lambda c: c.iam.attach_role_policy(
            RoleName=ROLE, PolicyArn=f"{IAM}:policy/bedplate/acme-prod-deployer-ceiling"
        ),
        f"changed role {ROLE}: policies",
    ),
    "inline policy": (
        lambda c: c.iam.put_role_policy(RoleName=ROLE, PolicyName="more", PolicyDocument=NOTHING),
        f"changed role {ROLE}: inline policies removed",
    ),
}
"""What somebody changes by hand, and what the next run says."""


@pytest.mark.parametrize("name", DRIFT)
def test_what_was_changed_by_hand_is_put_right(settled: Account, name: str) -> None:
    """Only that one thing is written; the next test finds it in order."""
    change, said = DRIFT[name]
    change(settled.clients)

    settled.run()

    assert [each for each in settled.steps if not each.startswith("kept ")] == [said]
