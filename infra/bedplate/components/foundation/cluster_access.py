"""Who may use the Kubernetes API: access entries only, worked out from the specification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from bedplate.components.team_groups import team_group

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.scope import Scope
    from bedplate.names import Names
    from bedplate.spec.platform import PlatformSpec

ADMIN = "AmazonEKSClusterAdminPolicy"
"""Everything in the cluster."""
VIEW = "AmazonEKSAdminViewPolicy"
"""Reading everything in the cluster."""


@dataclass(frozen=True, slots=True)
class Access:
    """What one IAM role may do in the cluster."""

    principal_arn: str
    """The IAM role."""
    policies: tuple[str, ...]
    """Access policies that hold in the whole cluster."""
    groups: tuple[str, ...] = ()
    """Kubernetes groups of the role; what these may do, the platform layer says."""

    @property
    def label(self) -> str:
        """The role's account and path: what tells its resources from those of other roles."""
        return self.principal_arn.split(":iam::", 1)[1].replace(":role/", "/")


def accesses(spec: PlatformSpec) -> tuple[Access, ...]:
    """Return one access per IAM role, however often the specification names it.

    The deployer is an admin: the one who creates a cluster has no rights in it by itself.
    """
    deployer = spec.aws.deploy_role_arn
    admins = {*spec.cluster.admins, *([deployer] if deployer else [])}
    viewers = set(spec.cluster.viewers)
    members: dict[str, set[str]] = {}
    for name, team in spec.teams.items():
        if team.group_arn:
            members.setdefault(team.group_arn, set()).add(team_group(name))
    return tuple(
        Access(
            arn,
            (*([ADMIN] if arn in admins else []), *([VIEW] if arn in viewers else [])),
            tuple(sorted(members.get(arn, ()))),
        )
        for arn in sorted(admins | viewers | members.keys())
    )


def grant(
    name: str,
    scope: Scope,
    cluster_name: pulumi.Input[str],
    access: Access,
    opts: pulumi.ResourceOptions,
) -> None:
    """Create the access entry of one IAM role and what it is allowed."""
    logical = f"{name}-access-{access.label}"
    entry = aws.eks.AccessEntry(
        logical,
        cluster_name=cluster_name,
        principal_arn=access.principal_arn,
        type="STANDARD",
        kubernetes_groups=list(access.groups) or None,
        tags=scope.tags(scope.names.resource("access")),
        opts=opts,
    )
    for policy in access.policies:
        aws.eks.AccessPolicyAssociation(
            f"{logical}-{policy}",
            cluster_name=cluster_name,
            principal_arn=entry.principal_arn,
            policy_arn=_policy_arn(scope.names, policy),
            access_scope={"type": "cluster"},
            opts=opts,
        )


def _policy_arn(names: Names, policy: str) -> str:
    return f"arn:{names.partition}:eks::aws:cluster-access-policy/{policy}"
