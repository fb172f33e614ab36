"""Policies of `kube-system`, and the add-ons that can start only once these are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi_aws as aws

from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.namespace_manifests import baseline

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

_SYSTEM = "kube-system"
_DNS = {"k8s-app": "kube-dns"}
_RESOLVERS = ("169.254.169.253/32",)
"""The VPC's resolver, at the address that is the same in every VPC (VPC user guide, DNS)."""
_DEFERRED = ("coredns", "aws-ebs-csi-driver")
"""Add-ons that the foundation leaves to this layer where everything is denied (ADR 5)."""


class NetworkPolicies(PlatformComponent):
    """What may pass in `kube-system`; then the name service and the volume driver."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the policies and the add-ons."""
        super().__init__(name, "network_policies", args, opts)
        if self.scope.spec.zero_trust.default_deny:
            system = baseline(_SYSTEM, self.scope.spec, mesh=False, object_storage=False)
            policies = [self.manifest(manifest) for manifest in (*system, _name_service())]
            self.ready += [self._addon(addon, policies) for addon in _DEFERRED]
        self.register_outputs({})

    def _addon(self, addon: str, policies: list[Any]) -> aws.eks.Addon:
        """Create an add-on as the foundation described it."""
        scope = self.scope
        described = scope.foundation.read("deferred_addons").apply(
            lambda known: next(each for each in known if each["name"] == addon)
        )
        return aws.eks.Addon(
            addon,
            cluster_name=scope.foundation.text("cluster_name"),
            addon_name=addon,
            addon_version=scope.spec.cluster.addon_versions.get(addon),
            pod_identity_associations=described.apply(_associations),
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            tags=scope.tags(scope.names.resource(addon)),
            opts=self.after(*policies),
        )


def _associations(
    described: Mapping[str, Any],
) -> list[aws.eks.AddonPodIdentityAssociationArgsDict]:
    """Return the service account of an add-on's pods and its role, where they call AWS."""
    if not described.get("role_arn"):
        return []
    account, role = described["service_account"], described["role_arn"]
    return [{"service_account": account, "role_arn": role}]


def _name_service() -> dict[str, Any]:
    """Return the policy of CoreDNS: asked by all, asking the VPC's resolver."""
    names = [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "name-service", "namespace": _SYSTEM},
        "spec": {
            "podSelector": {"matchLabels": _DNS},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": [{"namespaceSelector": {}}], "ports": names}],
            "egress": [
                {"to": [{"ipBlock": {"cidr": block}} for block in _RESOLVERS], "ports": names}
            ],
        },
    }
