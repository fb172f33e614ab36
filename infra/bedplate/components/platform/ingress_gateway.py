"""The platform's gateway: addresses, certificates, and who may come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.edge import (
    GATEWAY,
    GATEWAY_NAMESPACE,
    LOGIN_PROVIDER,
    MODELS,
    PAGES,
    pages_domain,
)

if TYPE_CHECKING:
    from bedplate.components.platform.scope import PlatformScope
    from bedplate.spec.platform import PlatformSpec
    from bedplate.spec.zero_trust import OidcSpec

_HTTPS = 443
_LOAD_BALANCER = "service.beta.kubernetes.io/aws-load-balancer"


def gateway(scope: PlatformScope) -> dict[str, Any]:
    """Return the gateway: one listener for models, one for pages, both with TLS."""
    spec = scope.spec
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": GATEWAY, "namespace": GATEWAY_NAMESPACE},
        "spec": {
            "gatewayClassName": "istio",
            "infrastructure": {"annotations": _load_balancer(scope)},
            "listeners": [
                _listener(MODELS, spec.serving.kserve.domain, "bedplate/team"),
                _listener(PAGES, pages_domain(spec), "bedplate/purpose"),
            ],
        },
    }


def _listener(name: str, domain: str, label: str) -> dict[str, Any]:
    """Return a listener for everything below a domain, open to namespaces with a label."""
    selector = {"matchExpressions": [{"key": label, "operator": "Exists"}]}
    return {
        "name": name,
        "hostname": f"*.{domain}",
        "port": _HTTPS,
        "protocol": "HTTPS",
        "tls": {"mode": "Terminate", "certificateRefs": [{"name": f"{GATEWAY}-{name}"}]},
        "allowedRoutes": {"namespaces": {"from": "Selector", "selector": selector}},
    }


def _load_balancer(scope: PlatformScope) -> dict[str, str]:
    """Return how the AWS Load Balancer Controller makes the network load balancer."""
    spec = scope.spec
    scheme = "internet-facing" if spec.ingress.exposure == "internet" else "internal"
    tags = scope.tags(scope.names.resource("edge"))
    annotations = {
        f"{_LOAD_BALANCER}-type": "external",
        f"{_LOAD_BALANCER}-nlb-target-type": "ip",
        f"{_LOAD_BALANCER}-scheme": scheme,
        f"{_LOAD_BALANCER}-name": scope.names.resource("edge")[:32],
        f"{_LOAD_BALANCER}-attributes": "deletion_protection.enabled="
        f"{str(spec.protect).lower()},load_balancing.cross_zone.enabled=true",
        f"{_LOAD_BALANCER}-additional-resource-tags": ",".join(
            f"{key}={value}" for key, value in tags.items() if "," not in value
        ),
        "service.beta.kubernetes.io/load-balancer-source-ranges": ",".join(sources(spec)),
    }
    arn = spec.serving.kserve.certificate_arn
    if arn:
        # The balancer shows this certificate and encrypts again towards the gateway.
        annotations |= {
            f"{_LOAD_BALANCER}-ssl-cert": arn,
            f"{_LOAD_BALANCER}-ssl-ports": str(_HTTPS),
            f"{_LOAD_BALANCER}-backend-protocol": "ssl",
            f"{_LOAD_BALANCER}-ssl-negotiation-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
        }
    return annotations


def sources(spec: PlatformSpec) -> tuple[str, ...]:
    """Return the blocks that may connect."""
    return spec.ingress.source_cidrs or (spec.network.cidr,)


def certificates(scope: PlatformScope) -> list[dict[str, Any]]:
    """Return the certificate of each listener."""
    spec = scope.spec
    domains = {MODELS: spec.serving.kserve.domain, PAGES: pages_domain(spec)}
    hours = spec.certificates.days * 24
    return [
        {
            "apiVersion": "cert-manager.io/v1",
            "kind": "Certificate",
            "metadata": {"name": f"{GATEWAY}-{name}", "namespace": GATEWAY_NAMESPACE},
            "spec": {
                "secretName": f"{GATEWAY}-{name}",
                "dnsNames": [f"*.{domain}"],
                "duration": f"{hours}h",
                "renewBefore": f"{hours // 3}h",
                "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
                "issuerRef": {
                    "name": spec.certificates.issuer,
                    "kind": "ClusterIssuer",
                    "group": "cert-manager.io",
                },
            },
        }
        for name, domain in domains.items()
    ]


def authorization(spec: PlatformSpec) -> list[dict[str, Any]]:
    """Return who may pass the gateway.

    With a login: pages after logging in, models with a token of the same issuer. Without one: no
    page is shown, and models answer to addresses that may connect.
    """
    models = f"*.{spec.serving.kserve.domain}"
    oidc = spec.zero_trust.oidc
    if oidc is None:
        addresses = [{"source": {"remoteIpBlocks": list(sources(spec))}}]
        return [_policy("models", "ALLOW", [{"from": addresses, "to": _hosts(models)}])]
    pages = f"*.{pages_domain(spec)}"
    login = f"{LOGIN_PROVIDER}.{pages_domain(spec)}"
    asked = [{"to": [{"operation": {"hosts": [pages], "notHosts": [login]}}]}]
    tokens = [{"source": {"requestPrincipals": [f"{oidc.issuer_url}/*"]}}]
    return [
        _tokens(oidc),
        _policy("login", "CUSTOM", asked, provider=LOGIN_PROVIDER),
        _policy("pages", "ALLOW", [{"to": _hosts(pages)}]),
        _policy("models", "ALLOW", [{"from": tokens, "to": _hosts(models)}]),
    ]


def _hosts(host: str) -> list[dict[str, Any]]:
    return [{"operation": {"hosts": [host]}}]


_TARGET = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": GATEWAY}


def _policy(
    name: str, action: str, rules: list[dict[str, Any]], provider: str = ""
) -> dict[str, Any]:
    spec: dict[str, Any] = {"targetRefs": [_TARGET], "action": action, "rules": rules}
    if provider:
        spec["provider"] = {"name": provider}
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": f"gateway-{name}", "namespace": GATEWAY_NAMESPACE},
        "spec": spec,
    }


def _tokens(oidc: OidcSpec) -> dict[str, Any]:
    """Return whose tokens count; istiod finds the issuer's keys by OpenID discovery."""
    rule = {"issuer": oidc.issuer_url, "audiences": [oidc.client_id], "forwardOriginalToken": True}
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "RequestAuthentication",
        "metadata": {"name": "gateway-tokens", "namespace": GATEWAY_NAMESPACE},
        "spec": {"targetRefs": [_TARGET], "jwtRules": [rule]},
    }


def network_policies(spec: PlatformSpec) -> list[dict[str, Any]]:
    """Return what the gateway's pods receive from outside, and where the login asks the issuer."""
    if not spec.zero_trust.default_deny:
        return []
    health = 15021
    inbound = {
        "podSelector": {"matchLabels": {"gateway.networking.k8s.io/gateway-name": GATEWAY}},
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [{"ipBlock": {"cidr": cidr}} for cidr in sources(spec)],
                "ports": [{"protocol": "TCP", "port": _HTTPS}],
            },
            {
                # The load balancer asks from its own addresses in the VPC whether a pod is well.
                "from": [{"ipBlock": {"cidr": spec.network.cidr}}],
                "ports": [{"protocol": "TCP", "port": port} for port in (_HTTPS, health)],
            },
        ],
    }
    found = [_network_policy("gateway", inbound)]
    oidc = spec.zero_trust.oidc
    if oidc is not None and oidc.issuer_cidrs:
        blocks = [{"ipBlock": {"cidr": cidr}} for cidr in oidc.issuer_cidrs]
        outbound = {
            "podSelector": {"matchLabels": {"app.kubernetes.io/name": LOGIN_PROVIDER}},
            "policyTypes": ["Egress"],
            "egress": [{"to": blocks, "ports": [{"protocol": "TCP", "port": _HTTPS}]}],
        }
        found.append(_network_policy("issuer", outbound))
    return found


def _network_policy(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": GATEWAY_NAMESPACE},
        "spec": spec,
    }
