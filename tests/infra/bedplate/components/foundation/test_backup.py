"""Backups run on their schedule, are kept, and leave the region only where that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support import neighbours
from support.layers import of_type, only, policy_of, simulated

from bedplate.components.foundation.backup import Backup, BackupArgs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.components.scope import Scope
    from bedplate.engine.plan import LayerPlan

LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
DATABASE = "arn:aws:rds:me-central-1:111122223333:db:acme-prod-database"
BUCKET = "arn:aws:s3:::acme-prod-models-111122223333"
ABROAD = {
    "jurisdictions": ["AE", "BH"],
    "disaster_recovery": {"strategy": "second-region", "region": "me-south-1"},
}


def _plan(changes: Mapping[str, Any] | None = None) -> LayerPlan:
    def build(scope: Scope) -> None:
        key = f"{neighbours.KEY}/data"
        Backup("backup", BackupArgs(scope=scope, key_arn=key, resources=[DATABASE, BUCKET]))

    return simulated(build, changes)


def _rule(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    (rule,) = only(_plan(changes), "aws:backup/plan:Plan").inputs["rules"]
    assert isinstance(rule, dict)
    return rule


def test_it_covers_what_it_is_given() -> None:
    """The selection names the resources, once the role may read them."""
    plan = _plan()
    selection = only(plan, "aws:backup/selection:Selection")
    attachments = of_type(plan, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")

    assert selection.inputs["resources"] == [DATABASE, BUCKET]
    assert {a.urn for a in attachments} <= set(selection.dependencies)
    assert len(attachments) == 2


def test_it_follows_schedule_and_retention() -> None:
    """Both come from the spec."""
    backup = {"schedule": "cron(30 2 * * ? *)", "retention_days": 90}
    rule = _rule({"stores": {"backup": backup}})

    assert (rule["schedule"], rule["lifecycle"]) == ("cron(30 2 * * ? *)", {"deleteAfter": 90})
    assert rule["startWindow"] < rule["completionWindow"]


def test_the_vault_is_encrypted_by_the_key_for_data() -> None:
    """Recovery points are under a customer key."""
    vault = only(_plan(), "aws:backup/vault:Vault").inputs

    assert (vault["name"], vault["kmsKeyArn"]) == ("acme-prod-backup", f"{neighbours.KEY}/data")


@pytest.mark.parametrize(("mode", "days"), [("governance", None), ("compliance", 3)])
def test_a_lock_holds_for_the_retention(mode: str, days: int | None) -> None:
    """Only the compliance lock becomes final, after the days in which it can be taken back."""
    lock = only(_plan({"stores": {"backup": {"vault_lock": mode, "retention_days": 40}}}), LOCK)

    assert lock.inputs["minRetentionDays"] == 40
    assert lock.inputs.get("changeableForDays") == days


def test_without_a_lock_recovery_points_can_be_deleted() -> None:
    """`off` makes no lock."""
    assert of_type(_plan({"stores": {"backup": {"vault_lock": "off"}}}), LOCK) == []


def test_copies_stay_in_the_region() -> None:
    """In-country recovery copies nothing."""
    assert _rule()["copyActions"] == []


def test_a_second_region_gets_a_copy_of_the_same_age() -> None:
    """The copy goes to the vault of the same name in that region."""
    rule = _rule({"governance": ABROAD, "stores": {"backup": {"retention_days": 50}}})

    assert rule["copyActions"] == [
        {
            "destinationVaultArn": (
                "arn:aws:backup:me-south-1:111122223333:backup-vault:acme-prod-backup"
            ),
            "lifecycle": {"deleteAfter": 50},
        }
    ]


def test_its_role_makes_backups_and_restores_nothing() -> None:
    """Restoring is not what the schedule's role is for."""
    plan = _plan()
    attached = of_type(plan, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    (statement,) = policy_of(only(plan, "aws:iam/role:Role"), "assumeRolePolicy")["Statement"]

    assert [a.inputs["policyArn"] for a in attached] == [
        "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
        "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup",
    ]
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": neighbours.ACCOUNT},
    }


@pytest.mark.parametrize("protect", [True, False])
def test_protection_decides_about_the_vault(protect: bool) -> None:  # noqa: FBT001
    """A protected vault is kept with its recovery points."""
    tier = "production" if protect else "development"
    vault = only(_plan({"protect": protect, "tier": tier}), "aws:backup/vault:Vault")

    assert (vault.options.get("protect", False), vault.inputs["forceDestroy"]) == (
        protect,
        not protect,
    )
