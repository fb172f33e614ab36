"""What every GPU node carries, whoever makes it: labels, taint and partitions of its GPUs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedplate.spec.gpu_sharing import MIG_PROFILES
from bedplate.spec.gpu_types import GPU_TYPES

if TYPE_CHECKING:
    from bedplate.spec.gpu_pools import GpuPoolSpec

POOL_LABEL: Final = "bedplate/gpu-pool"
"""Label with the pool's name; a pod selects its pool by it."""
PRESENT_LABEL: Final = "nvidia.com/gpu.present"
"""Label that the device plugin and the exporter look for."""
SHARING_LABEL: Final = "nvidia.com/device-plugin.config"
"""Label that names the device plugin's configuration of a node."""
MPS_LABEL: Final = "nvidia.com/mps.capable"
"""Label of the nodes that the device plugin's MPS daemon runs on; without it shares of MPS are
never advertised (chart nvidia-device-plugin, daemonset of the MPS control daemon)."""
GPU_TAINT: Final = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
"""Taint that keeps all but GPU work away."""


def gpu_labels(name: str, pool: GpuPoolSpec) -> dict[str, str]:
    """Return the labels of a pool's nodes."""
    labels = {
        **pool.labels,
        PRESENT_LABEL: "true",
        POOL_LABEL: name,
        SHARING_LABEL: sharing_name(pool),
    }
    return labels | ({MPS_LABEL: "true"} if pool.sharing.strategy == "mps" else {})


def sharing_name(pool: GpuPoolSpec) -> str:
    """Return the name of the device plugin's configuration for a pool."""
    sharing = pool.sharing
    if sharing.strategy in {"none", "mig"}:
        return "whole" if sharing.strategy == "none" else "mig"
    return f"{sharing.strategy}-{sharing.replicas}"


def mig_instances(pool: GpuPoolSpec) -> dict[str, int]:
    """Return what pods ask for where GPUs are partitioned, and how many of it one GPU gives."""
    profile = pool.sharing.mig_profile
    if pool.sharing.strategy != "mig" or profile is None:
        return {}
    first = GPU_TYPES[pool.instance_types[0]]
    return {f"nvidia.com/mig-{profile}": MIG_PROFILES[first.gpu, first.memory_mib][profile]}


def mig_script(pool: GpuPoolSpec) -> str:
    """Return what a node runs at its start to partition its GPUs; "" where they stay whole.

    The machine images bring the driver but nothing that partitions (EKS user guide, accelerated
    AMIs), so the driver's own tool does it before the kubelet counts devices.
    """
    instances = sum(mig_instances(pool).values())
    if not instances:
        return ""
    profiles = ",".join([str(pool.sharing.mig_profile)] * instances)
    return (
        "#!/bin/sh\nset -eu\nsystemctl stop nvidia-persistenced || true\n"
        f"nvidia-smi -mig 1\nnvidia-smi mig -cgi {profiles} -C\n"
        "systemctl start nvidia-persistenced || true\n"
    )


def mime(script: str) -> str:
    """Return a script as user data, to which EKS and Karpenter add their own part."""
    boundary = "==BEDPLATE=="
    return (
        f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{boundary}"\n\n'
        f'--{boundary}\nContent-Type: text/x-shellscript; charset="us-ascii"\n\n'
        f"{script}\n--{boundary}--\n"
    )
