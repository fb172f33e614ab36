"""The deploy role's own boundary: what its policies may never amount to, however they are changed.

It grants nothing. It takes away what would let a deployer become more than a deployer: its own
rights, the state's protection, and the boundary of all other roles where bootstrap keeps that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.operate.deployer_policy import actions_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedplate.operate.deployer import Deployer
    from bedplate.operate.deployer_policy import Document

_LISTED = ("iam", "s3", "sts")
"""Services of which the ceiling lists actions instead of naming all."""

_ACCOUNT_WIDE = (
    "s3:CreateBucket",
    "s3:GetAccountPublicAccessBlock",
    "s3:PutAccountPublicAccessBlock",
)
"""Actions of S3 at which there is no resource yet, or none at all, whose account could count."""

_RIGHTS = (
    "iam:AttachRolePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:TagPolicy",
    "iam:TagRole",
    "iam:UntagPolicy",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
)
"""What changes a role's or a policy's rights."""

_STATE = (
    "s3:BypassGovernanceRetention",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:DeleteObjectVersion",
    "s3:PutBucketAcl",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
    "s3:TagResource",
    "s3:UntagResource",
)
"""What would uncover the state, or end its history."""

_STATE_KEY = (
    "kms:CreateGrant",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
)
"""What would open the state's key, or end it."""

_ALIAS = ("kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias")


def ceiling(policies: Iterable[Document], deployer: Deployer) -> Document:
    """Return the permissions boundary of a deployer with these policies."""
    allowed = actions_of(policies)
    services = sorted({action.partition(":")[0] for action in allowed} - set(_LISTED))
    iam = sorted(action for action in allowed if action.startswith(("iam:", "sts:")))
    own = {"StringEquals": {"aws:ResourceAccount": deployer.names.account_id}}
    statements = [
        _statement("Allow", "Work", [f"{service}:*" for service in services], ["*"]),
        _statement("Allow", "Identities", iam, ["*"]),
        _statement("Allow", "OwnBuckets", ["s3:*"], ["*"], own),
        _statement("Allow", "Account", _ACCOUNT_WIDE, ["*"]),
        *_denied(deployer),
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _denied(deployer: Deployer) -> list[Document]:
    names = deployer.names
    kms = f"arn:{names.partition}:kms:{deployer.state_region}:{names.account_id}"
    alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": deployer.alias}}
    bucket = [deployer.bucket_arn, f"{deployer.bucket_arn}/*"]
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": list(deployer.regions)}}
    regional: Document = {
        "Sid": "DenyOtherRegions",
        "Effect": "Deny",
        "NotAction": ["budgets:*", "iam:*", "sts:*"],
        "Resource": ["*"],
        "Condition": elsewhere,
    }
    return [
        regional,
        _statement("Deny", "DenyOwnRights", _RIGHTS, _own_rights(deployer)),
        _statement("Deny", "DenyEndingState", _STATE, bucket),
        _statement("Deny", "DenyOpeningKey", _STATE_KEY, [f"{kms}:key/*"], alias),
        _statement("Deny", "DenyOtherKey", _ALIAS, [f"{kms}:{deployer.alias}"]),
    ]


def _own_rights(deployer: Deployer) -> list[str]:
    own = [deployer.role_arn, deployer.policy_arn("*")]
    # A boundary that the first layer makes is also what that layer changes.
    return own if deployer.own_boundary else [*own, deployer.boundary_arn]


def _statement(
    effect: str,
    sid: str,
    actions: Iterable[str],
    resources: list[str],
    condition: dict[str, Any] | None = None,
) -> Document:
    statement: Document = {"Sid": sid, "Effect": effect, "Action": list(actions)}
    statement["Resource"] = resources
    return statement | ({"Condition": condition} if condition else {})
