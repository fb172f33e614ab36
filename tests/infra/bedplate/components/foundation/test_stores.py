"""Stores keep what they must for as long as they must, and no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support import neighbours
from support.layers import named, of_type, policy_of, simulated

from bedplate.components.foundation.stores import Stores, StoresArgs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.components.scope import Scope
    from bedplate.engine.plan import LayerPlan

ACCOUNT = neighbours.ACCOUNT
PERSONAL = {
    "purpose": "scoring",
    "controller": "Acme",
    "dpo_contact": "dpo@acme.example",
    "retention_days": 60,
}


def _plan(changes: Mapping[str, Any] | None = None) -> LayerPlan:
    def build(scope: Scope) -> None:
        args = StoresArgs(scope=scope, keys=neighbours.keys(), network=neighbours.network())
        Stores("stores", args)

    return simulated(build, changes)


def _rule(plan: LayerPlan, part: str) -> dict[str, Any]:
    (rule,) = named(plan, f"stores-{part}-lifecycle").inputs["rules"]
    assert isinstance(rule, dict)
    return rule


def test_there_are_six_buckets_each_with_the_key_of_its_class() -> None:
    """Datasets, lineage and requests share the key for data."""
    plan = _plan()
    keys = {
        part: named(plan, f"stores-{part}-encryption")
        .inputs["rules"][0]["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"]
        .rsplit("/", 1)[1]
        for part in ("models", "datasets", "lineage", "evidence", "requests", "telemetry")
    }

    assert keys == {
        "models": "models",
        "datasets": "data",
        "lineage": "data",
        "evidence": "evidence",
        "requests": "data",
        "telemetry": "logs",
    }
    assert {b.inputs["bucket"] for b in of_type(plan, "aws:s3/bucket:Bucket")} == {
        f"acme-prod-{part}-{ACCOUNT}" for part in keys
    }


@pytest.mark.parametrize("protect", [True, False])
def test_protection_follows_the_environment(protect: bool) -> None:  # noqa: FBT001
    """Where the environment is protected, buckets, database and vault can't be deleted."""
    tier = "production" if protect else "development"
    plan = _plan({"protect": protect, "tier": tier})
    holders = (
        *of_type(plan, "aws:s3/bucket:Bucket"),
        *of_type(plan, "aws:rds/instance:Instance"),
        *of_type(plan, "aws:backup/vault:Vault"),
    )

    assert [h.options.get("protect", False) for h in holders] == [protect] * 8


def test_every_bucket_drops_abandoned_uploads_and_old_versions() -> None:
    """Unfinished uploads go after a week, overwritten versions after the days of the spec."""
    plan = _plan({"stores": {"noncurrent_days": 30}})
    rules = {part: _rule(plan, part) for part in ("models", "datasets", "lineage")}

    assert {
        part: (
            rule["noncurrentVersionExpiration"]["noncurrentDays"],
            rule["abortIncompleteMultipartUpload"]["daysAfterInitiation"],
        )
        for part, rule in rules.items()
    } == dict.fromkeys(rules, (30, 7))


def test_models_and_impersonal_datasets_do_not_expire() -> None:
    """Without personal data only the markers of deleted objects are removed."""
    plan = _plan()

    assert [_rule(plan, part)["expiration"] for part in ("models", "datasets")] == [
        {"expiredObjectDeleteMarker": True}
    ] * 2


def test_personal_data_expires_with_its_retention() -> None:
    """Datasets expire on the day stated, and their versions are kept no longer than that again."""
    rule = _rule(_plan({"governance": {"personal_data": PERSONAL}}), "datasets")

    assert rule["expiration"] == {"days": 60}
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 60}


def test_lineage_expires_with_its_retention() -> None:
    """Lineage events go after the days of the spec."""
    plan = _plan({"stores": {"lineage_retention_days": 400}})

    assert _rule(plan, "lineage")["expiration"] == {"days": 400}


@pytest.mark.parametrize("mode", ["COMPLIANCE", "GOVERNANCE"])
def test_evidence_is_locked(mode: str) -> None:
    """Evidence, and only evidence, is under Object Lock, and older versions outlive the lock."""
    plan = _plan({"stores": {"evidence_lock": mode, "evidence_retention_days": 900}})
    kind = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"

    assert [(r.name, r.inputs["rule"]) for r in of_type(plan, kind)] == [
        ("stores-evidence-lock", {"defaultRetention": {"mode": mode, "days": 900}})
    ]
    assert _rule(plan, "evidence")["noncurrentVersionExpiration"] == {"noncurrentDays": 900}


def test_nobody_deletes_evidence() -> None:
    """The bucket's policy denies deletion, and a way around the lock, to everybody."""
    statements = policy_of(named(_plan(), "stores-evidence-policy"))["Statement"]

    assert statements[-1] == {
        "Sid": "KeepEvidence",
        "Effect": "Deny",
        "Principal": "*",
        "Action": [
            "s3:BypassGovernanceRetention",
            "s3:DeleteObject",
            "s3:DeleteObjectTagging",
            "s3:DeleteObjectVersion",
            "s3:DeleteObjectVersionTagging",
        ],
        "Resource": [f"arn:aws:s3:::acme-prod-evidence-{ACCOUNT}/*"],
    }


def test_its_outputs_name_what_others_read() -> None:
    """Names of buckets and vault, endpoint and secret of the database."""
    outputs = named(_plan(), "stores").outputs

    assert sorted(outputs) == [
        "backup_vault_name",
        "bucket_names",
        "database_endpoint",
        "database_secret_arn",
        "specPath",
    ]
    assert outputs["bucket_names"]["evidence"] == f"acme-prod-evidence-{ACCOUNT}"
    assert outputs["database_endpoint"].endswith(":5432")
    assert outputs["database_secret_arn"].startswith("arn:aws:secretsmanager:me-central-1:")
    assert outputs["backup_vault_name"] == "acme-prod-backup"
