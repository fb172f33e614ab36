"""Outputs of networking resources: VPC, subnets, endpoints, gateways, DNS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.engine.outputs.kind import Kind, ec2, regional
from bedplate.engine.outputs.model import derived

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.engine.outputs.model import Subject

OWNED: Final = {"ownerId": "{account}"}
"""Most EC2 resources name the account that owns them."""
_PUBLIC_RANGE: Final = "203.0.113"
"""Documentation addresses (RFC 5737): no simulated address belongs to anybody."""


def _vpc(_subject: Subject, identifier: str) -> dict[str, Any]:
    return {
        "defaultSecurityGroupId": default_security_group(identifier),
        "defaultRouteTableId": f"rtb-{derived(identifier, 'main')}",
        "mainRouteTableId": f"rtb-{derived(identifier, 'main')}",
        "defaultNetworkAclId": f"acl-{derived(identifier, 'default')}",
        "dhcpOptionsId": f"dopt-{derived(identifier, 'dhcp')}",
    }


def default_security_group(vpc_id: str) -> str:
    """Return the identifier of a VPC's own security group."""
    return f"sg-{derived(vpc_id, 'default')}"


def _default_security_group(subject: Subject, _identifier: str) -> dict[str, Any]:
    # AWS made it together with the VPC: it must be the one that the VPC names.
    identifier = default_security_group(subject.text("vpcId", subject.urn))
    return {"arn": subject.arn("ec2", f"security-group/{identifier}"), "id": identifier}


def _subnet(subject: Subject, _identifier: str) -> dict[str, Any]:
    zone = subject.text("availabilityZone", f"{subject.region}a")
    return {"availabilityZone": zone, "availabilityZoneId": zone_id(zone)}


def zone_id(zone: str) -> str:
    """Return a zone's identifier, such as ``mec1-az1`` for ``me-central-1a``."""
    area, _, number = zone[:-1].rpartition("-")
    short = "".join(_SHORT.get(part, part[:1]) for part in area.split("-"))
    return f"{short}{number}-az{ord(zone[-1]) - ord('a') + 1}"


_SHORT: Final = {
    "us": "us", "eu": "eu", "ap": "ap", "me": "me", "il": "il", "ca": "ca", "sa": "sa",
    "af": "af", "cn": "cn", "gov": "g", "mx": "mx",
    "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw",
}  # fmt: skip


def _endpoint(subject: Subject, identifier: str) -> dict[str, Any]:
    service = subject.text("serviceName", "unknown").split(".")[-1]
    if subject.text("vpcEndpointType", "Gateway") == "Gateway":
        prefix_list = f"pl-{derived(subject.region + service, 'prefix-list')[:8]}"
        return {"prefixListId": prefix_list, "cidrBlocks": [f"{_PUBLIC_RANGE}.0/24"]}
    subnets = subject.inputs.get("subnetIds")
    count = len(subnets) if isinstance(subnets, list) else 0
    domain = f"{service}.{subject.region}.vpce.{subject.account.dns_suffix}"
    entry = {
        "dnsName": f"{identifier}-{subject.hex(8, 'dns')}.{domain}",
        "hostedZoneId": f"Z{subject.letters(13, 'zone')}",
    }
    return {
        "dnsEntries": [entry],
        "networkInterfaceIds": [f"eni-{subject.hex(17, f'eni{n}')}" for n in range(count)],
    }


def _elastic_ip(subject: Subject, identifier: str) -> dict[str, Any]:
    address = public_address(subject)
    host = f"ec2-{address.replace('.', '-')}"
    dns = f"{host}.{subject.region}.compute.{subject.account.dns_suffix}"
    return {"allocationId": identifier, "publicIp": address, "publicDns": dns}


def public_address(subject: Subject) -> str:
    """Return an address from the range that is reserved for documentation."""
    return f"{_PUBLIC_RANGE}.{subject.number(254, 'ip') + 1}"


def _nat(subject: Subject, _identifier: str) -> dict[str, Any]:
    return {"publicIp": public_address(subject), "networkInterfaceId": f"eni-{subject.hex(17)}"}


def _resolver(prefix: str, resource: str, **computed: str) -> Kind:
    return Kind(
        id=f"{prefix}-{{hex}}",
        arn=regional("route53resolver", f"{resource}/{{id}}"),
        tagged=True,
        computed=computed,
    )


TABLE: Final[Mapping[str, Kind]] = {
    "aws:ec2/vpc:Vpc": ec2(
        "vpc",
        "vpc",
        code=_vpc,
        computed=OWNED,
        defaults={"enableDnsSupport": True, "instanceTenancy": "default"},
    ),
    "aws:ec2/subnet:Subnet": ec2("subnet", "subnet", code=_subnet, computed=OWNED),
    "aws:ec2/securityGroup:SecurityGroup": ec2(
        "sg", "security-group", name_key="name", computed=OWNED
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ec2(
        "sg",
        "security-group",
        code=_default_security_group,
        computed={**OWNED, "name": "default", "description": "default VPC security group"},
    ),
    "aws:ec2/securityGroupRule:SecurityGroupRule": Kind(
        id="sgrule-{hex}", computed={"securityGroupRuleId": "sgr-{hex}"}
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ec2(
        "sgr", "security-group-rule", computed={"securityGroupRuleId": "sgr-{hex}"}
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ec2(
        "sgr", "security-group-rule", computed={"securityGroupRuleId": "sgr-{hex}"}
    ),
    "aws:ec2/routeTable:RouteTable": ec2("rtb", "route-table", computed=OWNED),
    "aws:ec2/defaultRouteTable:DefaultRouteTable": Kind(
        id="{defaultRouteTableId}",
        arn=regional("ec2", "route-table/{id}"),
        tagged=True,
        computed=OWNED,
    ),
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": Kind(
        id="{defaultNetworkAclId}",
        arn=regional("ec2", "network-acl/{id}"),
        tagged=True,
        computed=OWNED,
    ),
    "aws:ec2/route:Route": Kind(
        id="r-{routeTableId}{hex}", computed={"origin": "CreateRoute", "state": "active"}
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Kind(id="rtbassoc-{hex}"),
    "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation": Kind(
        id="rtbassoc-{hex}", computed={"originalRouteTableId": "rtb-{hex_original}"}
    ),
    "aws:ec2/networkAcl:NetworkAcl": ec2("acl", "network-acl", computed=OWNED),
    "aws:ec2/networkAclRule:NetworkAclRule": Kind(id="nacl-{hex}"),
    "aws:ec2/networkAclAssociation:NetworkAclAssociation": Kind(id="aclassoc-{hex}"),
    "aws:ec2/internetGateway:InternetGateway": ec2("igw", "internet-gateway", computed=OWNED),
    "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment": Kind(
        id="{internetGatewayId}:{vpcId}"
    ),
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": Kind(
        id="eigw-{hex}", tagged=True
    ),
    "aws:ec2/natGateway:NatGateway": Kind(
        id="nat-{hex}",
        tagged=True,
        code=_nat,
        computed={"associationId": "eipassoc-{hex}"},
        defaults={"connectivityType": "public"},
    ),
    "aws:ec2/eip:Eip": ec2("eipalloc", "elastic-ip", code=_elastic_ip),
    "aws:ec2/eipAssociation:EipAssociation": Kind(id="eipassoc-{hex}"),
    "aws:ec2/networkInterface:NetworkInterface": ec2("eni", "network-interface", computed=OWNED),
    "aws:ec2/flowLog:FlowLog": ec2("fl", "vpc-flow-log"),
    "aws:ec2/managedPrefixList:ManagedPrefixList": ec2(
        "pl", "prefix-list", computed={**OWNED, "version": 1}
    ),
    "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry": Kind(id="{prefixListId},{cidr}"),
    "aws:ec2/vpcDhcpOptions:VpcDhcpOptions": ec2("dopt", "dhcp-options", computed=OWNED),
    "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation": Kind(
        id="{dhcpOptionsId}-{vpcId}"
    ),
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": Kind(
        id="vpc-cidr-assoc-{hex}"
    ),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": Kind(
        id="pcx-{hex}", tagged=True, computed={"acceptStatus": "active"}
    ),
    "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions": Kind(
        id="{region}", computed={"awsAccountId": "{account}", "awsRegion": "{region}"}
    ),
    "aws:ec2/vpcBlockPublicAccessExclusion:VpcBlockPublicAccessExclusion": Kind(
        id="vpcbpa-exclude-{hex}",
        tagged=True,
        computed={"resourceArn": regional("ec2", "vpc/{vpcId}")},
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ec2(
        "vpce",
        "vpc-endpoint",
        code=_endpoint,
        computed={**OWNED, "state": "available", "requesterManaged": False},
        defaults={"vpcEndpointType": "Gateway", "ipAddressType": "ipv4"},
    ),
    "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy": Kind(id="{vpcEndpointId}"),
    "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": Kind(
        id="a-{vpcEndpointId}{hex}"
    ),
    "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation": Kind(
        id="a-{vpcEndpointId}{hex}"
    ),
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment": Kind(
        id="tgw-attach-{hex}",
        arn=regional("ec2", "transit-gateway-attachment/{id}"),
        tagged=True,
        computed={"vpcOwnerId": "{account}"},
    ),
    "aws:route53/zone:Zone": Kind(
        id="Z{letters}",
        arn="arn:{partition}:route53:::hostedzone/{id}",
        tagged=True,
        computed={
            "zoneId": "{id}",
            "primaryNameServer": "ns-0.awsdns-00.com",
            "nameServers": ["ns-0.awsdns-00.com", "ns-512.awsdns-00.net"],
        },
    ),
    "aws:route53/record:Record": Kind(id="{zoneId}_{name}_{type}", computed={"fqdn": "{name}"}),
    "aws:route53/zoneAssociation:ZoneAssociation": Kind(
        id="{zoneId}:{vpcId}", computed={"owningAccount": "{account}"}
    ),
    "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": _resolver(
        "rslvr-fdl", "firewall-domain-list"
    ),
    "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": _resolver(
        "rslvr-frg", "firewall-rule-group", shareStatus="NOT_SHARED", ownerId="{account}"
    ),
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": (
        _resolver("rslvr-frgassoc", "firewall-rule-group-association")
    ),
    "aws:route53/resolverFirewallRule:ResolverFirewallRule": Kind(
        id="{firewallRuleGroupId}:{firewallDomainListId}"
    ),
    "aws:route53/resolverFirewallConfig:ResolverFirewallConfig": Kind(
        id="rslvr-fc-{hex}", computed=OWNED
    ),
    "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": _resolver(
        "rslvr-qlc", "resolver-query-log-config", shareStatus="NOT_SHARED", ownerId="{account}"
    ),
    "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation": Kind(
        id="rslvr-qlcassoc-{hex}"
    ),
    "aws:route53/resolverDnsSecConfig:ResolverDnsSecConfig": Kind(
        id="rdsc-{hex}",
        arn=regional("route53resolver", "resolver-dnssec-config/{id}"),
        computed={**OWNED, "validationStatus": "ENABLED"},
    ),
}
"""How the outputs of each networking type look."""
