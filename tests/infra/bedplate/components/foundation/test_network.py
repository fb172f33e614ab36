"""The network has the subnets, routes and ways out that the environment asks for, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.layers import named, of_type, only, policy_of, simulated, spec

from bedplate.components.foundation.keys import Keys, KeysArgs
from bedplate.components.foundation.network import Network, NetworkArgs, subnets

if TYPE_CHECKING:
    from bedplate.components.scope import Scope
    from bedplate.engine.plan import LayerPlan, Resource

NAT: dict[str, Any] = {"egress": "nat", "block_public_access": "block-ingress"}
SUBNET = "aws:ec2/subnet:Subnet"
ROUTE = "aws:ec2/route:Route"


def _plan(**network: Any) -> LayerPlan:
    def build(scope: Scope) -> None:
        Network("network", NetworkArgs(scope=scope, keys=Keys("keys", KeysArgs(scope=scope))))

    return simulated(build, {"network": network})


def _kind(plan: LayerPlan, kind: str) -> list[Resource]:
    return [s for s in of_type(plan, SUBNET) if s.name.startswith(f"network-{kind}-")]


def test_an_isolated_network_has_no_way_out() -> None:
    """No internet gateway, no NAT, no address, no public subnet and no default route."""
    plan = _plan(egress="isolated")
    ways_out = (
        "aws:ec2/internetGateway:InternetGateway",
        "aws:ec2/natGateway:NatGateway",
        "aws:ec2/eip:Eip",
        ROUTE,
    )

    assert [resource for kind in ways_out for resource in of_type(plan, kind)] == []
    assert _kind(plan, "public") == []
    assert only(plan, "bedplate:foundation:Network").outputs["public_subnet_ids"] == []


@pytest.mark.parametrize(("gateways", "expected"), [("per-zone", 3), ("single", 1)])
def test_a_network_with_nat_leads_every_zone_out_through_a_gateway(
    gateways: str, expected: int
) -> None:
    """A gateway per zone, or one for all: each private table leads to one that exists."""
    plan = _plan(**NAT, nat_gateways=gateways)
    ids = {gateway.id for gateway in of_type(plan, "aws:ec2/natGateway:NatGateway")}
    routes = [route for route in of_type(plan, ROUTE) if "natGatewayId" in route.inputs]

    assert len(ids) == len(of_type(plan, "aws:ec2/eip:Eip")) == expected
    assert len({route.inputs["routeTableId"] for route in routes}) == 3
    assert {route.inputs["natGatewayId"] for route in routes} == ids


def test_only_public_subnets_lead_to_the_internet_gateway() -> None:
    """One route leads to the internet gateway, from the table of the public subnets."""
    plan = _plan(**NAT)
    (route,) = [r for r in of_type(plan, ROUTE) if "gatewayId" in r.inputs]

    assert route.inputs["routeTableId"] == named(plan, "network-public-routes").id
    assert len(_kind(plan, "public")) == 3


@pytest.mark.parametrize("egress", [NAT, {"egress": "isolated"}])
def test_intra_subnets_never_lead_out(egress: dict[str, Any]) -> None:
    """The control plane's interfaces and databases have no default route, whatever the egress."""
    plan = _plan(**egress)
    intra = named(plan, "network-intra-routes").id

    assert intra not in {route.inputs["routeTableId"] for route in of_type(plan, ROUTE)}


@pytest.mark.parametrize("zones", [2, 3])
def test_subnets_lie_in_as_many_zones_as_asked_for(zones: int) -> None:
    """One private and one intra subnet a zone, with the blocks of the layout."""
    plan = _plan(zones=zones)
    expected = [f"me-central-1{letter}" for letter in "abc"[:zones]]
    blocks = subnets(spec({"network": {"zones": zones}}).network)

    assert [s.inputs["availabilityZone"] for s in _kind(plan, "private")] == expected
    assert [s.inputs["availabilityZone"] for s in _kind(plan, "intra")] == expected
    assert tuple(s.inputs["cidrBlock"] for s in _kind(plan, "private")) == blocks.private
    assert tuple(s.inputs["cidrBlock"] for s in _kind(plan, "intra")) == blocks.intra


def test_no_subnet_gives_out_public_addresses() -> None:
    """Not even a public one: a NAT gateway brings its own address."""
    plan = _plan(**NAT)

    assert {s.inputs["mapPublicIpOnLaunch"] for s in of_type(plan, SUBNET)} == {False}


def test_subnets_are_found_by_controllers() -> None:
    """Private ones by Karpenter and for internal load balancers, public ones for public ones."""
    plan = _plan(**NAT)

    def keys(kind: str) -> set[str]:
        (shared,) = {
            frozenset(t for t in s.inputs["tags"].items() if "/" in t[0]) for s in _kind(plan, kind)
        }
        return {f"{key}={value}" for key, value in shared}

    assert keys("private") == {
        "karpenter.sh/discovery=acme-prod",
        "kubernetes.io/role/internal-elb=1",
    }
    assert keys("public") == {"kubernetes.io/role/elb=1"}
    assert keys("intra") == set()


def test_every_subnet_has_a_route_table_of_its_own_kind() -> None:
    """No subnet falls back to the VPC's main route table."""
    plan = _plan(**NAT)
    associated = {
        association.inputs["subnetId"]
        for association in of_type(plan, "aws:ec2/routeTableAssociation:RouteTableAssociation")
    }

    assert associated == {subnet.id for subnet in of_type(plan, SUBNET)}


def test_the_default_security_group_lets_nothing_through() -> None:
    """What is started without a group of its own reaches nothing."""
    group = only(_plan(), "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")

    assert (group.inputs["ingress"], group.inputs["egress"]) == ([], [])


def test_the_default_network_acl_is_left_alone() -> None:
    """Security groups decide; no network ACL is created or changed."""
    assert [r for r in _plan().resources if "NetworkAcl" in r.type] == []


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("block-bidirectional", ["block-bidirectional"]), ("off", [])],
)
def test_public_access_is_blocked_as_asked_for(mode: str, expected: list[str]) -> None:
    """The account's option for the region is set, or left as it is."""
    options = of_type(
        _plan(block_public_access=mode),
        "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
    )

    assert [o.inputs["internetGatewayBlockMode"] for o in options] == expected


def test_flow_logs_go_to_an_encrypted_log_group() -> None:
    """All traffic, each minute, kept as long as logs are, under the key of logs."""
    plan = _plan()
    flows = only(plan, "aws:ec2/flowLog:FlowLog")
    group = named(plan, "network-flow-logs-group")

    assert flows.inputs["trafficType"] == "ALL"
    assert flows.inputs["maxAggregationInterval"] == 60
    assert flows.inputs["logDestination"] == group.outputs["arn"]
    assert group.inputs["kmsKeyId"] == named(plan, "keys-logs").outputs["arn"]
    assert group.inputs["retentionInDays"] == 365
    assert group.inputs["skipDestroy"] is True


def test_the_role_of_flow_logs_is_bounded_and_writes_to_its_group_only() -> None:
    """Only flow logs of this account assume it, and it has a boundary."""
    plan = _plan()
    role = named(plan, "network-flow-logs-role")
    trust = policy_of(role, "assumeRolePolicy")["Statement"][0]
    write = policy_of(named(plan, "network-flow-logs-write"))["Statement"][0]

    assert role.inputs["permissionsBoundary"] == (
        "arn:aws:iam::111122223333:policy/acme-prod-boundary"
    )
    assert role.inputs["maxSessionDuration"] == 3600
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "111122223333"},
        "ArnLike": {
            "aws:SourceArn": "arn:aws:ec2:me-central-1:111122223333:vpc-flow-log/*",
        },
    }
    group = "arn:aws:logs:me-central-1:111122223333:log-group:/aws/vpc/acme-prod"
    assert write["Resource"] == [group, f"{group}:*"]


def test_without_flow_logs_there_is_no_log_group_and_no_role() -> None:
    """Switched off, nothing of it remains."""
    plan = _plan(flow_logs=False, dns_firewall={"enabled": False})
    kinds = ("aws:ec2/flowLog:FlowLog", "aws:cloudwatch/logGroup:LogGroup", "aws:iam/role:Role")

    assert [r for kind in kinds for r in of_type(plan, kind)] == []


def test_everything_that_takes_tags_is_tagged_and_traces_to_the_network() -> None:
    """Every resource of the network points at its section, and tells its owner."""
    made = [r for r in _plan(**NAT).resources if r.name.startswith("network")]
    untagged = {r.name for r in made if "tagsAll" in r.outputs and "owner" not in r.inputs["tags"]}

    assert untagged == set()
    assert {(r.spec_path or "").split(".")[0] for r in made} == {"network"}
