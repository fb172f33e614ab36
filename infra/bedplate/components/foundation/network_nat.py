"""The one way out of a network with `egress: nat`: outbound only, through NAT gateways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from bedplate.components.component import Component

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from bedplate.components.scope import Scope

ANYWHERE = "0.0.0.0/0"
"""Every IPv4 address."""


@dataclass(frozen=True, kw_only=True)
class NatArgs:
    """What the NAT gateways are made from."""

    scope: Scope
    """The environment."""
    vpc_id: pulumi.Output[str]
    """VPC that is led out of."""
    public_subnet_ids: Sequence[pulumi.Output[str]]
    """Subnets that the gateways lie in, one per zone."""
    public_route_table_id: pulumi.Output[str]
    """Route table of the public subnets."""
    private_route_table_ids: Sequence[pulumi.Output[str]]
    """Route tables that lead to a gateway, one per zone."""


class Nat(Component):
    """An internet gateway and, per zone or once, a NAT gateway."""

    nat_gateway_ids: list[pulumi.Output[str]]
    """The gateways: one per zone, or a single one."""

    def __init__(
        self, name: str, args: NatArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the gateways and the routes that lead to them."""
        super().__init__("bedplate:foundation:Nat", name, "network.egress", opts)
        self._name, self._args, self._scope = name, args, args.scope
        internet = self._internet_gateway()
        single = args.scope.spec.network.nat_gateways == "single"
        count = 1 if single else len(args.public_subnet_ids)
        zones = args.scope.zones[:count]
        placed = zip(zones, args.public_subnet_ids, strict=False)
        self.nat_gateway_ids = [self._gateway(zone[-1], at, internet) for zone, at in placed]
        self._private_routes()
        self.register_outputs({"nat_gateway_ids": self.nat_gateway_ids})

    def _tags(self, part: str) -> dict[str, str]:
        return self._scope.tags(self._scope.names.resource(part))

    def _internet_gateway(self) -> aws.ec2.InternetGateway:
        gateway = aws.ec2.InternetGateway(
            f"{self._name}-internet",
            vpc_id=self._args.vpc_id,
            tags=self._tags("internet"),
            opts=self.child,
        )
        aws.ec2.Route(
            f"{self._name}-public-route",
            route_table_id=self._args.public_route_table_id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
            opts=self.child,
        )
        return gateway

    def _gateway(
        self, letter: str, subnet_id: pulumi.Output[str], internet: aws.ec2.InternetGateway
    ) -> pulumi.Output[str]:
        # AWS refuses a public address in a VPC that has no internet gateway yet.
        address = aws.ec2.Eip(
            f"{self._name}-address-{letter}",
            domain="vpc",
            tags=self._tags(f"nat-{letter}"),
            opts=self.after(internet),
        )
        gateway = aws.ec2.NatGateway(
            f"{self._name}-gateway-{letter}",
            subnet_id=subnet_id,
            allocation_id=address.allocation_id,
            connectivity_type="public",
            tags=self._tags(f"nat-{letter}"),
            opts=self.after(internet),
        )
        return gateway.id

    def _private_routes(self) -> None:
        for number, table in enumerate(self._args.private_route_table_ids):
            gateway = self.nat_gateway_ids[number % len(self.nat_gateway_ids)]
            aws.ec2.Route(
                f"{self._name}-private-route-{self._scope.zones[number][-1]}",
                route_table_id=table,
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=gateway,
                opts=self.child,
            )
