"""What the AWS Load Balancer Controller may do: to what carries its cluster's tag, and no more.

Written from the actions, resources and condition keys of Elastic Load Balancing and EC2 (Service
Authorization Reference). The controller tags what it makes with `elbv2.k8s.aws/cluster`. Left out,
because the platform uses none of it: WAF, Shield, Cognito, lookup of certificates, IP pools.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components import iam

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from bedplate.names import Names

_TAG = "elbv2.k8s.aws/cluster"
"""Tag key of everything that the controller makes; its value is the name of the cluster."""

_LOOKED_UP = (
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInstances",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeTags",
    "ec2:DescribeVpcs",
    "ec2:GetSecurityGroupsForVpc",
    "elasticloadbalancing:DescribeCapacityReservation",
    "elasticloadbalancing:DescribeListenerAttributes",
    "elasticloadbalancing:DescribeListenerCertificates",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeSSLPolicies",
    "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
)
"""Lookups, which know no resource."""

_CREATED = ("CreateListener", "CreateLoadBalancer", "CreateRule", "CreateTargetGroup")
"""Actions of Elastic Load Balancing that tag what they make."""

_CHANGED = (
    "AddListenerCertificates",
    "CreateListener",
    "CreateRule",
    "DeleteListener",
    "DeleteLoadBalancer",
    "DeleteRule",
    "DeleteTargetGroup",
    "DeregisterTargets",
    "ModifyListener",
    "ModifyListenerAttributes",
    "ModifyLoadBalancerAttributes",
    "ModifyRule",
    "ModifyTargetGroup",
    "ModifyTargetGroupAttributes",
    "RegisterTargets",
    "RemoveListenerCertificates",
    "SetIpAddressType",
    "SetRulePriorities",
    "SetSecurityGroups",
    "SetSubnets",
)
"""Actions on what is there; making a listener or a rule counts as one on what it belongs to."""

_RULES = ("ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress")


def load_balancer_grants(
    names: Names, vpc_id: pulumi.Output[str], node_group_id: pulumi.Output[str]
) -> Mapping[str, tuple[iam.Statement, ...]]:
    """Return the controller's statements; `node_group_id` is the nodes' security group."""
    return {
        "lookups": (_lookups(names),),
        "load-balancers": (*_making(names), _changing(names), *_tagging(names)),
        "security-groups": (*_groups(names, vpc_id), _node_rules(names, node_group_id)),
        "service-role": (_service_role(names),),
    }


def _requested(names: Names) -> dict[str, str]:
    return {f"aws:RequestTag/{_TAG}": names.prefix}


def _owned(names: Names) -> dict[str, str]:
    return {f"aws:ResourceTag/{_TAG}": names.prefix}


def _elb(names: Names, *kinds: str) -> list[str]:
    return [names.arn("elasticloadbalancing", f"{kind}/*") for kind in kinds]


_KINDS = ("listener", "listener-rule", "loadbalancer", "targetgroup")
"""Resources of Elastic Load Balancing, as their ARNs begin."""


def _lookups(names: Names) -> iam.Statement:
    here = {"StringEquals": {"aws:RequestedRegion": names.region}}
    return iam.allow("LookUp", _LOOKED_UP, ["*"], condition=here)


def _making(names: Names) -> tuple[iam.Statement, ...]:
    actions = ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"]
    created = list(_CREATED)
    while_creating: dict[str, Any] = {
        "StringEquals": _requested(names) | {"elasticloadbalancing:CreateAction": created},
    }
    return (
        iam.allow(
            "MakeTagged",
            actions,
            _elb(names, "loadbalancer", "targetgroup"),
            condition={"StringEquals": _requested(names)},
        ),
        iam.allow(
            "TagWhileMaking",
            ["elasticloadbalancing:AddTags"],
            _elb(names, *_KINDS),
            condition=while_creating,
        ),
    )


def _changing(names: Names) -> iam.Statement:
    return iam.allow(
        "ChangeOwn",
        [f"elasticloadbalancing:{action}" for action in _CHANGED],
        _elb(names, *_KINDS),
        condition={"StringEquals": _owned(names)},
    )


def _tagging(names: Names) -> tuple[iam.Statement, ...]:
    """Return what changes other tags of its own resources; the cluster's tag stays as it is."""
    return (
        iam.allow(
            "TagOwn",
            ["elasticloadbalancing:AddTags"],
            _elb(names, *_KINDS),
            condition={
                "StringEquals": _owned(names),
                "StringEqualsIfExists": _requested(names),
            },
        ),
        iam.allow(
            "UntagOwn",
            ["elasticloadbalancing:RemoveTags"],
            _elb(names, *_KINDS),
            condition={
                "StringEquals": _owned(names),
                "ForAllValues:StringNotEquals": {"aws:TagKeys": [_TAG]},
            },
        ),
    )


def _groups(names: Names, vpc_id: pulumi.Output[str]) -> tuple[iam.Statement, ...]:
    groups = [names.arn("ec2", "security-group/*")]
    vpc = vpc_id.apply(lambda value: names.arn("ec2", f"vpc/{value}"))
    creating: dict[str, Any] = _requested(names) | {"ec2:CreateAction": "CreateSecurityGroup"}
    return (
        # EC2 judges the group, which carries tags, and the VPC, which doesn't, one by one.
        iam.allow("MakeGroupsHere", ["ec2:CreateSecurityGroup"], [vpc]),
        iam.allow(
            "MakeTaggedGroups",
            ["ec2:CreateSecurityGroup"],
            groups,
            condition={"StringEquals": _requested(names)},
        ),
        iam.allow("TagNewGroups", ["ec2:CreateTags"], groups, condition={"StringEquals": creating}),
        iam.allow(
            "ChangeOwnGroups",
            [*_RULES, "ec2:DeleteSecurityGroup"],
            groups,
            condition={"StringEquals": _owned(names)},
        ),
    )


def _node_rules(names: Names, node_group_id: pulumi.Output[str]) -> iam.Statement:
    """Return what lets load balancers reach pods, in the one group that nodes share."""
    group = node_group_id.apply(lambda value: names.arn("ec2", f"security-group/{value}"))
    return iam.allow("OpenNodes", _RULES, [group])


def _service_role(names: Names) -> iam.Statement:
    service = names.service("elasticloadbalancing")
    role = f"role/aws-service-role/{service}/AWSServiceRoleForElasticLoadBalancing"
    return iam.allow(
        "MakeServiceRole",
        ["iam:CreateServiceLinkedRole"],
        [f"arn:{names.partition}:iam::{names.account_id}:{role}"],
        condition={"StringEquals": {"iam:AWSServiceName": service}},
    )
