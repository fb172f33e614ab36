"""The edge as other components see it: the gateway, its login, and routes to pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bedplate.components.platform.flow import Flow, Peer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.components.platform.component import PlatformComponent
    from bedplate.spec.platform import PlatformSpec

GATEWAY_NAMESPACE: Final = "edge"
"""Namespace of the gateway and of the login."""
GATEWAY: Final = "platform"
"""Name of the gateway."""
GATEWAY_PEER: Final = Peer(GATEWAY_NAMESPACE, f"{GATEWAY}-istio")
"""The gateway's pods: Istio names their account after gateway and class."""
PAGES: Final = "pages"
"""Listener of the platform's own pages."""
MODELS: Final = "models"
"""Listener of models."""

LOGIN_PROVIDER: Final = "login"
"""Name under which the mesh knows the login."""
LOGIN_PORT: Final = 4180
"""Port of the login (oauth2-proxy's default)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeRoute:
    """A page of the platform that people reach through the gateway."""

    name: str
    """First label of its host name, and name of the route."""
    namespace: str
    """Namespace of the service."""
    service: str
    """Service behind it."""
    port: int
    """Port of the service."""
    pod_port: int
    """Port of the pods behind the service."""
    selector: Mapping[str, str] = field(default_factory=dict)
    """Labels of these pods."""


def pages_domain(spec: PlatformSpec) -> str:
    """Return the DNS name below which the platform's pages lie."""
    if spec.ingress.domain:
        return spec.ingress.domain
    parent = spec.serving.kserve.domain.partition(".")[2]
    return f"platform.{parent}"


def edge_route(component: PlatformComponent, route: EdgeRoute) -> None:
    """Show a page to people who have logged in; without a login nothing is shown."""
    spec = component.scope.spec
    if spec.zero_trust.oidc is None:
        return
    parent = {"name": GATEWAY, "namespace": GATEWAY_NAMESPACE, "sectionName": PAGES}
    backend = {"name": route.service, "port": route.port}
    component.manifest(
        {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": {"name": route.name, "namespace": route.namespace},
            "spec": {
                "parentRefs": [parent],
                "hostnames": [f"{route.name}.{pages_domain(spec)}"],
                "rules": [{"backendRefs": [backend]}],
            },
        }
    )
    flow = Flow(
        name=f"{route.name}-from-edge",
        to=route.namespace,
        ports=(route.pod_port,),
        sources=(GATEWAY_PEER,),
        selector=route.selector,
    )
    component.allow(flow)


def extension_providers(spec: PlatformSpec) -> list[dict[str, Any]]:
    """Return how the mesh asks the login about a request (Istio, external authorization)."""
    if spec.zero_trust.oidc is None:
        return []
    answered = ["set-cookie", "content-type", "location"]
    passed = ["authorization", "x-auth-request-email", "x-auth-request-groups"]
    check = {
        "service": f"{LOGIN_PROVIDER}.{GATEWAY_NAMESPACE}.svc.cluster.local",
        "port": LOGIN_PORT,
        "includeRequestHeadersInCheck": ["authorization", "cookie", "x-forwarded-for"],
        "headersToUpstreamOnAllow": passed,
        "headersToDownstreamOnDeny": answered,
        # A login that does not answer lets nobody in.
        "failOpen": False,
    }
    return [{"name": LOGIN_PROVIDER, "envoyExtAuthzHttp": check}]
