"""The permissions boundary: what no role of the environment may exceed, whatever is attached to it.

A boundary grants nothing. It names the services that the environment is made of, keeps data within
the account, and takes away what would undo the environment's own guards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from bedplate.components import iam
from bedplate.components.component import Component
from bedplate.components.foundation.guardrails_region import outside

if TYPE_CHECKING:
    from bedplate.components.scope import Scope
    from bedplate.names import Names

_SERVICES = (
    "autoscaling",
    "backup",
    "backup-storage",
    "cloudwatch",
    "config",
    "ec2",
    "ec2messages",
    "ecr",
    "eks",
    "eks-auth",
    "elasticloadbalancing",
    "events",
    "logs",
    "rds",
    "sqs",
    "ssm",
    "ssmmessages",
)
"""What the foundation is made of."""

_SINGLE = (
    "arc-zonal-shift:GetManagedResource",
    "iam:CreateServiceLinkedRole",
    "pricing:GetProducts",
    "sns:Publish",
    "sts:GetCallerIdentity",
    "tag:GetResources",
    "xray:Put*",
)
"""Single actions of further services."""

_RECORDED = (
    "access-analyzer",
    "acm",
    "cloudtrail",
    "guardduty",
    "iam",
    "kms",
    "route53resolver",
    "secretsmanager",
    "securityhub",
    "sns",
)
"""Services whose settings AWS Config reads, to record them. Reading a secret is not among it."""

_DATA = (
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
    "kms:RetireGrant",
    "kms:RevokeGrant",
    "s3:*",
    "secretsmanager:GetSecretValue",
)
"""What reaches data, or the keys to it."""

_NODE_ROLES = (
    "iam:AddRoleToInstanceProfile",
    "iam:CreateInstanceProfile",
    "iam:DeleteInstanceProfile",
    "iam:PassRole",
    "iam:RemoveRoleFromInstanceProfile",
    "iam:TagInstanceProfile",
)
"""What Karpenter does to give a node its role."""

_ESCALATION = (
    "iam:AddClientIDToOpenIDConnectProvider",
    "iam:AddUserToGroup",
    "iam:Attach*",
    "iam:ChangePassword",
    "iam:CreateAccessKey",
    "iam:CreateGroup",
    "iam:CreateLoginProfile",
    "iam:CreateOpenIDConnectProvider",
    "iam:CreatePolicy*",
    "iam:CreateRole",
    "iam:CreateSAMLProvider",
    "iam:CreateUser",
    "iam:CreateVirtualMFADevice",
    "iam:DeactivateMFADevice",
    "iam:Delete*PermissionsBoundary",
    "iam:Delete*Policy",
    "iam:Detach*",
    "iam:EnableMFADevice",
    "iam:Put*",
    "iam:SetDefaultPolicyVersion",
    "iam:Update*",
    "iam:Upload*",
    "sts:AssumeRole*",
)
"""What would make a role more than it is, or a user of it."""

_LEAVING = ("account:*", "organizations:*")
"""What would take the account out of the organisation's rules."""

_AUDIT = (
    "access-analyzer:DeleteAnalyzer",
    "cloudtrail:DeleteTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail",
    "config:DeleteConfigurationRecorder",
    "config:DeleteDeliveryChannel",
    "config:StopConfigurationRecorder",
    "ec2:DeleteFlowLogs",
    "guardduty:DeleteDetector",
    "guardduty:UpdateDetector",
    "s3:BypassGovernanceRetention",
    "s3:DeleteBucket*",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutReplicationConfiguration",
    "securityhub:DisableSecurityHub",
)
"""What would end a record, or uncover it."""

_LOGS = (
    "logs:AssociateKmsKey",
    "logs:DeleteLogGroup",
    "logs:DeleteLogStream",
    "logs:DeleteRetentionPolicy",
    "logs:DisassociateKmsKey",
    "logs:PutRetentionPolicy",
)
"""What would end, shorten or uncover a log."""

_WAYS_OUT = (
    "ec2:AcceptVpcPeeringConnection",
    "ec2:AttachInternetGateway",
    "ec2:CreateInternetGateway",
    "ec2:CreateNatGateway",
    "ec2:CreateVpcBlockPublicAccessExclusion",
    "ec2:CreateVpcPeeringConnection",
    "ec2:DisableEbsEncryptionByDefault",
    "ec2:ModifyImageAttribute",
    "ec2:ModifySnapshotAttribute",
    "ec2:ModifyVpcBlockPublicAccessOptions",
    "ecr:PutReplicationConfiguration",
    "rds:ModifyDBClusterSnapshotAttribute",
    "rds:ModifyDBSnapshotAttribute",
)
"""What would open the network, or share images, snapshots and copies with others."""

_GLOBAL = ("iam", "pricing", "sts")
"""Services within the boundary whose endpoint lies in another region."""


@dataclass(frozen=True, kw_only=True)
class BoundaryArgs:
    """What the boundary is made from."""

    scope: Scope
    """The environment, still without a boundary."""


class Boundary(Component):
    """The permissions boundary of all roles, unless the environment names an existing one.

    It comes before all roles: hand its `arn` to the scope that the other components get.
    """

    arn: pulumi.Output[str]
    """ARN of the boundary, existing or made here."""

    def __init__(
        self, name: str, args: BoundaryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the boundary, or name the existing one."""
        super().__init__("bedplate:foundation:Boundary", name, "identities", opts)
        existing = args.scope.spec.identities.permissions_boundary_arn
        if existing is None:
            self.arn = self._policy(name, args.scope)
        else:
            self.arn = pulumi.Output.from_input(existing)
        self.register_outputs({"arn": self.arn})

    def _policy(self, name: str, scope: Scope) -> pulumi.Output[str]:
        physical = scope.names.resource("boundary")
        return aws.iam.Policy(
            f"{name}-policy",
            name=physical,
            description=f"{scope.names.prefix}: what no role may exceed",
            policy=boundary(scope),
            tags=scope.tags(physical),
            opts=self.child,
        ).arn


def boundary(scope: Scope) -> pulumi.Output[str]:
    """Return the document of the boundary; IAM takes 6,144 characters at most."""
    return iam.document(*boundary_statements(scope))


def boundary_statements(scope: Scope) -> tuple[iam.Statement, ...]:
    """Return the statements of the boundary; all their values are known beforehand."""
    return (
        *_ceiling(scope.names),
        outside(scope.spec, _GLOBAL),
        iam.deny("DenyEscalation", _ESCALATION, ["*"]),
        iam.deny("DenyLeaving", _LEAVING, ["*"]),
        iam.deny("DenyEndingAudit", _AUDIT, ["*"]),
        # All groups of the environment begin so; RDS keeps one for the account that doesn't.
        iam.deny("DenyEndingLogs", _LOGS, [scope.names.arn("logs", "log-group:/*")]),
        iam.deny("DenyWaysOut", _WAYS_OUT, ["*"]),
    )


def _ceiling(names: Names) -> tuple[iam.Statement, ...]:
    own = {"StringEquals": {"aws:ResourceAccount": names.account_id}}
    read = [f"{service}:{verb}*" for service in _RECORDED for verb in ("Describe", "List")]
    settings = [
        *(f"{service}:Get*" for service in _RECORDED if service != "secretsmanager"),
        "s3:GetAccountPublicAccessBlock",
        "s3:ListAllMyBuckets",
    ]
    services = [f"{service}:*" for service in _SERVICES]
    profile = f"arn:{names.partition}:iam::{names.account_id}:instance-profile/*"
    return (
        iam.allow("Work", [*services, *_SINGLE], ["*"]),
        iam.allow("ReadSettings", [*read, *settings], ["*"]),
        iam.allow("OwnData", _DATA, ["*"], condition=own),
        iam.allow("OwnNodeRoles", _NODE_ROLES, [names.role_arn("*"), profile]),
    )
