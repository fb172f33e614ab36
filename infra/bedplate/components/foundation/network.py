"""The VPC of an environment: isolated, or with NAT gateways as its one way out.

Private subnets hold nodes and pods; intra subnets hold the control plane's interfaces, endpoints
and databases, and never have a way out. Public subnets exist only with `egress: nat`. Nothing gets
a public address by itself. The default network ACL is left as AWS makes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from bedplate.components.component import Component
from bedplate.components.foundation.network_dns_firewall import DnsFirewall, DnsFirewallArgs
from bedplate.components.foundation.network_endpoints import Endpoints, EndpointsArgs
from bedplate.components.foundation.network_flow_logs import FlowLogs, FlowLogsArgs
from bedplate.components.foundation.network_nat import Nat, NatArgs
from bedplate.components.foundation.network_services import endpoint_services
from bedplate.spec.subnets import Subnets, subnets

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.foundation.keys import Keys
    from bedplate.components.scope import Scope

__all__ = ["Network", "NetworkArgs", "Subnets", "endpoint_services", "subnets"]

_BEHIND_LOAD_BALANCER = {"kubernetes.io/role/internal-elb": "1"}
"""Tag by which the load balancer controller finds subnets for internal load balancers."""

_FACING_INTERNET = {"kubernetes.io/role/elb": "1"}
"""Tag by which it finds subnets for load balancers that face the internet."""


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """What the network is made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """Keys, of which `logs` encrypts flow logs and the log of DNS queries."""


class Network(Component):
    """VPC, subnets, routes, endpoints, DNS firewall and flow logs."""

    vpc_id: pulumi.Output[str]
    """The VPC."""
    vpc_cidr: str
    """IPv4 block of the VPC."""
    private_subnet_ids: list[pulumi.Output[str]]
    """Subnets for nodes and pods, in the order of `scope.zones`."""
    intra_subnet_ids: list[pulumi.Output[str]]
    """Subnets for the control plane, endpoints and databases, in the order of `scope.zones`."""
    public_subnet_ids: list[pulumi.Output[str]]
    """Subnets for NAT gateways and internet-facing load balancers; empty without `egress: nat`."""
    private_route_table_ids: list[pulumi.Output[str]]
    """Route tables of the private subnets, in the order of `scope.zones`."""
    endpoint_security_group_id: pulumi.Output[str]
    """Security group of the interface endpoints."""
    s3_endpoint_id: pulumi.Output[str]
    """Gateway endpoint of S3."""
    endpoint_ids: dict[str, pulumi.Output[str]]
    """Interface endpoints by service, such as `ecr.api`."""

    def __init__(
        self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the network."""
        super().__init__("bedplate:foundation:Network", name, "network", opts)
        self._name, self._scope, self._spec = name, args.scope, args.scope.spec.network
        self.vpc_cidr = self._spec.cidr
        self.vpc_id = self._vpc()
        self._block_public_access()
        self._make_subnets()
        self._make_routes()
        self._endpoints()
        self._watch(args.keys)
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "vpc_cidr": self.vpc_cidr,
                "private_subnet_ids": self.private_subnet_ids,
                "intra_subnet_ids": self.intra_subnet_ids,
                "public_subnet_ids": self.public_subnet_ids,
                "private_route_table_ids": self.private_route_table_ids,
                "endpoint_security_group_id": self.endpoint_security_group_id,
                "s3_endpoint_id": self.s3_endpoint_id,
                "endpoint_ids": self.endpoint_ids,
            }
        )

    def _tags(self, part: str, **more: str) -> dict[str, str]:
        return self._scope.tags(self._scope.names.resource(part), **more)

    def _vpc(self) -> pulumi.Output[str]:
        vpc = aws.ec2.Vpc(
            f"{self._name}-vpc",
            cidr_block=self._spec.cidr,
            # Private names of endpoints are resolved inside the VPC only with both.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=self._tags("vpc"),
            opts=self.child,
        )
        aws.ec2.DefaultSecurityGroup(
            f"{self._name}-default-group",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            tags=self._tags("default-locked"),
            opts=self.child,
        )
        return vpc.id

    def _block_public_access(self) -> None:
        mode = self._spec.block_public_access
        if mode == "off":
            return
        aws.ec2.VpcBlockPublicAccessOptions(
            f"{self._name}-block-public-access", internet_gateway_block_mode=mode, opts=self.child
        )

    def _make_subnets(self) -> None:
        blocks = subnets(self._spec)
        # Karpenter finds the subnets of nodes by the name of the cluster.
        nodes = {"karpenter.sh/discovery": self._scope.names.prefix, **_BEHIND_LOAD_BALANCER}
        self.private_subnet_ids = self._subnets("private", blocks.private, nodes)
        self.intra_subnet_ids = self._subnets("intra", blocks.intra, {})
        self.public_subnet_ids = self._subnets("public", blocks.public, _FACING_INTERNET)

    def _subnets(
        self, kind: str, blocks: tuple[str, ...], tags: dict[str, str]
    ) -> list[pulumi.Output[str]]:
        return [
            aws.ec2.Subnet(
                f"{self._name}-{kind}-{zone[-1]}",
                vpc_id=self.vpc_id,
                availability_zone=zone,
                cidr_block=block,
                map_public_ip_on_launch=False,
                tags=self._tags(f"{kind}-{zone[-1]}", **tags),
                opts=self.child,
            ).id
            for zone, block in zip(self._scope.zones, blocks, strict=False)
        ]

    def _make_routes(self) -> None:
        self.private_route_table_ids = [
            self._route_table(f"private-{zone[-1]}", [subnet])
            for zone, subnet in zip(self._scope.zones, self.private_subnet_ids, strict=True)
        ]
        self._intra_route_table_id = self._route_table("intra", self.intra_subnet_ids)
        if self._spec.egress == "nat":
            self._nat()

    def _route_table(self, part: str, subnet_ids: list[pulumi.Output[str]]) -> pulumi.Output[str]:
        table = aws.ec2.RouteTable(
            f"{self._name}-{part}-routes",
            vpc_id=self.vpc_id,
            tags=self._tags(part),
            opts=self.child,
        )
        for number, subnet_id in enumerate(subnet_ids):
            aws.ec2.RouteTableAssociation(
                f"{self._name}-{part}-association-{number}",
                route_table_id=table.id,
                subnet_id=subnet_id,
                opts=self.child,
            )
        return table.id

    def _nat(self) -> None:
        args = NatArgs(
            scope=self._scope,
            vpc_id=self.vpc_id,
            public_subnet_ids=self.public_subnet_ids,
            public_route_table_id=self._route_table("public", self.public_subnet_ids),
            private_route_table_ids=self.private_route_table_ids,
        )
        Nat(f"{self._name}-nat", args, self.child)

    def _endpoints(self) -> None:
        args = EndpointsArgs(
            scope=self._scope,
            vpc_id=self.vpc_id,
            subnet_ids=self.intra_subnet_ids,
            route_table_ids=[*self.private_route_table_ids, self._intra_route_table_id],
        )
        endpoints = Endpoints(f"{self._name}-endpoint", args, self.child)
        self.endpoint_security_group_id = endpoints.security_group_id
        self.s3_endpoint_id = endpoints.s3_endpoint_id
        self.endpoint_ids = endpoints.endpoint_ids

    def _watch(self, keys: Keys) -> None:
        if self._spec.flow_logs:
            flows = FlowLogsArgs(scope=self._scope, keys=keys, vpc_id=self.vpc_id)
            FlowLogs(f"{self._name}-flow-logs", flows, self.child)
        if self._spec.dns_firewall.enabled:
            names = DnsFirewallArgs(scope=self._scope, keys=keys, vpc_id=self.vpc_id)
            DnsFirewall(f"{self._name}-dns", names, self.child)
