"""A bucket has every setting that a private bucket needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.layers import named, of_type, only, policy_of, simulated

from bedplate.components import iam
from bedplate.components.foundation.bucket import Bucket, BucketArgs, Lock

if TYPE_CHECKING:
    from bedplate.components.scope import Scope
    from bedplate.engine.plan import LayerPlan

NAME = "acme-prod-models-111122223333"


def _plan(**changes: Any) -> LayerPlan:
    def build(scope: Scope) -> None:
        values: dict[str, Any] = {
            "scope": scope,
            "part": "models",
            "key_arn": "arn:aws:kms:me-central-1:111122223333:key/1",
            "spec_path": "stores",
            "protect": True,
        }
        Bucket("models", BucketArgs(**(values | changes)))

    return simulated(build)


def test_it_is_encrypted_by_its_key() -> None:
    """SSE-KMS with the customer key, and one data key a bucket."""
    setting = only(
        _plan(),
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    )

    assert setting.inputs == {
        "bucket": NAME,
        "rules": [
            {
                "applyServerSideEncryptionByDefault": {
                    "sseAlgorithm": "aws:kms",
                    "kmsMasterKeyId": "arn:aws:kms:me-central-1:111122223333:key/1",
                },
                "bucketKeyEnabled": True,
            }
        ],
    }


def test_it_is_private_and_its_objects_belong_to_the_account() -> None:
    """All four public access blocks are on, and access control lists are off."""
    plan = _plan()
    privacy = only(plan, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    ownership = only(plan, "aws:s3/bucketOwnershipControls:BucketOwnershipControls")

    assert privacy.inputs == {
        "bucket": NAME,
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }
    assert ownership.inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_its_policy_denies_plain_text_and_old_tls_to_everybody() -> None:
    """The two statements cover the bucket and its objects."""
    everything = [f"arn:aws:s3:::{NAME}", f"arn:aws:s3:::{NAME}/*"]

    assert policy_of(only(_plan(), "aws:s3/bucketPolicy:BucketPolicy"))["Statement"] == [
        {
            "Sid": "DenyPlainText",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:*"],
            "Resource": everything,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "DenyOldTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:*"],
            "Resource": everything,
            "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
        },
    ]


def test_statements_of_the_caller_stand_after_its_own() -> None:
    """The caller adds to the policy, and can't replace it."""
    extra = iam.deny("KeepObjects", ["s3:DeleteObject"], ["*"], principal="*")
    policy = policy_of(only(_plan(statements=[extra]), "aws:s3/bucketPolicy:BucketPolicy"))

    assert [s["Sid"] for s in policy["Statement"]] == ["DenyPlainText", "DenyOldTls", "KeepObjects"]


def test_it_keeps_versions() -> None:
    """Versioning is enabled."""
    setting = only(_plan(), "aws:s3/bucketVersioning:BucketVersioning")

    assert setting.inputs["versioningConfiguration"] == {"status": "Enabled"}


@pytest.mark.parametrize("protect", [True, False])
def test_protection_decides_whether_it_can_be_deleted(protect: bool) -> None:  # noqa: FBT001
    """A protected bucket is kept; another one goes with its objects."""
    bucket = only(_plan(protect=protect), "aws:s3/bucket:Bucket")

    assert (bucket.options.get("protect", False), bucket.inputs["forceDestroy"]) == (
        protect,
        not protect,
    )


def test_a_lock_is_set_from_the_start_and_keeps_every_version() -> None:
    """Object Lock is on at creation, with the retention asked for."""
    plan = _plan(lock=Lock("COMPLIANCE", 30))
    setting = only(plan, "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")

    assert only(plan, "aws:s3/bucket:Bucket").inputs["objectLockEnabled"] is True
    assert setting.inputs["rule"] == {"defaultRetention": {"mode": "COMPLIANCE", "days": 30}}


def test_without_a_lock_objects_can_be_deleted() -> None:
    """No Object Lock is set unless it is asked for."""
    plan = _plan()

    assert only(plan, "aws:s3/bucket:Bucket").inputs["objectLockEnabled"] is False
    assert of_type(plan, "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration") == []


def test_lifecycle_rules_are_those_of_the_caller() -> None:
    """Rules are passed on; without rules there is no lifecycle configuration."""
    kind = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    rule = {"id": "expire", "status": "Enabled", "filter": {}, "expiration": {"days": 7}}

    assert only(_plan(lifecycle=[rule]), kind).inputs["rules"] == [rule]
    assert of_type(_plan(), kind) == []


def test_it_carries_the_tags_and_traces_to_its_section() -> None:
    """The bucket is tagged, and findings on its parts point at the section that asked for it."""
    plan = _plan()
    bucket = only(plan, "aws:s3/bucket:Bucket")

    assert (bucket.inputs["tags"]["Name"], bucket.inputs["tags"]["owner"]) == (NAME, "ml-platform")
    assert named(plan, "models").type == "bedplate:foundation:Bucket"
    assert {r.spec_path for r in plan.resources if r.type.startswith("aws:")} == {"stores"}
