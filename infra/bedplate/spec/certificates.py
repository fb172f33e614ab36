"""Section `certificates`: who issues certificates."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bedplate.spec.base import Name, Spec


class CertificatesSpec(Spec):
    """cert-manager, and the issuer of the edge's certificate."""

    issuer: Name = "internal-ca"
    """ClusterIssuer of the edge's certificate: `internal-ca` is the platform's own authority;
    another name is one that you create yourself, such as an ACME or AWS Private CA issuer."""
    replicas: Annotated[int, Field(ge=1, le=5)] = 2
    """Copies of the controller and of its webhook."""
    days: Annotated[int, Field(ge=2, le=397)] = 90
    """Days that a certificate is valid; it is renewed after two thirds of them."""
