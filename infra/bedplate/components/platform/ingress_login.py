"""Login of people at the edge: oauth2-proxy answers the gateway's question who is asking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.edge import (
    GATEWAY_NAMESPACE,
    LOGIN_PORT,
    LOGIN_PROVIDER,
    pages_domain,
)
from bedplate.components.platform.secret_manifests import external_secret, generated_secret
from bedplate.contracts.images import LOGIN

if TYPE_CHECKING:
    from bedplate.components.platform.scope import PlatformScope
    from bedplate.spec.zero_trust import OidcSpec

_LABELS = {"app.kubernetes.io/name": LOGIN_PROVIDER}
_CLIENT, _COOKIE = "login-client", "login-cookie"
_COOKIE_BYTES = 32
"""AES-256 (oauth2-proxy documentation, cookie secret)."""


def secrets(scope: PlatformScope) -> list[dict[str, Any]]:
    """Return the secret of the registered client, and the key that seals cookies."""
    remote = f"{scope.names.prefix}/oidc"
    client = external_secret(_CLIENT, GATEWAY_NAMESPACE, remote, {"client-secret": "client_secret"})
    return [client, *generated_secret(_COOKIE, GATEWAY_NAMESPACE, "cookie-secret", _COOKIE_BYTES)]


def workload(scope: PlatformScope, oidc: OidcSpec) -> list[dict[str, Any]]:
    """Return account, deployment, service and disruption budget of the login."""
    metadata = {"name": LOGIN_PROVIDER, "namespace": GATEWAY_NAMESPACE}
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": metadata,
            "automountServiceAccountToken": False,
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": metadata,
            "spec": {
                "replicas": 2,
                "selector": {"matchLabels": _LABELS},
                "template": {"metadata": {"labels": _LABELS}, "spec": _pod(scope, oidc)},
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata,
            "spec": {
                "selector": _LABELS,
                "ports": [{"name": "http", "port": LOGIN_PORT, "targetPort": "http"}],
            },
        },
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": metadata,
            "spec": {"minAvailable": 1, "selector": {"matchLabels": _LABELS}},
        },
    ]


def _pod(scope: PlatformScope, oidc: OidcSpec) -> dict[str, Any]:
    container = {
        "name": LOGIN_PROVIDER,
        "image": scope.supply.image(LOGIN),
        "args": _arguments(scope, oidc),
        "env": [
            _from_secret("OAUTH2_PROXY_CLIENT_SECRET", _CLIENT, "client-secret"),
            _from_secret("OAUTH2_PROXY_COOKIE_SECRET", _COOKIE, "cookie-secret"),
        ],
        "ports": [{"name": "http", "containerPort": LOGIN_PORT}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}},
        "livenessProbe": {"httpGet": {"path": "/ping", "port": "http"}},
        "resources": {
            "requests": {"cpu": "10m", "memory": "32Mi"},
            "limits": {"memory": "128Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
    }
    return {
        "serviceAccountName": LOGIN_PROVIDER,
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
    }


def _arguments(scope: PlatformScope, oidc: OidcSpec) -> list[str]:
    domain = pages_domain(scope.spec)
    return [
        "--provider=oidc",
        f"--oidc-issuer-url={oidc.issuer_url}",
        f"--client-id={oidc.client_id}",
        f"--redirect-url=https://{LOGIN_PROVIDER}.{domain}/oauth2/callback",
        f"--cookie-domain=.{domain}",
        f"--whitelist-domain=.{domain}",
        "--cookie-secure=true",
        "--cookie-samesite=lax",
        "--code-challenge-method=S256",
        "--email-domain=*",
        "--set-xauthrequest=true",
        "--set-authorization-header=true",
        "--reverse-proxy=true",
        "--upstream=static://200",
        "--skip-provider-button=true",
        f"--http-address=0.0.0.0:{LOGIN_PORT}",
    ]


def _from_secret(variable: str, secret: str, key: str) -> dict[str, Any]:
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}
