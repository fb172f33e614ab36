"""Section `cluster`: the EKS cluster and its system nodes."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field, field_validator

from bedplate.spec.base import RoleArn, Spec

LogType = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]
"""A log of the EKS control plane."""


class SystemNodesSpec(Spec):
    """The managed node group that controllers run on; GPU work never lands there."""

    instance_types: Annotated[tuple[str, ...], Field(min_length=1)] = ("m7i.xlarge",)
    """EC2 instance types, in order of preference."""
    min_size: Annotated[int, Field(ge=2, le=50)] = 2
    """Fewest nodes; two, so that Karpenter's replicas find two hosts."""
    max_size: Annotated[int, Field(ge=2, le=50)] = 6
    """Most nodes."""
    disk_gib: Annotated[int, Field(ge=20, le=2000)] = 80
    """Size of the encrypted root volume, GiB."""


class ClusterSpec(Spec):
    """One EKS cluster, reached through access entries only."""

    version: Annotated[str, Field(pattern=r"^1\.[0-9]{2}$")] = "1.35"
    """Kubernetes minor version, quoted."""
    endpoint_access: Literal["private", "restricted", "public"] = "private"
    """API endpoint: `private` from inside only; `restricted` also from `public_access_cidrs`;
    `public` also from anywhere, which policy ZT-001 refuses."""
    public_access_cidrs: tuple[str, ...] = ()
    """With `restricted`: the IPv4 blocks that may reach the API endpoint."""
    admins: tuple[RoleArn, ...] = ()
    """IAM roles that get AmazonEKSClusterAdminPolicy through an access entry."""
    viewers: tuple[RoleArn, ...] = ()
    """IAM roles that get AmazonEKSAdminViewPolicy through an access entry."""
    log_types: tuple[LogType, ...] = (
        "api",
        "audit",
        "authenticator",
        "controllerManager",
        "scheduler",
    )
    """Control-plane logs that are kept."""
    support: Literal["standard", "extended"] = "standard"
    """What happens when standard support ends: upgraded by AWS, or paid extended support."""
    system_nodes: SystemNodesSpec = SystemNodesSpec()
    """The nodes that controllers run on."""
    addon_versions: dict[str, str] = Field(default_factory=dict)
    """EKS add-on versions by add-on name; absent: the default for the Kubernetes version."""

    @field_validator("public_access_cidrs")
    @classmethod
    def _blocks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for block in value:
            IPv4Network(block)
        return value
