"""The ways from the VPC to AWS services: one gateway for S3, one interface per other service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from bedplate.components.component import Component
from bedplate.components.foundation.network_endpoint_policy import (
    interface_policy,
    s3_policy,
)
from bedplate.components.foundation.network_services import endpoint_services

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from bedplate.components.scope import Scope

HTTPS = 443
"""Port of every AWS API."""


@dataclass(frozen=True, kw_only=True)
class EndpointsArgs:
    """What the endpoints are made from."""

    scope: Scope
    """The environment."""
    vpc_id: pulumi.Output[str]
    """VPC that reaches the services."""
    subnet_ids: Sequence[pulumi.Output[str]]
    """Subnets that interface endpoints lie in, one per zone."""
    route_table_ids: Sequence[pulumi.Output[str]]
    """Route tables that lead to S3 through the gateway endpoint."""


class Endpoints(Component):
    """Endpoints that let only this account's principals through."""

    security_group_id: pulumi.Output[str]
    """Security group of the interface endpoints."""
    s3_endpoint_id: pulumi.Output[str]
    """Gateway endpoint of S3."""
    endpoint_ids: dict[str, pulumi.Output[str]]
    """Interface endpoints by service."""

    def __init__(
        self, name: str, args: EndpointsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the endpoints."""
        super().__init__("bedplate:foundation:Endpoints", name, "network.endpoints", opts)
        self._name, self._args, self._scope = name, args, args.scope
        self.security_group_id = self._security_group()
        self.s3_endpoint_id = self._s3()
        services = endpoint_services(args.scope.spec)
        self.endpoint_ids = {service: self._interface(service) for service in services}
        self.register_outputs(
            {
                "security_group_id": self.security_group_id,
                "s3_endpoint_id": self.s3_endpoint_id,
                "endpoint_ids": self.endpoint_ids,
            }
        )

    def _security_group(self) -> pulumi.Output[str]:
        name = self._scope.names.resource("endpoints")
        cidr = self._scope.spec.network.cidr
        group = aws.ec2.SecurityGroup(
            f"{self._name}-group",
            name=name,
            description="Interface endpoints: HTTPS from within the VPC",
            vpc_id=self._args.vpc_id,
            tags=self._scope.tags(name),
            opts=self.child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-https",
            security_group_id=group.id,
            description="HTTPS from nodes, pods and the control plane",
            cidr_ipv4=cidr,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            tags=self._scope.tags(self._scope.names.resource("endpoints-https")),
            opts=self.child,
        )
        return group.id

    def _s3(self) -> pulumi.Output[str]:
        endpoint = aws.ec2.VpcEndpoint(
            f"{self._name}-s3",
            vpc_id=self._args.vpc_id,
            service_name=self._service("s3"),
            vpc_endpoint_type="Gateway",
            route_table_ids=list(self._args.route_table_ids),
            policy=s3_policy(self._scope.names),
            tags=self._scope.tags(self._scope.names.resource("s3")),
            opts=self.child,
        )
        return endpoint.id

    def _interface(self, service: str) -> pulumi.Output[str]:
        endpoint = aws.ec2.VpcEndpoint(
            f"{self._name}-{service.replace('.', '-')}",
            vpc_id=self._args.vpc_id,
            service_name=self._service(service),
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=list(self._args.subnet_ids),
            security_group_ids=[self.security_group_id],
            policy=interface_policy(self._scope.names, service),
            tags=self._scope.tags(self._scope.names.resource(service)),
            opts=self.child,
        )
        return endpoint.id

    def _service(self, suffix: str) -> str:
        return f"com.amazonaws.{self._scope.names.region}.{suffix}"
