"""How requests come in: Gateway API, AWS' load balancer controller, one gateway, one login."""

from __future__ import annotations

from typing import Any

import pulumi

from bedplate.components.platform import ingress_gateway, ingress_login
from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.control_plane import control_plane_manifests
from bedplate.components.platform.edge import (
    GATEWAY_NAMESPACE,
    LOGIN_PORT,
    LOGIN_PROVIDER,
    EdgeRoute,
    edge_route,
)
from bedplate.components.platform.flow import Flow, Peer
from bedplate.versions import GATEWAY_API

_GROUP = "gateway.networking.k8s.io"
_DEFINITIONS = ("gatewayclasses", "gateways", "httproutes", "grpcroutes", "referencegrants")
_CONTROLLER = "aws-load-balancer-controller"
_ISTIOD_PORTS = (15010, 15012)
"""Where a gateway's proxy gets certificates and configuration (Istio, ports)."""


class Ingress(PlatformComponent):
    """Definitions of the Gateway API, the load balancer's controller, the gateway, the login."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Open the way in."""
        super().__init__(name, "ingress", args, opts)
        self._definitions()
        self._load_balancer_controller()
        self._gateway()
        self._login()
        self.register_outputs({})

    def _definitions(self) -> None:
        """Install the definitions; upstream publishes a manifest, not a chart."""
        source = self.scope.supply.manifest(f"gateway-api-{GATEWAY_API}")
        file = ManifestFile(f"gateway-api-{GATEWAY_API}", source, self.child)
        self.established(_GROUP, _DEFINITIONS, file)

    def _load_balancer_controller(self) -> None:
        labels = {"app.kubernetes.io/name": _CONTROLLER}
        for manifest in control_plane_manifests(
            f"{_CONTROLLER}-webhook", "kube-system", [9443], labels, self.scope
        ):
            self.manifest(manifest)
        self.release(_CONTROLLER, "kube-system", self._controller_values())

    def _controller_values(self) -> dict[str, Any]:
        scope = self.scope
        reachable = scope.spec.network.egress != "isolated"
        return {
            "clusterName": scope.foundation.text("cluster_name"),
            "region": scope.spec.aws.region,
            # Instance metadata is out of a pod's reach: it can't find the VPC itself.
            "vpcId": scope.foundation.text("vpc_id"),
            "replicaCount": 2,
            "serviceAccount": {"name": _CONTROLLER},
            "defaultTargetType": "ip",
            "enableCertManager": True,
            # While its pods are away, it would stop every new service in the cluster.
            "enableServiceMutatorWebhook": False,
            "enableShield": reachable,
            "enableWaf": reachable,
            "enableWafv2": reachable,
            "defaultTags": scope.tags(scope.names.resource("edge")),
            "resources": {
                "requests": {"cpu": "50m", "memory": "128Mi"},
                "limits": {"memory": "512Mi"},
            },
            "podDisruptionBudget": {"maxUnavailable": 1},
        }

    def _gateway(self) -> None:
        scope, spec = self.scope, self.scope.spec
        controller = list(self.ready)
        for manifest in ingress_gateway.network_policies(spec):
            self.manifest(manifest)
        istiod = Flow(
            name="istiod",
            to="istio-system",
            ports=_ISTIOD_PORTS,
            sources=(Peer(GATEWAY_NAMESPACE),),
            selector={"app": "istiod"},
        )
        self.allow(istiod)
        secrets = [self.manifest(each) for each in ingress_gateway.certificates(scope)]
        gateway = self.manifest(ingress_gateway.gateway(scope), after=[*secrets, *controller])
        for manifest in ingress_gateway.authorization(spec):
            self.manifest(manifest)
        self.ready = [gateway]

    def _login(self) -> None:
        oidc = self.scope.spec.zero_trust.oidc
        if oidc is None:
            return
        secrets = [self.manifest(each) for each in ingress_login.secrets(self.scope)]
        for manifest in ingress_login.workload(self.scope, oidc):
            self.manifest(manifest, after=secrets)
        edge_route(
            self,
            EdgeRoute(
                name=LOGIN_PROVIDER,
                namespace=GATEWAY_NAMESPACE,
                service=LOGIN_PROVIDER,
                port=LOGIN_PORT,
                pod_port=LOGIN_PORT,
                selector={"app.kubernetes.io/name": LOGIN_PROVIDER},
            ),
        )


class ManifestFile(pulumi.ComponentResource):
    """Objects of a published manifest; the Kubernetes provider reads and waits for them."""

    def __init__(self, name: str, file: str, opts: pulumi.ResourceOptions) -> None:
        """Create what `file`, a path or an address, holds."""
        super().__init__("kubernetes:yaml/v2:ConfigFile", name, {"file": file}, opts, remote=True)
