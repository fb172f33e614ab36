"""How a managed pool is divided into node groups, and how its nodes are wired: pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedplate.spec.gpu_types import GPU_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pulumi
    import pulumi_aws as aws

    from bedplate.spec.gpu_pools import GpuPoolSpec, Purchase

_CAPACITY_TYPES: dict[Purchase, str] = {
    "on-demand": "ON_DEMAND",
    "spot": "SPOT",
    "reserved": "ON_DEMAND",
    "capacity-block": "CAPACITY_BLOCK",
}
"""How EKS names a purchase; a reservation is on-demand capacity that the launch template names."""

_RESERVED: tuple[Purchase, ...] = ("reserved", "capacity-block")

_ID_DIGITS = 8
"""Last digits of a reservation's id: enough to tell those of one pool apart."""

_ENA_ON_FIRST_CARD = ("p6-b300.48xlarge",)
"""Types whose first network card has no EFA, so that EFA begins at the second (EC2 user guide)."""


@dataclass(frozen=True, slots=True)
class Group:
    """One node group of a managed pool."""

    label: str
    """What tells it from the other groups of the pool; stable when purchases come and go."""
    purchase: Purchase
    """How its instances are bought."""
    reservation: str | None
    """Capacity reservation or block that it uses."""
    min_nodes: int
    """Nodes kept when there is no work."""
    max_nodes: int
    """Most nodes."""

    @property
    def capacity_type(self) -> str:
        """EKS capacity type."""
        return _CAPACITY_TYPES[self.purchase]

    @property
    def update_strategy(self) -> str:
        """Replace before launching where there is no capacity beyond what is reserved."""
        return "MINIMAL" if self.reservation else "DEFAULT"


def groups(pool: GpuPoolSpec) -> tuple[Group, ...]:
    """Return one group per purchase, and per reservation, in order of preference.

    A node group has one capacity type and one reservation. The pool's most nodes are divided over
    its groups, the first ones taking what is left over, so that all of them together never hold
    more than `max_gpus`. A pool of fewer nodes than purchases uses the preferred ones only.
    """
    offers = list(_offers(pool))[: pool.max_nodes]
    found: list[Group] = []
    kept = pool.min_nodes
    for index, (label, purchase, reservation) in enumerate(offers):
        most = pool.max_nodes // len(offers) + (index < pool.max_nodes % len(offers))
        least = min(kept, most)
        kept -= least
        found.append(Group(label, purchase, reservation, least, most))
    return tuple(found)


def _offers(pool: GpuPoolSpec) -> Iterator[tuple[str, Purchase, str | None]]:
    for purchase in dict.fromkeys(pool.purchase):
        if purchase not in _RESERVED:
            yield purchase, purchase, None
            continue
        for reservation in dict.fromkeys(pool.reservations):
            yield f"{purchase}-{reservation[-_ID_DIGITS:]}", purchase, reservation


def efa_interfaces(
    instance_types: Sequence[str], security_group_id: pulumi.Input[str]
) -> list[aws.ec2.LaunchTemplateNetworkInterfaceArgsDict]:
    """Return the interfaces that give a node all its EFA bandwidth; none where it has no EFA.

    The interfaces fit one instance type, so a pool of several types goes without. The cluster's
    security group lets all traffic through between its members, which EFA needs.
    """
    only = GPU_TYPES[instance_types[0]]
    if len(set(instance_types)) > 1 or not only.efa:
        return []
    ena_first = only.name in _ENA_ON_FIRST_CARD
    cards = only.efa + 1 if ena_first else only.efa
    return [
        {
            "network_card_index": card,
            # Only the first card's interface is the node's primary one.
            "device_index": 1 if card else 0,
            "interface_type": "efa-only" if card else "interface" if ena_first else "efa",
            "security_groups": [security_group_id],
            "delete_on_termination": "true",
        }
        for card in range(cards)
    ]
