"""One key per class of data, used only by those who need it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.layers import named, of_type, policy_of, simulated

from bedplate.components.foundation.keys import DATA_CLASSES, Keys, KeysArgs

if TYPE_CHECKING:
    from bedplate.components.scope import Scope
    from bedplate.engine.plan import LayerPlan

ADMIN = "arn:aws:iam::111122223333:role/key-admin"
DEPLOYER = "arn:aws:iam::111122223333:role/deployer"
ROOT = {"AWS": "arn:aws:iam::111122223333:root"}


def _plan(changes: dict[str, Any] | None = None) -> LayerPlan:
    def build(scope: Scope) -> None:
        Keys("keys", KeysArgs(scope=scope))

    return simulated(build, changes)


def _statements(plan: LayerPlan, data_class: str) -> dict[str, dict[str, Any]]:
    policy = policy_of(named(plan, f"keys-{data_class}"))
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_every_class_of_data_has_a_key_and_an_alias() -> None:
    """Six keys, and an alias for each that names environment and class."""
    plan = _plan()
    aliases = {alias.inputs["name"] for alias in of_type(plan, "aws:kms/alias:Alias")}

    assert len(of_type(plan, "aws:kms/key:Key")) == 6
    assert aliases == {f"alias/acme-prod-{data_class}" for data_class in DATA_CLASSES}


def test_keys_rotate_and_can_be_saved_as_the_environment_says() -> None:
    """Rotation period and deletion window follow the specification; no key leaves its region."""
    plan = _plan({"keys": {"rotation_days": 90, "deletion_window_days": 14}})

    for key in of_type(plan, "aws:kms/key:Key"):
        assert key.inputs["enableKeyRotation"] is True
        assert key.inputs["rotationPeriodInDays"] == 90
        assert key.inputs["deletionWindowInDays"] == 14
        assert key.inputs["multiRegion"] is False


@pytest.mark.parametrize("protect", [True, False])
def test_keys_are_protected_with_the_environment(protect: bool) -> None:  # noqa: FBT001
    """A key is data's last resort: it is protected where the environment is."""
    keys = of_type(_plan({"protect": protect}), "aws:kms/key:Key")

    assert {key.options.get("protect", False) for key in keys} == {protect}


def test_no_key_admits_everybody() -> None:
    """No statement names `*` as its principal."""
    plan = _plan()

    for data_class in DATA_CLASSES:
        for statement in _statements(plan, data_class).values():
            assert "*" not in (statement["Principal"], *statement["Principal"].values())


def test_administrators_can_not_use_a_key() -> None:
    """Named administrators and the deployer administer; no such action reads data."""
    plan = _plan({"keys": {"administrators": [ADMIN]}, "aws": {"deploy_role_arn": DEPLOYER}})

    for data_class in DATA_CLASSES:
        administer = _statements(plan, data_class)["Administer"]
        assert administer["Condition"] == {"ArnLike": {"aws:PrincipalArn": [ADMIN, DEPLOYER]}}
        assert not {"kms:Decrypt", "kms:Encrypt", "kms:CreateGrant", "kms:*"} & set(
            administer["Action"]
        )
        assert "kms:PutKeyPolicy" in administer["Action"]


def test_without_administrators_the_account_administers_through_its_own_policies() -> None:
    """The account's principal is admitted without a condition, and for administration only."""
    administer = _statements(_plan(), "models")["Administer"]

    assert administer["Principal"] == ROOT
    assert "Condition" not in administer


def test_roles_of_the_environment_use_a_key_through_the_services_of_its_class() -> None:
    """Model data is readable by the environment's roles, through S3 in its region."""
    statements = _statements(_plan({"aws": {"deploy_role_arn": DEPLOYER}}), "models")

    assert list(statements) == ["Administer", "UseByRoles"]
    assert statements["UseByRoles"]["Condition"] == {
        "StringEquals": {
            "kms:CallerAccount": "111122223333",
            "kms:ViaService": ["s3.me-central-1.amazonaws.com"],
        },
        "ArnLike": {
            "aws:PrincipalArn": [
                "arn:aws:iam::111122223333:role/acme-prod-*",
                (
                    "arn:aws:iam::111122223333:role/aws-service-role/backup.amazonaws.com/"
                    "AWSServiceRoleForBackup"
                ),
            ]
        },
    }


@pytest.mark.parametrize(
    ("deployer", "expected"),
    [(DEPLOYER, DEPLOYER), (None, "arn:aws:iam::111122223333:*")],
)
def test_the_deployer_uses_keys_for_what_it_makes_and_not_for_objects(
    deployer: str | None, expected: str
) -> None:
    """The deployer makes databases and vaults with the data key, but never reads S3 with it."""
    statement = _statements(_plan({"aws": {"deploy_role_arn": deployer}}), "data")["UseByDeployer"]

    assert statement["Condition"]["ArnLike"] == {"aws:PrincipalArn": [expected]}
    assert statement["Condition"]["StringEquals"]["kms:ViaService"] == [
        "backup.me-central-1.amazonaws.com",
        "rds.me-central-1.amazonaws.com",
    ]


def test_grants_are_only_for_resources_of_aws() -> None:
    """Wherever a grant may be made, it is for a service that encrypts a resource."""
    plan = _plan()
    grants = [
        statement
        for data_class in DATA_CLASSES
        for sid, statement in _statements(plan, data_class).items()
        if "kms:CreateGrant" in statement["Action"]
    ]

    assert len(grants) == 5
    for grant in grants:
        assert grant["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_auto_scaling_makes_node_volumes_with_the_platform_key_only() -> None:
    """EC2 Auto Scaling's own role uses the platform key, and no other."""
    role = (
        "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/"
        "AWSServiceRoleForAutoScaling"
    )
    plan = _plan()
    users = {
        (data_class, sid)
        for data_class in DATA_CLASSES
        for sid, statement in _statements(plan, data_class).items()
        if statement["Principal"] == {"AWS": role}
    }

    assert users == {("platform", "UseForNodeVolumes"), ("platform", "GrantForNodeVolumes")}


def test_log_groups_of_the_account_are_encrypted_with_the_logs_key() -> None:
    """CloudWatch Logs of the region uses the key for log groups of this account only."""
    statement = _statements(_plan(), "logs")["EncryptLogGroups"]

    assert statement["Principal"] == {"Service": "logs.me-central-1.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": (
                "arn:aws:logs:me-central-1:111122223333:log-group:*"
            )
        }
    }


def test_the_trail_and_the_recorder_encrypt_for_this_account_only() -> None:
    """CloudTrail is bound to the trail's ARN, Config to the account."""
    statements = _statements(_plan(), "logs")

    assert statements["EncryptTrail"]["Condition"]["StringEquals"] == {
        "aws:SourceArn": "arn:aws:cloudtrail:me-central-1:111122223333:trail/acme-prod-trail"
    }
    assert statements["EncryptConfiguration"]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111122223333"}
    }


def test_services_send_to_encrypted_topics_and_queues() -> None:
    """Budgets and alarms are bound to the account; EventBridge can't be, and reads nothing else."""
    statements = _statements(_plan(), "platform")

    assert statements["SendMessages"]["Principal"] == {
        "Service": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
    }
    assert statements["SendMessages"]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111122223333"}
    }
    assert statements["SendEvents"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]


def test_services_of_china_have_their_own_domain() -> None:
    """In the partition aws-cn, services answer below amazonaws.com.cn."""
    china = {"aws": {"region": "cn-north-1"}, "governance": {"jurisdictions": ["CN"]}}
    statements = _statements(_plan(china), "logs")

    assert statements["EncryptLogGroups"]["Principal"] == {
        "Service": "logs.cn-north-1.amazonaws.com.cn"
    }
