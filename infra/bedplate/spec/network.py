"""Section `network`: the VPC of an environment."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field, field_validator

from bedplate.spec.base import Domain, Spec


class DnsFirewallSpec(Spec):
    """Route 53 Resolver DNS Firewall: which names may be resolved."""

    enabled: bool = True
    """Whether queries are filtered."""
    allowed_domains: tuple[Domain, ...] = ()
    """Names (and all below them) that may be resolved beside AWS' own."""


class NetworkSpec(Spec):
    """One VPC over two or three zones, without a default way out."""

    cidr: str
    """IPv4 block of the VPC, /16 to /20. Private subnets take most of it, for pods."""
    zones: Annotated[int, Field(ge=2, le=3)] = 3
    """Availability zones used."""
    egress: Literal["isolated", "nat"] = "isolated"
    """`isolated`: no internet path at all; `nat`: outbound through a NAT gateway per zone."""
    nat_gateways: Literal["per-zone", "single"] = "per-zone"
    """With `egress: nat`: one gateway per zone, or one for all (cheaper, a single point)."""
    max_pods: Annotated[int, Field(ge=50, le=20000)] = 1000
    """Pods that the private subnets must hold addresses for."""
    endpoints: tuple[str, ...] = ()
    """Further AWS services to reach by interface endpoint, as the suffix of the service name."""
    flow_logs: bool = True
    """VPC flow logs to an encrypted log group."""
    dns_firewall: DnsFirewallSpec = DnsFirewallSpec()
    """Which names may be resolved."""
    block_public_access: Literal["block-bidirectional", "block-ingress", "off"] = (
        "block-bidirectional"
    )
    """VPC Block Public Access of the account and region; `block-ingress` with `egress: nat`."""

    @field_validator("cidr")
    @classmethod
    def _block(cls, value: str) -> str:
        network = IPv4Network(value)
        if not network.is_private:
            raise ValueError("cidr:it is not private address space (RFC 1918)")
        smallest, largest = 20, 16
        if not largest <= network.prefixlen <= smallest:
            raise ValueError("cidr:its prefix is not between /16 and /20")
        return value
