"""What Karpenter's controller may do: six policies as its reference divides them, and its key.

Source of actions and tags: Karpenter's reference, controller policies, version 1.14.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components import iam
from bedplate.components.foundation.cluster_roles import (
    cluster_arn,
    via_service,
    volume_key_statements,
)

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.scope import Scope
    from bedplate.names import Names

NODE_ROLE = "karpenter-node"
"""Name of the role of Karpenter's nodes within the environment."""
QUEUE = "karpenter"
"""Name of the interruption queue within the environment."""

_OWNER_TAG = "eks:eks-cluster-name"
_POOL_TAG = "karpenter.sh/nodepool"
_CLASS_TAG = "karpenter.k8s.aws/ec2nodeclass"
_REGION_TAG = "topology.kubernetes.io/region"

_ANY = ["*"]
"""For actions that know no resource; each is narrowed by its condition or reads only."""

_LAUNCHED = ("fleet", "instance", "launch-template", "network-interface", "volume")
"""What Karpenter makes, beside spot requests."""

_DESCRIBED = (
    "CapacityReservations",
    "Images",
    "InstanceStatus",
    "InstanceTypeOfferings",
    "InstanceTypes",
    "Instances",
    "LaunchTemplates",
    "PlacementGroups",
    "SecurityGroups",
    "SpotPriceHistory",
    "Subnets",
)
"""What Karpenter looks up in EC2."""


def controller_documents(scope: Scope, key_arn: pulumi.Input[str]) -> dict[str, pulumi.Output[str]]:
    """Return the policy documents of the controller, by what they are about."""
    names = scope.names
    return {
        "nodes": iam.document(*_node_lifecycle(names)),
        "profiles": iam.document(*_iam_integration(names)),
        "cluster": iam.document(_eks_integration(names)),
        "interruptions": iam.document(_interruption(names)),
        "zonal-shift": iam.document(_zonal_shift(names)),
        "discovery": iam.document(*_resource_discovery(scope)),
        "key": iam.document(*volume_key_statements(names, key_arn), _queue_key(names, key_arn)),
    }


def _owned(names: Names, kind: str) -> dict[str, str]:
    """Return the tag that says a resource belongs to the cluster; `kind` is the tag's side."""
    return {f"aws:{kind}Tag/kubernetes.io/cluster/{names.prefix}": "owned"}


def _requested(names: Names) -> dict[str, Any]:
    """Return the condition that what is made is tagged as the cluster's and a pool's."""
    owner = {f"aws:RequestTag/{_OWNER_TAG}": names.prefix}
    return {
        "StringEquals": _owned(names, "Request") | owner,
        "StringLike": {f"aws:RequestTag/{_POOL_TAG}": "*"},
    }


def _existing(names: Names) -> dict[str, Any]:
    """Return the condition that a resource is the cluster's and a pool's."""
    return {
        "StringEquals": _owned(names, "Resource"),
        "StringLike": {f"aws:ResourceTag/{_POOL_TAG}": "*"},
    }


def _ec2(names: Names, *kinds: str) -> list[str]:
    return [names.arn("ec2", f"{kind}/*") for kind in kinds]


def _public(names: Names, *kinds: str) -> list[str]:
    """Return the ARNs of EC2 resources that carry no account."""
    return [f"arn:{names.partition}:ec2:{names.region}::{kind}/*" for kind in kinds]


def _node_lifecycle(names: Names) -> list[iam.Statement]:
    return [*_launch(names), *_tag(names), _remove(names)]


def _launch(names: Names) -> list[iam.Statement]:
    run = ["ec2:CreateFleet", "ec2:RunInstances"]
    used = ("capacity-reservation", "placement-group", "security-group", "subnet")
    made = _ec2(names, *_LAUNCHED, "spot-instances-request")
    return [
        iam.allow(
            "LaunchFrom",
            run,
            [*_public(names, "image", "snapshot"), *_ec2(names, *used)],
            condition={"StringEquals": {"aws:RequestedRegion": names.region}},
        ),
        iam.allow(
            "LaunchFromOwnTemplates",
            run,
            _ec2(names, "launch-template"),
            condition=_existing(names),
        ),
        iam.allow(
            "LaunchTagged",
            [*run, "ec2:CreateLaunchTemplate"],
            made,
            condition=_requested(names),
        ),
    ]


def _tag(names: Names) -> list[iam.Statement]:
    at_launch = _requested(names)
    at_launch["StringEquals"] = at_launch["StringEquals"] | {
        "ec2:CreateAction": ["CreateFleet", "CreateLaunchTemplate", "RunInstances"]
    }
    later = _existing(names) | {
        "StringEqualsIfExists": {f"aws:RequestTag/{_OWNER_TAG}": names.prefix},
        "ForAllValues:StringEquals": {
            "aws:TagKeys": [_OWNER_TAG, "karpenter.sh/nodeclaim", "Name"]
        },
    }
    made = _ec2(names, *_LAUNCHED, "spot-instances-request")
    return [
        iam.allow("TagAtLaunch", ["ec2:CreateTags"], made, condition=at_launch),
        iam.allow("TagNodes", ["ec2:CreateTags"], _ec2(names, "instance"), condition=later),
    ]


def _remove(names: Names) -> iam.Statement:
    return iam.allow(
        "RemoveOwn",
        ["ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"],
        _ec2(names, "instance", "launch-template"),
        condition=_existing(names),
    )


def _profiles(names: Names) -> list[str]:
    return [f"arn:{names.partition}:iam::{names.account_id}:instance-profile/*"]


def _profile_tags(names: Names, kind: str) -> dict[str, str]:
    return _owned(names, kind) | {f"aws:{kind}Tag/{_REGION_TAG}": names.region}


def _iam_integration(names: Names) -> list[iam.Statement]:
    services = [names.service("ec2"), f"{names.service('ec2')}.cn"]
    owner = {f"aws:RequestTag/{_OWNER_TAG}": names.prefix}
    requested, existing = _profile_tags(names, "Request"), _profile_tags(names, "Resource")
    class_requested = {f"aws:RequestTag/{_CLASS_TAG}": "*"}
    class_existing = {f"aws:ResourceTag/{_CLASS_TAG}": "*"}
    return [
        iam.allow(
            "PassNodeRole",
            ["iam:PassRole"],
            [names.role_arn(NODE_ROLE)],
            condition={"StringEquals": {"iam:PassedToService": services}},
        ),
        iam.allow(
            "CreateProfiles",
            ["iam:CreateInstanceProfile"],
            _profiles(names),
            condition={"StringEquals": requested | owner, "StringLike": class_requested},
        ),
        iam.allow(
            "TagOwnProfiles",
            ["iam:TagInstanceProfile"],
            _profiles(names),
            condition={
                "StringEquals": existing | requested | owner,
                "StringLike": class_existing | class_requested,
            },
        ),
        iam.allow(
            "ChangeOwnProfiles",
            [
                "iam:AddRoleToInstanceProfile",
                "iam:DeleteInstanceProfile",
                "iam:RemoveRoleFromInstanceProfile",
            ],
            _profiles(names),
            condition={"StringEquals": existing, "StringLike": class_existing},
        ),
    ]


def _eks_integration(names: Names) -> iam.Statement:
    return iam.allow("FindApi", ["eks:DescribeCluster"], [cluster_arn(names)])


def _interruption(names: Names) -> iam.Statement:
    actions = ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"]
    return iam.allow("ReadQueue", actions, [names.arn("sqs", names.resource(QUEUE))])


def _zonal_shift(names: Names) -> iam.Statement:
    this = {"arc-zonal-shift:ResourceIdentifier": cluster_arn(names)}
    actions = ["arc-zonal-shift:GetManagedResource"]
    return iam.allow("ReadZonalShift", actions, _ANY, condition={"StringEquals": this})


def _resource_discovery(scope: Scope) -> list[iam.Statement]:
    names = scope.names
    parameters = f"arn:{names.partition}:ssm:{names.region}::parameter/aws/service/*"
    described = [f"ec2:Describe{kind}" for kind in _DESCRIBED]
    here = {"StringEquals": {"aws:RequestedRegion": names.region}}
    found = [
        iam.allow("DescribeHere", described, _ANY, condition=here),
        iam.allow("ReadImageIds", ["ssm:GetParameter"], [parameters]),
        iam.allow("ListProfiles", ["iam:ListInstanceProfiles"], _ANY),
        iam.allow("ReadProfiles", ["iam:GetInstanceProfile"], _profiles(names)),
    ]
    if scope.spec.network.egress == "nat":
        # There is no endpoint for prices: without a way out Karpenter uses its built-in table.
        found.append(iam.allow("ReadPrices", ["pricing:GetProducts"], _ANY))
    return found


def _queue_key(names: Names, key_arn: pulumi.Input[str]) -> iam.Statement:
    through_sqs = {"kms:ViaService": via_service(names, "sqs")}
    return iam.allow(
        "DecryptMessages", ["kms:Decrypt"], [key_arn], condition={"StringEquals": through_sqs}
    )
