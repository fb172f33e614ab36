"""Who may do what with a key: administrators, the environment's roles, and AWS services.

Roles are named by a condition on the account's own principal, not as principals: KMS refuses a
policy that names a role which does not exist yet. A statement for the account admits nobody by
itself: the role's own policy must allow the same action.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedplate.components import iam

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.scope import Scope
    from bedplate.names import Names
    from bedplate.spec.keys import DataClass

THIS_KEY = ("*",)
"""In a key policy, the resource is always the key itself."""

USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
"""Encrypting and decrypting."""

_FOR_AWS_RESOURCE = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
"""Condition of a grant: a service asks for it, to encrypt a resource. Not for kms:RetireGrant."""

_ADMINISTER = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
"""Everything about the key but using it; kms:CreateGrant would let an administrator use it."""


@dataclass(frozen=True, slots=True)
class _Users:
    """Through which AWS services a key is used."""

    roles: tuple[str, ...]
    """Services through which the environment's roles use it."""
    deployer: tuple[str, ...] = ()
    """Services that check a key with the rights of whoever makes a resource encrypted by it."""
    grants: tuple[str, ...] = ()
    """Services that keep a grant on the key for the resources that they encrypt."""


_USERS: dict[DataClass, _Users] = {
    "platform": _Users(("ec2", "ecr", "sns", "sqs"), ("ecr",), ("ec2", "ecr")),
    "models": _Users(("s3",)),
    "data": _Users(("backup", "rds", "s3"), ("backup", "rds"), ("backup", "rds")),
    "logs": _Users(("s3",)),
    # Who deploys anchors the record of it in the evidence bucket.
    "evidence": _Users(("s3",), ("s3",)),
    "secrets": _Users(
        ("eks", "secretsmanager"),
        ("eks", "rds", "secretsmanager"),
        ("eks", "rds", "secretsmanager"),
    ),
}


def key_policy(scope: Scope, data_class: DataClass) -> pulumi.Output[str]:
    """Return the policy of the key of a class of data."""
    services = {"platform": _platform_services, "logs": _logs_services}.get(data_class)
    return iam.document(
        _administrators(scope),
        *_users(scope, _USERS[data_class]),
        *(services(scope.names) if services else []),
    )


def _administrators(scope: Scope) -> iam.Statement:
    roles = scope.spec.keys.administrators
    # Who makes a key must be able to change its policy, or KMS refuses to make it.
    deployer = scope.spec.aws.deploy_role_arn
    admitted = [*roles, *([deployer] if deployer and deployer not in roles else [])]
    condition = _principal_is(admitted) if roles else None
    principal = {"AWS": scope.names.account_root}
    return iam.allow("Administer", _ADMINISTER, THIS_KEY, condition=condition, principal=principal)


def _users(scope: Scope, users: _Users) -> list[iam.Statement]:
    principal = {"AWS": scope.names.account_root}
    roles, deployers = _roles(scope.names), _deployers(scope)
    condition = _through(scope.names, users.roles) | _principal_is(roles)
    found = [iam.allow("UseByRoles", USE, THIS_KEY, condition=condition, principal=principal)]
    if users.deployer:
        condition = _through(scope.names, users.deployer) | _principal_is(deployers)
        found.append(
            iam.allow(
                "UseByDeployer",
                [*USE, "kms:RetireGrant"],
                THIS_KEY,
                condition=condition,
                principal=principal,
            )
        )
    if users.grants:
        condition = _through(scope.names, users.grants) | _principal_is([*roles, *deployers])
        condition |= _FOR_AWS_RESOURCE
        actions = ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant")
        found.append(
            iam.allow("Grant", actions, THIS_KEY, condition=condition, principal=principal)
        )
    return found


def _roles(names: Names) -> list[str]:
    """Return the roles of the environment, and the one that AWS Backup copies with."""
    return [
        names.role_arn("*"),
        _service_linked_role(names, "backup", "AWSServiceRoleForBackup"),
    ]


def _deployers(scope: Scope) -> list[str]:
    """Return who makes resources: the deploy role, or without one any principal of the account."""
    names = scope.names
    return [
        scope.spec.aws.deploy_role_arn or f"arn:{names.partition}:iam::{names.account_id}:*",
    ]


def _through(names: Names, services: tuple[str, ...]) -> dict[str, Any]:
    domain = _domain(names)
    via = [f"{service}.{names.region}.{domain}" for service in services]
    return {
        "StringEquals": {"kms:CallerAccount": names.account_id, "kms:ViaService": via},
    }


def _principal_is(arns: list[str]) -> dict[str, Any]:
    return {"ArnLike": {"aws:PrincipalArn": arns}}


def _domain(names: Names) -> str:
    return "amazonaws.com.cn" if names.partition == "aws-cn" else "amazonaws.com"


def _service_linked_role(names: Names, service: str, role: str) -> str:
    path = f"role/aws-service-role/{service}.amazonaws.com/{role}"
    return f"arn:{names.partition}:iam::{names.account_id}:{path}"


def _platform_services(names: Names) -> list[iam.Statement]:
    return [*_node_volumes(names), *_malware_scans(names), *_messages(names)]


def _node_volumes(names: Names) -> list[iam.Statement]:
    """Return what managed node groups need: EC2 Auto Scaling makes the volumes with its own role.

    That role is named as a principal, because its own policy, which AWS writes, has no KMS action.
    """
    role = _service_linked_role(names, "autoscaling", "AWSServiceRoleForAutoScaling")
    principal = {"AWS": role}
    return [
        iam.allow("UseForNodeVolumes", USE, THIS_KEY, principal=principal),
        iam.allow(
            "GrantForNodeVolumes",
            ["kms:CreateGrant"],
            THIS_KEY,
            condition=_FOR_AWS_RESOURCE,
            principal=principal,
        ),
    ]


def _malware_scans(names: Names) -> list[iam.Statement]:
    """Return what GuardDuty needs to scan a copy of a node's volume; its own policy allows it."""
    role = _service_linked_role(
        names, "malware-protection.guardduty", "AWSServiceRoleForAmazonGuardDutyMalwareProtection"
    )
    principal, is_scanner = {"AWS": names.account_root}, _principal_is([role])
    return [
        iam.allow(
            "DescribeForMalwareScans",
            ["kms:DescribeKey"],
            THIS_KEY,
            condition=is_scanner,
            principal=principal,
        ),
        iam.allow(
            "GrantForMalwareScans",
            ["kms:CreateGrant"],
            THIS_KEY,
            condition=is_scanner | _FOR_AWS_RESOURCE,
            principal=principal,
        ),
    ]


def _messages(names: Names) -> list[iam.Statement]:
    """Return what services need to publish to encrypted topics and queues of this account."""
    actions = ("kms:Decrypt", "kms:GenerateDataKey*")
    senders = [names.service(sender) for sender in ("budgets", "cloudwatch")]
    return [
        iam.allow(
            "SendMessages",
            actions,
            THIS_KEY,
            condition={"StringEquals": {"aws:SourceAccount": names.account_id}},
            principal={"Service": senders},
        ),
        # EventBridge names neither account nor rule when it calls KMS (SNS developer guide, key
        # management): a condition on them would drop every event without a word.
        iam.allow("SendEvents", actions, THIS_KEY, principal={"Service": names.service("events")}),
    ]


def _logs_services(names: Names) -> list[iam.Statement]:
    return [_log_groups(names), _trail(names), _recorder(names)]


def _log_groups(names: Names) -> iam.Statement:
    groups = {"kms:EncryptionContext:aws:logs:arn": names.arn("logs", "log-group:*")}
    return iam.allow(
        "EncryptLogGroups",
        USE,
        THIS_KEY,
        condition={"ArnLike": groups},
        principal={"Service": f"logs.{names.region}.{_domain(names)}"},
    )


def _trail(names: Names) -> iam.Statement:
    trails = f"arn:{names.partition}:cloudtrail:*:{names.account_id}:trail/*"
    return iam.allow(
        "EncryptTrail",
        ["kms:DescribeKey", "kms:GenerateDataKey*"],
        THIS_KEY,
        condition={
            "StringEquals": {
                "aws:SourceArn": names.arn("cloudtrail", f"trail/{names.resource('trail')}")
            },
            "StringLikeIfExists": {"kms:EncryptionContext:aws:cloudtrail:arn": trails},
        },
        principal={"Service": names.service("cloudtrail")},
    )


def _recorder(names: Names) -> iam.Statement:
    return iam.allow(
        "EncryptConfiguration",
        ["kms:Decrypt", "kms:GenerateDataKey*"],
        THIS_KEY,
        condition={"StringEquals": {"aws:SourceAccount": names.account_id}},
        principal={"Service": names.service("config")},
    )
