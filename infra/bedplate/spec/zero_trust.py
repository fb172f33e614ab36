"""Section `zero_trust`: mesh, mutual TLS, default deny and login."""

from __future__ import annotations

from typing import Literal

from bedplate.spec.base import HttpsUrl, NonEmpty, Spec


class OidcSpec(Spec):
    """The identity provider that people log in with."""

    issuer_url: HttpsUrl
    """Issuer of the tokens."""
    client_id: NonEmpty
    """Client registered for the platform; its secret lies in Secrets Manager, in
    `<platform>-<environment>/oidc` under `client_secret`."""
    issuer_cidrs: tuple[str, ...] = ()
    """IPv4 blocks that the issuer's addresses lie in, where it stands outside the VPC."""


class ZeroTrustSpec(Spec):
    """No request is trusted for where it comes from."""

    mesh: Literal["istio-ambient"] = "istio-ambient"
    """Service mesh."""
    mtls: Literal["strict", "permissive"] = "strict"
    """Whether plain traffic between workloads is refused."""
    default_deny: bool = True
    """Whether every namespace starts with a policy that denies all traffic."""
    oidc: OidcSpec | None = None
    """Login for people at the edge."""
