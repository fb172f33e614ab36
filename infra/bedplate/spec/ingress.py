"""Section `ingress`: how requests come in."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Literal

from pydantic import field_validator

from bedplate.spec.base import Domain, Spec


class IngressSpec(Spec):
    """One gateway for models and for the platform's own pages."""

    exposure: Literal["internal", "internet"] = "internal"
    """Whether the load balancer has private addresses, or public ones."""
    source_cidrs: tuple[str, ...] = ()
    """IPv4 blocks that may connect; none: the VPC's own. `internet` needs them."""
    domain: Domain | None = None
    """DNS name below which the platform's pages lie; absent: `platform.` before that of models'
    parent, e.g. `platform.acme.example` for `models.acme.example`."""

    @field_validator("source_cidrs")
    @classmethod
    def _blocks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for block in value:
            IPv4Network(block)
        return value
