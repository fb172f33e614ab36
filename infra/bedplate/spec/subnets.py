"""How a VPC's block is divided: a quarter per zone for nodes and pods, the last for the rest.

With a /16: private subnets are /18, intra subnets /20, public subnets /22. The same layout with two
zones leaves one quarter free, so that a third zone can be added without moving anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bedplate.spec.network import NetworkSpec

RESERVED_ADDRESSES = 5
"""Addresses that AWS keeps in each subnet (VPC user guide, subnet sizing)."""


@dataclass(frozen=True, slots=True)
class Subnets:
    """The blocks of a VPC, one of each kind per zone."""

    private: tuple[str, ...]
    """For nodes and pods."""
    intra: tuple[str, ...]
    """For the control plane's interfaces, endpoints and databases: never a way out."""
    public: tuple[str, ...]
    """For NAT gateways and internet-facing load balancers; empty without `egress: nat`."""


def subnets(network: NetworkSpec) -> Subnets:
    """Return the subnets of a network."""
    *zones, rest = IPv4Network(network.cidr).subnets(prefixlen_diff=2)
    *intra, last = rest.subnets(prefixlen_diff=2)
    public = list(last.subnets(prefixlen_diff=2)) if network.egress == "nat" else []
    count = network.zones
    private, middle, outer = (
        tuple(str(block) for block in blocks[:count]) for blocks in (zones, intra, public)
    )
    return Subnets(private, middle, outer)


def private_addresses(network: NetworkSpec) -> int:
    """Return how many addresses the private subnets hold for nodes and pods."""
    blocks = (IPv4Network(block) for block in subnets(network).private)
    return sum(block.num_addresses - RESERVED_ADDRESSES for block in blocks)
