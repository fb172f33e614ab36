"""EKS add-ons: those that nodes need to join come first, those that need nodes come last.

Under strict network policies a pod reaches nothing until a policy selects it, and policies can be
made only inside the cluster. The name service and the volume driver would never become ready, and
EKS would wait for them in vain: they are handed to the platform layer, which makes its policies
first. Their roles are made here all the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from bedplate.components import iam
from bedplate.components.foundation.cluster_roles import (
    AttachedRole,
    RolePlan,
    attached_role,
    pod_trust,
    volume_key_statements,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from bedplate.components.component import Component
    from bedplate.components.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class PodAddon:
    """An add-on that runs as pods of its own."""

    name: str
    """Name of the add-on."""
    service_account: str | None = None
    """Service account of its pods, where it calls AWS."""
    role: AttachedRole | None = None
    """Role of that service account."""

    def described(self, version: str | None) -> dict[str, pulumi.Input[str] | None]:
        """Return what another layer needs to make the add-on."""
        role_arn = self.role.role.arn if self.role else None
        account = self.service_account
        return {
            "name": self.name,
            "version": version,
            "service_account": account,
            "role_arn": role_arn,
        }


@dataclass(frozen=True, slots=True)
class Addons:
    """Creates the add-ons of one cluster."""

    name: str
    """Beginning of the logical names."""
    owner: Component
    """The component that the add-ons belong to."""
    scope: Scope
    """The environment."""
    cluster_name: pulumi.Input[str]
    """The cluster."""

    def before_nodes(self) -> list[aws.eks.Addon]:
        """Create what a node needs to become ready: identities, addresses, service routes."""
        agent = self._addon("eks-pod-identity-agent")
        plan = RolePlan(
            part="vpc-cni",
            trust=pod_trust(self.scope.names, "aws-node"),
            managed=("AmazonEKS_CNI_Policy",),
        )
        network = self._addon(
            "vpc-cni",
            configuration=network_configuration(
                default_deny=self.scope.spec.zero_trust.default_deny
            ),
            identity=("aws-node", self._role(plan)),
            after=[agent],
        )
        return [agent, network, self._addon("kube-proxy")]

    def pod_addons(self, volume_key: pulumi.Input[str]) -> list[PodAddon]:
        """Return what runs as pods of its own: name service and volumes."""
        statements = volume_key_statements(self.scope.names, volume_key)
        plan = RolePlan(
            part="ebs-csi",
            trust=pod_trust(self.scope.names, "ebs-csi-controller-sa"),
            managed=("service-role/AmazonEBSCSIDriverPolicy",),
            own={"key": iam.document(*statements)},
        )
        role = self._role(plan)
        account = "ebs-csi-controller-sa"
        return [
            PodAddon(name="coredns"),
            PodAddon(name="aws-ebs-csi-driver", service_account=account, role=role),
        ]

    def after_nodes(
        self, addons: Sequence[PodAddon], nodes: aws.eks.NodeGroup
    ) -> list[aws.eks.Addon]:
        """Create the add-ons that need nodes to run on."""
        return [
            self._addon(
                addon.name,
                identity=(addon.service_account, addon.role)
                if addon.service_account and addon.role
                else None,
                after=[nodes],
            )
            for addon in addons
        ]

    def deferred(self, addons: Sequence[PodAddon]) -> list[dict[str, pulumi.Input[str] | None]]:
        """Return what the platform layer needs to make add-ons after its network policies."""
        versions = self.scope.spec.cluster.addon_versions
        return [addon.described(versions.get(addon.name)) for addon in addons]

    def _role(self, plan: RolePlan) -> AttachedRole:
        logical = f"{self.name}-{plan.part}-role"
        return attached_role(logical, self.scope, plan, self.owner.child)

    def _addon(
        self,
        addon: str,
        *,
        configuration: str | None = None,
        identity: tuple[str, AttachedRole] | None = None,
        after: Sequence[pulumi.Resource] = (),
    ) -> aws.eks.Addon:
        """Create an add-on; `identity` is its service account and the role of that."""
        associations: list[aws.eks.AddonPodIdentityAssociationArgsDict] = (
            [{"service_account": identity[0], "role_arn": identity[1].role.arn}] if identity else []
        )
        waits = [*after, *(identity[1].attachments if identity else ())]
        return aws.eks.Addon(
            f"{self.name}-{addon}",
            cluster_name=self.cluster_name,
            addon_name=addon,
            addon_version=self.scope.spec.cluster.addon_versions.get(addon),
            configuration_values=configuration,
            pod_identity_associations=associations or None,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            tags=self.scope.tags(self.scope.names.resource(addon)),
            opts=self.owner.after(*waits),
        )


def network_configuration(*, default_deny: bool) -> str:
    """Return the configuration of the VPC CNI: network policies, denying first where asked for.

    With `strict` a new pod reaches nothing until a policy selects it; with `standard` everything
    until then (EKS user guide, network policies).
    """
    mode = "strict" if default_deny else "standard"
    return json.dumps(
        {"enableNetworkPolicy": "true", "env": {"NETWORK_POLICY_ENFORCING_MODE": mode}}
    )
