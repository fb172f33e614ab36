"""Certificates: cert-manager, and an authority of the platform's own for what is internal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.control_plane import control_plane_manifests

if TYPE_CHECKING:
    import pulumi

INTERNAL_CA: Final = "internal-ca"
"""ClusterIssuer of the platform's own authority."""

_NAMESPACE = "cert-manager"
_WEBHOOK = 10250
"""Port of its webhook (chart value webhook.securePort)."""
_ROOT_HOURS = 87600
"""Ten years: the root is trusted by name, and replaced by hand."""


class Certificates(PlatformComponent):
    """cert-manager, a root of trust made inside the cluster, and the issuer that uses it."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install cert-manager and its issuers."""
        super().__init__(name, "certificates", args, opts)
        for manifest in control_plane_manifests(
            "webhook", _NAMESPACE, [_WEBHOOK], {"app.kubernetes.io/name": "webhook"}, self.scope
        ):
            self.manifest(manifest)
        crds = {"cert-manager.io": ("certificates", "clusterissuers", "issuers")}
        manager = self.release("cert-manager", _NAMESPACE, self._values(), crds=crds)
        bootstrap = self.manifest(_issuer("bootstrap", {"selfSigned": {}}), after=[manager])
        root = self.manifest(self._root(), after=[bootstrap])
        issuer = _issuer(INTERNAL_CA, {"ca": {"secretName": INTERNAL_CA}})
        self.ready = [self.manifest(issuer, after=[root])]
        self.register_outputs({})

    def _values(self) -> dict[str, Any]:
        replicas = self.scope.spec.certificates.replicas
        small = {"requests": {"cpu": "10m", "memory": "48Mi"}, "limits": {"memory": "256Mi"}}
        budget = {"enabled": True, "minAvailable": 1}
        return {
            "crds": {"enabled": True},
            "replicaCount": replicas,
            "resources": small,
            "podDisruptionBudget": budget,
            # Its own namespace: nothing of it needs rights in kube-system.
            "global": {"leaderElection": {"namespace": _NAMESPACE}},
            "webhook": {
                "replicaCount": replicas,
                "securePort": _WEBHOOK,
                "resources": small,
                "podDisruptionBudget": budget,
            },
            "cainjector": {"resources": small},
        }

    def _root(self) -> dict[str, Any]:
        prefix = self.scope.names.prefix
        return {
            "apiVersion": "cert-manager.io/v1",
            "kind": "Certificate",
            "metadata": {"name": INTERNAL_CA, "namespace": _NAMESPACE},
            "spec": {
                "isCA": True,
                "commonName": f"{prefix} internal",
                "secretName": INTERNAL_CA,
                "duration": f"{_ROOT_HOURS}h",
                "privateKey": {"algorithm": "ECDSA", "size": 384},
                "issuerRef": {
                    "name": "bootstrap",
                    "kind": "ClusterIssuer",
                    "group": "cert-manager.io",
                },
            },
        }


def _issuer(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "cert-manager.io/v1",
        "kind": "ClusterIssuer",
        "metadata": {"name": name},
        "spec": spec,
    }
