"""Roles of the cluster, its nodes and its add-ons, and who may assume them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi_aws as aws

from bedplate.components import iam

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from bedplate.components.scope import Scope
    from bedplate.names import Names

SYSTEM_NAMESPACE = "kube-system"
"""Namespace of the add-ons and of Karpenter."""

NODE_POLICIES = (
    "AmazonEKSWorkerNodePolicy",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonSSMManagedInstanceCore",
)
"""AWS' own policies of a node; networking has its own identity, so AmazonEKS_CNI_Policy is not
among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePlan:
    """What a role is to be."""

    part: str
    """Name of the role within the environment."""
    trust: str
    """Trust policy."""
    managed: tuple[str, ...] = ()
    """Names of AWS' own policies to attach, with their path."""
    own: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """Documents of the environment's own policies, by what they are about."""


@dataclass(frozen=True, slots=True)
class AttachedRole:
    """A role and what gives it its rights."""

    role: aws.iam.Role
    """The role."""
    attachments: tuple[aws.iam.RolePolicyAttachment, ...]
    """Its policies; whatever uses the role waits for them."""


def attached_role(
    name: str, scope: Scope, plan: RolePlan, opts: pulumi.ResourceOptions
) -> AttachedRole:
    """Create a role with its policies; `name` is the logical name of the role."""
    physical = scope.names.resource(plan.part)
    role = aws.iam.Role(
        name,
        name=physical,
        assume_role_policy=plan.trust,
        permissions_boundary=scope.boundary_arn,
        max_session_duration=scope.spec.identities.max_session_hours * 3600,
        tags=scope.tags(physical),
        opts=opts,
    )
    arns: dict[str, pulumi.Input[str]] = {
        policy.rsplit("/", 1)[-1]: scope.names.aws_policy_arn(policy) for policy in plan.managed
    }
    for about, document in plan.own.items():
        policy_name = f"{physical}-{about}"
        arns[about] = aws.iam.Policy(
            f"{name}-{about}",
            name=policy_name,
            policy=document,
            tags=scope.tags(policy_name),
            opts=opts,
        ).arn
    attachments = (
        aws.iam.RolePolicyAttachment(
            f"{name}-{about}-attachment", role=role.name, policy_arn=arn, opts=opts
        )
        for about, arn in arns.items()
    )
    return AttachedRole(role, tuple(attachments))


def cluster_arn(names: Names) -> str:
    """Return the ARN of the environment's cluster."""
    return names.arn("eks", f"cluster/{names.prefix}")


def cluster_trust(names: Names) -> str:
    """Return who may assume the cluster's role: EKS, for this cluster only.

    EKS takes both conditions (user guide, cross-service confused deputy prevention).
    """
    condition = {
        "StringEquals": {"aws:SourceAccount": names.account_id},
        "ArnEquals": {"aws:SourceArn": cluster_arn(names)},
    }
    return iam.trust(names.service("eks"), condition=condition)


def node_trust(names: Names) -> str:
    """Return who may assume a node's role: EC2, whose principal has China's domain in China."""
    suffix = ".cn" if names.partition == "aws-cn" else ""
    return iam.trust(f"{names.service('ec2')}{suffix}")


def pod_trust(names: Names, service_account: str, namespace: str = SYSTEM_NAMESPACE) -> str:
    """Return who may assume a pod's role: Pod Identity, for one service account of this cluster.

    Pod Identity sends these session tags with every request (EKS user guide, session tags).
    """
    tags = {
        "aws:RequestTag/eks-cluster-arn": cluster_arn(names),
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": service_account,
    }
    service = names.service("pods.eks")
    return iam.trust(service, *iam.POD_IDENTITY, condition={"StringEquals": tags})


def via_service(names: Names, service: str) -> str:
    """Return what KMS calls a service that uses a key with the rights of a role."""
    domain = "amazonaws.com.cn" if names.partition == "aws-cn" else "amazonaws.com"
    return f"{service}.{names.region}.{domain}"


def volume_key_statements(names: Names, key_arn: pulumi.Input[str]) -> tuple[iam.Statement, ...]:
    """Return what a role needs that has EC2 make volumes encrypted by a customer key."""
    through_ec2 = {"kms:ViaService": via_service(names, "ec2")}
    return (
        iam.allow(
            "EncryptVolumes",
            [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncrypt*",
            ],
            [key_arn],
            condition={"StringEquals": through_ec2},
        ),
        iam.allow(
            "GrantVolumes",
            ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
            [key_arn],
            condition={
                "StringEquals": through_ec2,
                "Bool": {"kms:GrantIsForAWSResource": "true"},
            },
        ),
    )
