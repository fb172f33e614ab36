"""AWS Backup: a locked vault, a plan, and what the plan covers.

With `governance.disaster_recovery.strategy: second-region` every recovery point is copied to the
vault of the same name in that region. AWS Backup doesn't make it: the vault must be there, with a
key of its own, before the first backup runs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pulumi_aws as aws

from bedplate.components import iam
from bedplate.components.component import Component
from bedplate.components.foundation.cluster_roles import AttachedRole, RolePlan, attached_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from bedplate.components.scope import Scope

_START_MINUTES = 60
"""Minutes within which a backup must have started."""
_COMPLETION_MINUTES = 720
"""Minutes within which a backup must have ended."""
_COOLING_OFF_DAYS = 3
"""Days in which a compliance lock can still be taken back; AWS Backup asks for three at least."""

_BACKUP_POLICIES = (
    "service-role/AWSBackupServiceRolePolicyForBackup",
    "AWSBackupServiceRolePolicyForS3Backup",
)
"""Policies that AWS writes for making recovery points; restoring is another role's work."""


@dataclass(frozen=True, kw_only=True)
class BackupArgs:
    """What the backups are made from."""

    scope: Scope
    """The environment."""
    key_arn: pulumi.Input[str]
    """Key that encrypts recovery points."""
    resources: Sequence[pulumi.Input[str]]
    """ARNs of what is backed up."""


class Backup(Component):
    """One vault, one plan and one selection."""

    vault_name: pulumi.Output[str]
    """Name of the vault."""

    def __init__(
        self, name: str, args: BackupArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the vault and what fills it."""
        super().__init__("bedplate:foundation:Backup", name, "stores.backup", opts)
        self._name, self._args, self._scope = name, args, args.scope
        self._spec = args.scope.spec.stores.backup
        self._vault_name = args.scope.names.resource("backup")
        self.vault_name = self._vault()
        self._lock()
        self._selection(self._plan(), self._role())
        self.register_outputs({"vault_name": self.vault_name})

    def _vault(self) -> pulumi.Output[str]:
        protect = self._scope.spec.protect
        return aws.backup.Vault(
            f"{self._name}-vault",
            name=self._vault_name,
            kms_key_arn=self._args.key_arn,
            force_destroy=not protect,
            tags=self._scope.tags(self._vault_name),
            opts=self.stateful(protect=protect),
        ).name

    def _lock(self) -> None:
        mode = self._spec.vault_lock
        if mode == "off":
            return
        aws.backup.VaultLockConfiguration(
            f"{self._name}-lock",
            backup_vault_name=self.vault_name,
            min_retention_days=self._spec.retention_days,
            # Stating the days makes it a compliance lock: after them, nobody can lift it.
            changeable_for_days=_COOLING_OFF_DAYS if mode == "compliance" else None,
            opts=self.child,
        )

    def _plan(self) -> pulumi.Output[str]:
        tags = self._scope.tags(self._vault_name)
        rule: dict[str, Any] = {
            "rule_name": "scheduled",
            "target_vault_name": self.vault_name,
            "schedule": self._spec.schedule,
            "start_window": _START_MINUTES,
            "completion_window": _COMPLETION_MINUTES,
            "lifecycle": {"delete_after": self._spec.retention_days},
            "recovery_point_tags": tags,
            "copy_actions": self._copies(),
        }
        rules: Any = [rule]
        return aws.backup.Plan(
            f"{self._name}-plan", name=self._vault_name, rules=rules, tags=tags, opts=self.child
        ).id

    def _copies(self) -> list[dict[str, Any]]:
        recovery = self._scope.spec.governance.disaster_recovery
        if recovery.strategy != "second-region" or recovery.region is None:
            return []
        there = replace(self._scope.names, region=recovery.region)
        vault = there.arn("backup", f"backup-vault:{self._vault_name}")
        days = self._spec.retention_days
        return [{"destination_vault_arn": vault, "lifecycle": {"delete_after": days}}]

    def _role(self) -> AttachedRole:
        condition = {"StringEquals": {"aws:SourceAccount": self._scope.names.account_id}}
        trust = iam.trust(self._scope.names.service("backup"), condition=condition)
        plan = RolePlan(part="backup", trust=trust, managed=_BACKUP_POLICIES)
        return attached_role(f"{self._name}-role", self._scope, plan, self.child)

    def _selection(self, plan_id: pulumi.Output[str], backup: AttachedRole) -> None:
        aws.backup.Selection(
            f"{self._name}-selection",
            name=self._vault_name,
            plan_id=plan_id,
            iam_role_arn=backup.role.arn,
            resources=list(self._args.resources),
            opts=self.after(*backup.attachments),
        )
