"""Section `gpu_pools`: named pools of GPU nodes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from bedplate.spec.base import Spec
from bedplate.spec.gpu_types import GPU_TYPES

Purchase = Literal["on-demand", "spot", "reserved", "capacity-block"]
"""How instances are bought; `reserved` is an On-Demand Capacity Reservation."""

ReservationId = Annotated[str, StringConstraints(pattern=r"^cr-[0-9a-f]{17}$")]
"""Id of a capacity reservation or capacity block."""


class GpuSharingSpec(Spec):
    """How pods share a GPU."""

    strategy: Literal["none", "time-slicing", "mps", "mig"] = "none"
    """Time-slicing and MPS share without isolation; MIG partitions chips that have it."""
    replicas: Annotated[int, Field(ge=1, le=48)] = 1
    """Pods per GPU, for time-slicing and MPS."""
    mig_profile: str | None = None
    """MIG profile, e.g. `1g.18gb`, for `mig`."""


class GpuPoolSpec(Spec):
    """One pool of GPU nodes, tainted so that only GPU work lands on it."""

    provisioner: Literal["karpenter", "managed"] = "karpenter"
    """`karpenter`: nodes come and go with the work; `managed`: an EKS managed node group."""
    instance_types: Annotated[tuple[str, ...], Field(min_length=1)]
    """EC2 GPU instance types, in order of preference."""
    purchase: Annotated[tuple[Purchase, ...], Field(min_length=1)] = ("on-demand",)
    """How instances may be bought, in order of preference."""
    max_gpus: Annotated[int, Field(ge=1, le=10000)]
    """Most GPUs in the pool at any time."""
    min_nodes: Annotated[int, Field(ge=0, le=1000)] = 0
    """Nodes kept when there is no work; managed pools only."""
    reservations: tuple[ReservationId, ...] = ()
    """Capacity reservations or blocks that the pool uses."""
    zones: tuple[Annotated[str, StringConstraints(pattern=r"^[a-f]$")], ...] = ()
    """Letters of the zones to use; none: all of the network's."""
    disk_gib: Annotated[int, Field(ge=50, le=16000)] = 200
    """Size of the encrypted root volume, GiB: images of model servers are large."""
    sharing: GpuSharingSpec = GpuSharingSpec()
    """How pods share a GPU."""
    labels: dict[str, str] = Field(default_factory=dict)
    """Further node labels."""

    @field_validator("instance_types")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in GPU_TYPES:
                raise ValueError(f"gpu_type:{name}")
        return value

    @property
    def gpus_per_node(self) -> int:
        """Fewest GPUs that one node of the pool brings."""
        return min(GPU_TYPES[name].count for name in self.instance_types)

    @property
    def max_nodes(self) -> int:
        """Most nodes that stay within `max_gpus`, whichever type they are."""
        return self.max_gpus // max(GPU_TYPES[name].count for name in self.instance_types)
