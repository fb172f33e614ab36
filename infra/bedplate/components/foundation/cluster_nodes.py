"""What all nodes have in common, and the managed node group that controllers run on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi

    from bedplate.components.scope import Scope

_ROOT_DEVICE = "/dev/xvda"
"""Root device of the Amazon Linux 2023 images."""

_GRAVITON = re.compile(r"^[a-z]+[0-9]+g[a-z]*\.")
"""Instance types with Arm processors carry a g after the generation (EC2 naming conventions)."""

ARCHITECTURES: Mapping[str, str] = {"x86_64": "x86_64", "arm64": "ARM_64"}
"""How AMI types spell an architecture (EKS API, AMITypes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachinePlan:
    """How the machines of a node group are made."""

    part: str
    """Name of the launch template within the environment."""
    key_arn: pulumi.Input[str]
    """Key that encrypts the volumes."""
    disk_gib: int
    """Size of the root volume, GiB."""
    more: Mapping[str, Any]
    """Further arguments of the launch template."""


def launch_template(
    name: str, scope: Scope, plan: MachinePlan, opts: pulumi.ResourceOptions
) -> aws.ec2.LaunchTemplate:
    """Create a launch template: own-key volumes, IMDSv2 for the node alone, no SSH key."""
    physical = scope.names.resource(plan.part)
    return aws.ec2.LaunchTemplate(
        name,
        name=physical,
        update_default_version=True,
        block_device_mappings=[{"device_name": _ROOT_DEVICE, "ebs": _volume(plan)}],
        metadata_options={
            "http_endpoint": "enabled",
            "http_tokens": "required",
            # One hop: a pod is one hop further away and never reaches the node's credentials.
            "http_put_response_hop_limit": 1,
            "instance_metadata_tags": "disabled",
        },
        monitoring={"enabled": True},
        tag_specifications=[
            {"resource_type": kind, "tags": scope.tags(physical)}
            for kind in ("instance", "volume", "network-interface")
        ],
        tags=scope.tags(physical),
        opts=opts,
        **plan.more,
    )


def _volume(plan: MachinePlan) -> aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgsDict:
    return {
        "volume_type": "gp3",
        "volume_size": plan.disk_gib,
        "encrypted": "true",
        "kms_key_id": plan.key_arn,
        "delete_on_termination": "true",
    }


def template_version(
    template: aws.ec2.LaunchTemplate,
) -> aws.eks.NodeGroupLaunchTemplateArgsDict:
    """Return how a node group names the newest version of its launch template."""
    return {"id": template.id, "version": template.latest_version.apply(str)}


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemNodesPlan:
    """What the system nodes are made from."""

    key_arn: pulumi.Input[str]
    """Key that encrypts the volumes."""
    cluster_name: pulumi.Input[str]
    """The cluster that they join."""
    role_arn: pulumi.Input[str]
    """Role of the nodes."""
    subnet_ids: Sequence[pulumi.Input[str]]
    """Private subnets, in two zones at least."""


def system_nodes(
    name: str,
    scope: Scope,
    plan: SystemNodesPlan,
    child: pulumi.ResourceOptions,
    after: pulumi.ResourceOptions,
) -> aws.eks.NodeGroup:
    """Create the node group that controllers run on; the nodes wait for what `after` names."""
    nodes, physical = scope.spec.cluster.system_nodes, scope.names.resource("system-nodes")
    machines = MachinePlan(
        part="system-nodes", key_arn=plan.key_arn, disk_gib=nodes.disk_gib, more={}
    )
    template = launch_template(f"{name}-template", scope, machines, child)
    return aws.eks.NodeGroup(
        name,
        cluster_name=plan.cluster_name,
        node_group_name="system",
        node_role_arn=plan.role_arn,
        subnet_ids=plan.subnet_ids,
        version=scope.spec.cluster.version,
        ami_type=f"AL2023_{ARCHITECTURES[_architecture(nodes.instance_types)]}_STANDARD",
        instance_types=list(nodes.instance_types),
        capacity_type="ON_DEMAND",
        launch_template=template_version(template),
        scaling_config={
            "min_size": nodes.min_size,
            "desired_size": nodes.min_size,
            "max_size": nodes.max_size,
        },
        labels={"bedplate/node-role": "system"},
        update_config={"max_unavailable": 1},
        node_repair_config={"enabled": True},
        tags=scope.tags(physical),
        opts=after,
    )


def _architecture(instance_types: Sequence[str]) -> str:
    return "arm64" if _GRAVITON.match(instance_types[0]) else "x86_64"
