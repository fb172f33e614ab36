"""Who the workloads are: one role per controller and per team, given to pods by Pod Identity."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from bedplate.components import iam
from bedplate.components.component import Component
from bedplate.components.foundation import identities_controllers as controllers
from bedplate.components.foundation import identities_teams as teams
from bedplate.components.foundation.cluster_roles import (
    AttachedRole,
    RolePlan,
    attached_role,
    cluster_arn,
)
from bedplate.components.foundation.identities_access import Access, Identity
from bedplate.components.foundation.identities_boundary import Boundary, BoundaryArgs
from bedplate.components.foundation.identities_linked_roles import (
    ServiceLinkedRoles,
    ServiceLinkedRolesArgs,
)

if TYPE_CHECKING:
    from bedplate.components.foundation.cluster import Cluster
    from bedplate.components.foundation.keys import Keys
    from bedplate.components.foundation.network import Network
    from bedplate.components.foundation.registry import Registry
    from bedplate.components.foundation.stores import Stores
    from bedplate.components.scope import Scope
    from bedplate.names import Names

__all__ = [
    "Boundary",
    "BoundaryArgs",
    "Identities",
    "IdentitiesArgs",
    "ServiceLinkedRoles",
    "ServiceLinkedRolesArgs",
]

_LONGEST_ROLE_NAME = 64
"""Characters (IAM quotas)."""
_DIGEST = 8
"""Hexadecimal digits that make a shortened name unique."""


@dataclass(frozen=True, kw_only=True)
class IdentitiesArgs:
    """What the identities are made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """Keys of the data that workloads read and write."""
    network: Network
    """The VPC that requests for data must come from."""
    cluster: Cluster
    """The cluster whose pods get the roles."""
    stores: Stores
    """The database, whose secret some controllers read."""
    registry: Registry
    """The teams' image repositories."""


class Identities(Component):
    """Roles of controllers and teams, and the service accounts that get them."""

    role_arns: dict[str, pulumi.Output[str]]
    """Roles by identity: external-secrets, load-balancer, mlflow, loki, request-log, alerts,
    orchestrator, and
    for each team workload-<team> and serving-<team>."""
    boundary_arn: pulumi.Output[str]
    """The permissions boundary of all roles."""

    def __init__(
        self, name: str, args: IdentitiesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the roles and hand them to pods."""
        super().__init__("bedplate:foundation:Identities", name, "identities", opts)
        self._name, self._args, self._scope = name, args, args.scope
        self.role_arns = {identity.part: self._identity(identity) for identity in self._wanted()}
        self.boundary_arn = pulumi.Output.from_input(args.scope.boundary_arn)
        self.register_outputs({"role_arns": self.role_arns, "boundary_arn": self.boundary_arn})

    def _wanted(self) -> list[Identity]:
        args, spec = self._args, self._scope.spec
        access = Access(scope=args.scope, keys=args.keys, vpc_id=args.network.vpc_id)
        secret, images = args.stores.database_secret_arn, args.registry.repository_urls
        return [
            controllers.external_secrets(access, secret),
            controllers.load_balancer(access, args.cluster.security_group_id),
            controllers.mlflow(access, secret),
            controllers.loki(access),
            controllers.request_log(access),
            controllers.alerts(access),
            controllers.backup_age(access),
            controllers.orchestrator(access, spec),
            *(
                teams.workload(access, name, team, images[name])
                for name, team in spec.teams.items()
            ),
            *(teams.serving(access, name, team) for name, team in spec.teams.items()),
        ]

    def _identity(self, identity: Identity) -> pulumi.Output[str]:
        names = self._scope.names
        plan = RolePlan(
            part=role_part(names, identity.part),
            trust=_trust(names, identity),
            own={about: iam.document(*each) for about, each in identity.grants.items()},
        )
        role = attached_role(f"{self._name}-{identity.part}", self._scope, plan, self.child)
        for namespace in identity.namespaces:
            for account in identity.service_accounts:
                self._associate(identity.part, namespace, account, role)
        return role.role.arn

    def _associate(self, part: str, namespace: str, account: str, role: AttachedRole) -> None:
        aws.eks.PodIdentityAssociation(
            f"{self._name}-{part}-{namespace}-{account}",
            cluster_name=self._args.cluster.cluster_name,
            namespace=namespace,
            service_account=account,
            role_arn=role.role.arn,
            tags=self._scope.tags(self._scope.names.resource(part)),
            # A pod never gets a role that may not do yet what the pod is for.
            opts=self.after(*role.attachments),
        )


def role_part(names: Names, part: str) -> str:
    """Return what a role is called within the environment, shortened where IAM asks for it."""
    room = _LONGEST_ROLE_NAME - len(names.resource(""))
    if len(part) <= room:
        return part
    digest = hashlib.sha256(part.encode()).hexdigest()[:_DIGEST]
    return f"{part[: room - _DIGEST - 1]}-{digest}"


def _trust(names: Names, identity: Identity) -> str:
    """Return who may assume a role: Pod Identity, for these service accounts of this cluster.

    Pod Identity sends these session tags with every request (EKS user guide, session tags).
    """
    tags = {
        "aws:RequestTag/eks-cluster-arn": cluster_arn(names),
        "aws:RequestTag/kubernetes-namespace": list(identity.namespaces),
        "aws:RequestTag/kubernetes-service-account": list(identity.service_accounts),
    }
    service = names.service("pods.eks")
    return iam.trust(service, *iam.POD_IDENTITY, condition={"StringEquals": tags})
