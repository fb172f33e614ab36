"""The service mesh: Istio in ambient mode, mutual TLS, and no connection that is not named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.control_plane import control_plane_manifests
from bedplate.components.platform.edge import extension_providers
from bedplate.components.platform.flow import TRUST_DOMAIN

if TYPE_CHECKING:
    import pulumi

_NAMESPACE = "istio-system"
"""The mesh's root namespace: a policy there holds everywhere."""
_HUB = "registry.istio.io/release"
"""Where these versions are published; the charts' own default changed between releases."""
_WEBHOOK = 15017
"""Port at which istiod answers the API server."""
_ISTIOD = {"app": "istiod"}


class Mesh(PlatformComponent):
    """Istio's charts in their order, then the policies that close the mesh."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install the mesh."""
        super().__init__(name, "mesh", args, opts)
        self._charts()
        self._traffic()
        self._policies()
        self.register_outputs({})

    def _charts(self) -> None:
        networking = ("destinationrules", "serviceentries", "virtualservices")
        crds = {
            "networking.istio.io": networking,
            "security.istio.io": ("authorizationpolicies", "peerauthentications"),
            "telemetry.istio.io": ("telemetries",),
        }
        base = self.release("base", _NAMESPACE, {}, name="istio-base", crds=crds)
        shared = {"profile": "ambient", "global": {"hub": _HUB, "networkPolicy": {"enabled": True}}}
        istiod = self.release("istiod", _NAMESPACE, shared | self._istiod(), after=[base])
        # Without it a node starts pods whose traffic nobody takes.
        small = {"requests": {"cpu": "50m", "memory": "100Mi"}}
        cni_values = shared | {"resources": small}
        cni = self.release("cni", _NAMESPACE, cni_values, name="istio-cni", after=[istiod])
        tunnel = {
            "hub": _HUB,
            "global": {"networkPolicy": {"enabled": True}},
            "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}},
        }
        self.release("ztunnel", _NAMESPACE, tunnel, after=[cni])

    def _istiod(self) -> dict[str, Any]:
        spec = self.scope.spec
        return {
            "autoscaleMin": spec.mesh.replicas,
            "autoscaleMax": max(spec.mesh.replicas, 5),
            "resources": {"requests": {"cpu": "200m", "memory": "512Mi"}},
            # istiod would flip it at run time, and every preview would show the difference.
            "base": {"validationFailurePolicy": "Fail"},
            "meshConfig": {
                "trustDomain": TRUST_DOMAIN,
                "accessLogFile": "/dev/stdout" if spec.mesh.access_logs else "",
                "extensionProviders": extension_providers(spec),
            },
        }

    def _traffic(self) -> None:
        """Let the API server call the webhook; the charts' own policies open the rest."""
        for manifest in control_plane_manifests(
            "webhook", _NAMESPACE, [_WEBHOOK], _ISTIOD, self.scope
        ):
            self.manifest(manifest)

    def _policies(self) -> None:
        zero_trust = self.scope.spec.zero_trust
        mode = zero_trust.mtls.upper()
        self._policy("PeerAuthentication", "default", {"mtls": {"mode": mode}})
        if zero_trust.default_deny:
            # Without a rule it allows nothing: each connection is a flow of its own.
            self._policy("AuthorizationPolicy", "deny-all", {})

    def _policy(self, kind: str, name: str, spec: dict[str, Any]) -> None:
        manifest = {
            "apiVersion": "security.istio.io/v1",
            "kind": kind,
            "metadata": {"name": name, "namespace": _NAMESPACE},
            "spec": spec,
        }
        self.manifest(manifest, after=self.ready)
