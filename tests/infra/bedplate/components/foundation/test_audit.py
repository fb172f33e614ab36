"""What happens in the account is recorded, kept and watched, unless something else does so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.layers import named, of_type, only, policy_of, simulated

from bedplate.components.foundation.audit import Audit, AuditArgs
from bedplate.components.foundation.keys import Keys, KeysArgs

if TYPE_CHECKING:
    from bedplate.components.scope import Scope
    from bedplate.engine.plan import LayerPlan

MODELS = "arn:aws:s3:::acme-prod-models-111122223333"
TRAIL_ARN = "arn:aws:cloudtrail:me-central-1:111122223333:trail/acme-prod-trail"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
PARTS = ("trail", "guardduty", "security_hub", "config", "access_analyzer", "account_defaults")


def _plan(
    changes: dict[str, Any] | None = None, data_buckets: tuple[str, ...] = (MODELS,)
) -> LayerPlan:
    def build(scope: Scope) -> None:
        keys = Keys("keys", KeysArgs(scope=scope))
        Audit("audit", AuditArgs(scope=scope, keys=keys, data_buckets=data_buckets))

    return simulated(build, changes)


def _made(plan: LayerPlan) -> set[str]:
    """Return the sections of the specification that something was made from."""
    found = {r.spec_path for r in plan.resources if r.name.startswith("audit-")}
    return {path for path in found if path is not None}


def test_the_trail_records_every_region_and_can_be_verified() -> None:
    """Multi-region with global services, validated, encrypted, and also in a log group."""
    plan = _plan()
    trail = only(plan, "aws:cloudtrail/trail:Trail").inputs

    assert (trail["isMultiRegionTrail"], trail["includeGlobalServiceEvents"]) == (True, True)
    assert (trail["enableLogFileValidation"], trail["enableLogging"]) == (True, True)
    assert trail["kmsKeyId"] == named(plan, "keys-logs").outputs["arn"]
    assert trail["s3BucketName"] == "acme-prod-archive-111122223333"
    assert trail["cloudWatchLogsGroupArn"] == (
        "arn:aws:logs:me-central-1:111122223333:log-group:/aws/cloudtrail/acme-prod:*"
    )


def test_every_access_to_the_data_is_recorded() -> None:
    """Management events, and data events of the objects in the buckets given."""
    selectors = only(_plan(), "aws:cloudtrail/trail:Trail").inputs["advancedEventSelectors"]

    assert [selector["fieldSelectors"] for selector in selectors] == [
        [{"field": "eventCategory", "equals": ["Management"]}],
        [
            {"field": "eventCategory", "equals": ["Data"]},
            {"field": "resources.type", "equals": ["AWS::S3::Object"]},
            {"field": "resources.ARN", "startsWiths": [f"{MODELS}/"]},
        ],
    ]


def test_without_data_buckets_calls_alone_are_recorded() -> None:
    """No selector without a bucket: it would record every bucket of the account."""
    trail = only(_plan(data_buckets=()), "aws:cloudtrail/trail:Trail")

    assert [s["name"] for s in trail.inputs["advancedEventSelectors"]] == ["Management events"]


def test_the_trail_waits_for_its_bucket_and_its_role() -> None:
    """CloudTrail tries both when the trail is made: their policies come first."""
    plan = _plan()
    trail = only(plan, "aws:cloudtrail/trail:Trail")
    first = {named(plan, "audit-archive-policy").urn, named(plan, "audit-trail-write").urn}

    assert first <= set(trail.dependencies)


def test_only_this_trail_writes_to_the_archive() -> None:
    """CloudTrail is let in for this trail's ARN only, into the account's own folder."""
    policy = policy_of(named(_plan(), "audit-archive-policy"))
    checks, delivers = [s for s in policy["Statement"] if s["Sid"].startswith("Trail")]
    bucket = "arn:aws:s3:::acme-prod-archive-111122223333"

    assert checks["Condition"] == {"StringEquals": {"aws:SourceArn": TRAIL_ARN}}
    assert checks["Resource"] == [bucket]
    assert delivers["Resource"] == [f"{bucket}/AWSLogs/111122223333/*"]
    assert delivers["Condition"] == {
        "StringEquals": {
            "aws:SourceArn": TRAIL_ARN,
            "s3:x-amz-acl": "bucket-owner-full-control",
        }
    }


@pytest.mark.parametrize(
    ("protect", "mode", "expected"),
    [
        (True, "COMPLIANCE", "COMPLIANCE"),
        (True, "GOVERNANCE", "GOVERNANCE"),
        (False, "COMPLIANCE", "GOVERNANCE"),
    ],
)
def test_the_archive_is_locked(protect: bool, mode: str, expected: str) -> None:  # noqa: FBT001
    """Locked as asked for; an environment that may be taken down stays destroyable."""
    archive = {"mode": mode, "retention_days": 730}
    plan = _plan({"protect": protect, "audit": {"log_archive": archive}})

    assert only(plan, LOCK).inputs["rule"] == {"defaultRetention": {"mode": expected, "days": 730}}
    assert named(plan, "audit-archive-bucket").options.get("protect", False) is protect


@pytest.mark.parametrize(("locked", "kept"), [(30, 365), (730, 730)])
def test_records_expire_after_lock_and_log_retention(locked: int, kept: int) -> None:
    """Records are kept while locked, and no shorter than the logs beside them."""
    plan = _plan({"audit": {"log_archive": {"retention_days": locked}}})
    (rule,) = named(plan, "audit-archive-lifecycle").inputs["rules"]

    assert rule["expiration"] == {"days": kept}


def test_the_log_group_of_the_trail_is_encrypted_and_written_by_the_trail_only() -> None:
    """Only this trail assumes the role, which writes to its own stream."""
    plan = _plan()
    group = named(plan, "audit-trail-group")
    trust = policy_of(named(plan, "audit-trail-role"), "assumeRolePolicy")["Statement"][0]
    write = policy_of(named(plan, "audit-trail-write"))["Statement"][0]

    assert group.inputs["kmsKeyId"] == named(plan, "keys-logs").outputs["arn"]
    assert trust["Condition"]["ArnLike"] == {"aws:SourceArn": TRAIL_ARN}
    assert write["Resource"] == [
        f"{group.outputs['arn']}:log-stream:111122223333_CloudTrail_me-central-1*"
    ]
    assert only(plan, "bedplate:foundation:Audit").outputs["trail_log_group_name"] == (
        "/aws/cloudtrail/acme-prod"
    )


def test_guardduty_watches_the_cluster_the_data_and_the_nodes() -> None:
    """All protection plans; the agent is installed on EKS nodes and nowhere else."""
    features = of_type(_plan(), "aws:guardduty/detectorFeature:DetectorFeature")
    agents = {f.inputs["name"]: f.inputs.get("additionalConfigurations") for f in features}

    assert {f.inputs["status"] for f in features} == {"ENABLED"}
    assert agents == {
        "EBS_MALWARE_PROTECTION": None,
        "EKS_AUDIT_LOGS": None,
        "RDS_LOGIN_EVENTS": None,
        "S3_DATA_EVENTS": None,
        "RUNTIME_MONITORING": [
            {"name": "EKS_ADDON_MANAGEMENT", "status": "ENABLED"},
            {"name": "EC2_AGENT_MANAGEMENT", "status": "DISABLED"},
            {"name": "ECS_FARGATE_AGENT_MANAGEMENT", "status": "DISABLED"},
        ],
    }


def test_security_hub_checks_the_one_standard() -> None:
    """No standard by default; the subscription waits for the hub."""
    plan = _plan()
    hub = only(plan, "aws:securityhub/account:Account")
    standard = only(plan, "aws:securityhub/standardsSubscription:StandardsSubscription")

    assert hub.inputs["enableDefaultStandards"] is False
    assert standard.inputs["standardsArn"] == (
        "arn:aws:securityhub:me-central-1::standards/"
        "aws-foundational-security-best-practices/v/1.0.0"
    )
    assert hub.urn in standard.dependencies


def test_the_recorder_starts_after_its_channel() -> None:
    """Recorder, permissions, channel, then the switch: AWS refuses any other order."""
    plan = _plan()
    recorder = only(plan, "aws:cfg/recorder:Recorder")
    channel = only(plan, "aws:cfg/deliveryChannel:DeliveryChannel")
    status = only(plan, "aws:cfg/recorderStatus:RecorderStatus")
    permissions = {named(plan, f"audit-config-{part}").urn for part in ("read", "deliver")}

    assert {recorder.urn, *permissions} <= set(channel.dependencies)
    assert channel.urn in status.dependencies
    assert recorder.inputs["recordingGroup"] == {
        "allSupported": True,
        "includeGlobalResourceTypes": True,
    }


def test_the_recorder_delivers_to_a_bucket_without_a_lock() -> None:
    """AWS Config can't write where a default retention is set, so it has a bucket of its own."""
    plan = _plan({"audit": {"trail": "existing"}})
    channel = only(plan, "aws:cfg/deliveryChannel:DeliveryChannel")

    assert channel.inputs["s3BucketName"] == "acme-prod-configuration-111122223333"
    assert channel.inputs["s3KmsKeyArn"] == named(plan, "keys-logs").outputs["arn"]
    assert of_type(plan, LOCK) == []


def test_the_account_encrypts_volumes_and_blocks_public_buckets() -> None:
    """Volumes that name no key get the platform's, and no bucket can be opened."""
    plan = _plan()
    key = only(plan, "aws:ebs/defaultKmsKey:DefaultKmsKey")
    block = only(plan, "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock")

    assert only(plan, "aws:ebs/encryptionByDefault:EncryptionByDefault").inputs["enabled"] is True
    assert key.inputs["keyArn"] == named(plan, "keys-platform").outputs["arn"]
    assert set(block.inputs.values()) == {True}


@pytest.mark.parametrize("part", PARTS)
def test_what_exists_is_not_created(part: str) -> None:
    """Nothing is made of a part that the account has, and all of the others."""
    archived = {"audit.log_archive"} if part != "trail" else set()

    assert (
        _made(_plan({"audit": {part: "existing"}}))
        == {f"audit.{other}" for other in PARTS if other != part} | archived
    )


def test_where_everything_exists_the_audit_is_empty() -> None:
    """No archive and no log group either, and the outputs say so."""
    plan = _plan({"audit": dict.fromkeys(PARTS, "existing")})

    assert _made(plan) == set()
    outputs = only(plan, "bedplate:foundation:Audit").outputs
    assert {"trail_log_group_name", "archive"} & set(outputs) == set()
