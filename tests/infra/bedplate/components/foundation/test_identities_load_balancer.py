"""The load balancer controller changes what carries its cluster's tag, and nothing else."""

from __future__ import annotations

from typing import Any

from support import neighbours
from support.layers import of_type, policy_of, simulated

TAG = "elbv2.k8s.aws/cluster"
REQUESTED, OWNED = f"aws:RequestTag/{TAG}", f"aws:ResourceTag/{TAG}"
EC2 = f"arn:aws:ec2:{neighbours.REGION}:{neighbours.ACCOUNT}"


def _statements() -> dict[str, dict[str, Any]]:
    """Return the controller's statements by their names."""
    policies = [
        policy
        for policy in of_type(simulated(neighbours.identities), "aws:iam/policy:Policy")
        if policy.name.startswith("identities-load-balancer-")
    ]
    return {s["Sid"]: s for policy in policies for s in policy_of(policy)["Statement"]}


def test_what_it_makes_carries_the_clusters_tag() -> None:
    """Load balancers, target groups and security groups can't be made without it."""
    statements = _statements()
    made = ("MakeTagged", "TagWhileMaking", "MakeTaggedGroups", "TagNewGroups")

    assert {sid: statements[sid]["Condition"]["StringEquals"][REQUESTED] for sid in made} == (
        dict.fromkeys(made, "acme-prod")
    )


def test_what_it_changes_carries_the_clusters_tag() -> None:
    """Another cluster's load balancers and groups are out of reach."""
    statements = _statements()
    changed = ("ChangeOwn", "TagOwn", "UntagOwn", "ChangeOwnGroups")

    assert {sid: statements[sid]["Condition"]["StringEquals"][OWNED] for sid in changed} == (
        dict.fromkeys(changed, "acme-prod")
    )


def test_the_clusters_tag_can_be_neither_removed_nor_replaced() -> None:
    """Other tags may change."""
    statements = _statements()

    assert statements["UntagOwn"]["Condition"]["ForAllValues:StringNotEquals"] == {
        "aws:TagKeys": [TAG]
    }
    assert statements["TagOwn"]["Condition"]["StringEqualsIfExists"] == {REQUESTED: "acme-prod"}


def test_groups_are_made_in_the_vpc_only() -> None:
    """The one VPC is named."""
    assert _statements()["MakeGroupsHere"]["Resource"] == [f"{EC2}:vpc/vpc-1"]


def test_the_nodes_group_gets_rules_and_nothing_more() -> None:
    """The one group that nodes share is opened and closed, and not deleted."""
    statement = _statements()["OpenNodes"]

    assert (statement["Action"], statement["Resource"]) == (
        ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
        [f"{EC2}:security-group/sg-1"],
    )


def test_lookups_change_nothing() -> None:
    """What stands on every resource only describes, in the environment's region."""
    statement = _statements()["LookUp"]
    verbs = {action.split(":")[1][:8] for action in statement["Action"]}

    assert verbs == {"Describe", "GetSecur"}
    assert statement["Condition"] == {"StringEquals": {"aws:RequestedRegion": neighbours.REGION}}


def test_it_makes_the_one_service_role_that_load_balancing_needs() -> None:
    """No other service's role."""
    statement = _statements()["MakeServiceRole"]

    assert statement["Condition"] == {
        "StringEquals": {"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"}
    }
