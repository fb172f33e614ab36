"""No role exceeds the boundary, whatever is attached to it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest
from support import neighbours
from support.layers import named, of_type, only, policy_of, simulated

from bedplate.components.foundation.identities import Boundary, BoundaryArgs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.components.scope import Scope
    from bedplate.engine.plan import LayerPlan

POLICY = "aws:iam/policy:Policy"
EXISTING = "arn:aws:iam::111122223333:policy/acme-guard"


def _plan(changes: Mapping[str, Any] | None = None) -> LayerPlan:
    def build(scope: Scope) -> None:
        Boundary("boundary", BoundaryArgs(scope=scope))

    return simulated(build, changes)


def _matching(effect: str, action: str) -> list[str]:
    """Return the statements with an effect that name an action, ignoring their conditions."""
    return [
        statement["Sid"]
        for statement in policy_of(only(_plan(), POLICY))["Statement"]
        if statement["Effect"] == effect
        and any(fnmatchcase(action, pattern) for pattern in statement.get("Action", []))
    ]


def test_it_has_the_name_that_roles_expect() -> None:
    """Roles name it before it exists."""
    plan = _plan()

    assert only(plan, POLICY).inputs["name"] == "acme-prod-boundary"
    assert named(plan, "boundary").outputs["arn"] == (
        f"arn:aws:iam::{neighbours.ACCOUNT}:policy/acme-prod-boundary"
    )


def test_an_existing_boundary_is_used_as_it_is() -> None:
    """Nothing is made, and its ARN is handed on."""
    plan = _plan({"identities": {"permissions_boundary_arn": EXISTING}})

    assert of_type(plan, POLICY) == []
    assert named(plan, "boundary").outputs["arn"] == EXISTING


@pytest.mark.parametrize(
    "action",
    [
        "iam:CreateAccessKey",
        "iam:CreateUser",
        "iam:CreateRole",
        "iam:AttachRolePolicy",
        "iam:DeleteRolePermissionsBoundary",
        "iam:CreatePolicyVersion",
        "sts:AssumeRoleWithWebIdentity",
        "organizations:LeaveOrganization",
        "cloudtrail:StopLogging",
        "config:StopConfigurationRecorder",
        "guardduty:DeleteDetector",
        "logs:DeleteLogGroup",
        "s3:BypassGovernanceRetention",
        "s3:DeleteBucketPolicy",
        "ec2:CreateInternetGateway",
        "rds:ModifyDBSnapshotAttribute",
    ],
)
def test_it_takes_away_what_would_undo_the_guards(action: str) -> None:
    """Escalation, leaving the organisation, ending audit, opening a way out."""
    assert len(_matching("Deny", action)) == 1


@pytest.mark.parametrize(
    "action",
    [
        "ec2:RunInstances",
        "s3:GetObject",
        "kms:Decrypt",
        "secretsmanager:GetSecretValue",
        "ecr:GetAuthorizationToken",
        "logs:PutLogEvents",
        "sqs:ReceiveMessage",
        "backup:StartBackupJob",
        "iam:PassRole",
        "eks-auth:AssumeRoleForPodIdentity",
        "autoscaling:DescribeAutoScalingGroups",
        "elasticloadbalancing:CreateLoadBalancer",
        "iam:GetOpenIDConnectProvider",
        "iam:ListAccessKeys",
    ],
)
def test_it_leaves_what_the_platform_is_made_of(action: str) -> None:
    """An action that a role of the foundation needs is within the boundary, and not denied."""
    assert (len(_matching("Allow", action)), _matching("Deny", action)) == (1, [])


@pytest.mark.parametrize("action", ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "sagemaker:Run"])
def test_what_it_does_not_name_is_not_allowed(action: str) -> None:
    """Keys are used and not administered; other services are not used at all."""
    assert _matching("Allow", action) == []


def test_data_and_keys_stay_within_the_account() -> None:
    """Objects, secrets and keys of other accounts are out of reach."""
    statements = policy_of(only(_plan(), POLICY))["Statement"]
    (data,) = [s for s in statements if s["Sid"] == "OwnData"]

    assert data["Condition"] == {"StringEquals": {"aws:ResourceAccount": neighbours.ACCOUNT}}


def test_it_denies_other_regions() -> None:
    """All but the services whose endpoint lies elsewhere."""
    statements = policy_of(only(_plan(), POLICY))["Statement"]

    assert [s for s in statements if s["Sid"] == "DenyOtherRegions"] == [
        {
            "Sid": "DenyOtherRegions",
            "Effect": "Deny",
            "NotAction": ["iam:*", "pricing:*", "sts:*"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["me-central-1"]}},
        }
    ]


def test_it_is_within_what_iam_takes() -> None:
    """A managed policy holds 6,144 characters without spaces."""
    assert len("".join(only(_plan(), POLICY).inputs["policy"].split())) <= 6144
