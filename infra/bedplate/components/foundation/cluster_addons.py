"""EKS add-ons: those that nodes need to join come first, those that need nodes come last."""

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

    def after_nodes(
        self, nodes: aws.eks.NodeGroup, volume_key: pulumi.Input[str]
    ) -> list[aws.eks.Addon]:
        """Create what runs as pods of its own: name service and volumes."""
        statements = volume_key_statements(self.scope.names, volume_key)
        plan = RolePlan(
            part="ebs-csi",
            trust=pod_trust(self.scope.names, "ebs-csi-controller-sa"),
            managed=("service-role/AmazonEBSCSIDriverPolicy",),
            own={"key": iam.document(*statements)},
        )
        identity = ("ebs-csi-controller-sa", self._role(plan))
        return [
            self._addon("coredns", after=[nodes]),
            self._addon("aws-ebs-csi-driver", identity=identity, after=[nodes]),
        ]

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
