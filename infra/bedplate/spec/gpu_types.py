"""EC2 GPU instance types: which GPU, how many, how much memory, how many EFA interfaces.

Source: EC2 DescribeInstanceTypes as bundled in moto 5.2.5 (dated 2026-10-27). Types that expose a
fraction of a GPU (g6f, gr6f) are left out: a scheduler counts whole GPUs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GpuType:
    """One EC2 instance type that carries whole GPUs."""

    name: str
    """EC2 instance type."""
    gpu: str
    """GPU model, lower case, as Karpenter's `instance-gpu-name` spells it."""
    count: int
    """GPUs per instance."""
    memory_mib: int
    """Memory per GPU, MiB."""
    efa: int
    """Elastic Fabric Adapter interfaces; 0 where the type has none."""
    vcpus: int
    """Virtual CPUs per instance."""
    architecture: str
    """x86_64 or arm64."""

    @property
    def family(self) -> str:
        """The part before the dot, e.g. `g6`."""
        return self.name.split(".", 1)[0]


_ROWS: tuple[tuple[str, str, int, int, int, int, str], ...] = (
    ("g4dn.xlarge", "t4", 1, 16384, 0, 4, "x86_64"),
    ("g4dn.2xlarge", "t4", 1, 16384, 0, 8, "x86_64"),
    ("g4dn.4xlarge", "t4", 1, 16384, 0, 16, "x86_64"),
    ("g4dn.8xlarge", "t4", 1, 16384, 1, 32, "x86_64"),
    ("g4dn.12xlarge", "t4", 4, 16384, 1, 48, "x86_64"),
    ("g4dn.16xlarge", "t4", 1, 16384, 1, 64, "x86_64"),
    ("g5.xlarge", "a10g", 1, 22888, 0, 4, "x86_64"),
    ("g5.2xlarge", "a10g", 1, 22888, 0, 8, "x86_64"),
    ("g5.4xlarge", "a10g", 1, 22888, 0, 16, "x86_64"),
    ("g5.8xlarge", "a10g", 1, 22888, 1, 32, "x86_64"),
    ("g5.12xlarge", "a10g", 4, 22888, 1, 48, "x86_64"),
    ("g5.16xlarge", "a10g", 1, 22888, 1, 64, "x86_64"),
    ("g5.24xlarge", "a10g", 4, 22888, 1, 96, "x86_64"),
    ("g5.48xlarge", "a10g", 8, 22888, 1, 192, "x86_64"),
    ("g5g.xlarge", "t4g", 1, 16384, 0, 4, "arm64"),
    ("g5g.2xlarge", "t4g", 1, 16384, 0, 8, "arm64"),
    ("g5g.4xlarge", "t4g", 1, 16384, 0, 16, "arm64"),
    ("g5g.8xlarge", "t4g", 1, 16384, 0, 32, "arm64"),
    ("g5g.16xlarge", "t4g", 2, 16384, 0, 64, "arm64"),
    ("g6.xlarge", "l4", 1, 22888, 0, 4, "x86_64"),
    ("g6.2xlarge", "l4", 1, 22888, 0, 8, "x86_64"),
    ("g6.4xlarge", "l4", 1, 22888, 0, 16, "x86_64"),
    ("g6.8xlarge", "l4", 1, 22888, 1, 32, "x86_64"),
    ("g6.12xlarge", "l4", 4, 22888, 1, 48, "x86_64"),
    ("g6.16xlarge", "l4", 1, 22888, 1, 64, "x86_64"),
    ("g6.24xlarge", "l4", 4, 22888, 1, 96, "x86_64"),
    ("g6.48xlarge", "l4", 8, 22888, 1, 192, "x86_64"),
    ("g6e.xlarge", "l40s", 1, 45776, 0, 4, "x86_64"),
    ("g6e.2xlarge", "l40s", 1, 45776, 0, 8, "x86_64"),
    ("g6e.4xlarge", "l40s", 1, 45776, 0, 16, "x86_64"),
    ("g6e.8xlarge", "l40s", 1, 45776, 1, 32, "x86_64"),
    ("g6e.12xlarge", "l40s", 4, 45776, 1, 48, "x86_64"),
    ("g6e.16xlarge", "l40s", 1, 45776, 1, 64, "x86_64"),
    ("g6e.24xlarge", "l40s", 4, 45776, 2, 96, "x86_64"),
    ("g6e.48xlarge", "l40s", 8, 45776, 4, 192, "x86_64"),
    ("g7.2xlarge", "rtx-pro-4500", 1, 32768, 0, 8, "x86_64"),
    ("g7.4xlarge", "rtx-pro-4500", 1, 32768, 0, 16, "x86_64"),
    ("g7.8xlarge", "rtx-pro-4500", 1, 32768, 1, 32, "x86_64"),
    ("g7.12xlarge", "rtx-pro-4500", 2, 32768, 1, 48, "x86_64"),
    ("g7.24xlarge", "rtx-pro-4500", 4, 32768, 1, 96, "x86_64"),
    ("g7.48xlarge", "rtx-pro-4500", 8, 32768, 2, 192, "x86_64"),
    ("g7e.2xlarge", "rtx-pro-server-6000", 1, 98304, 0, 8, "x86_64"),
    ("g7e.4xlarge", "rtx-pro-server-6000", 1, 98304, 0, 16, "x86_64"),
    ("g7e.8xlarge", "rtx-pro-server-6000", 1, 98304, 1, 32, "x86_64"),
    ("g7e.12xlarge", "rtx-pro-server-6000", 2, 98304, 1, 48, "x86_64"),
    ("g7e.24xlarge", "rtx-pro-server-6000", 4, 98304, 2, 96, "x86_64"),
    ("g7e.48xlarge", "rtx-pro-server-6000", 8, 98304, 4, 192, "x86_64"),
    ("gr6.4xlarge", "l4", 1, 22888, 0, 16, "x86_64"),
    ("gr6.8xlarge", "l4", 1, 22888, 1, 32, "x86_64"),
    ("p4d.24xlarge", "a100", 8, 40960, 4, 96, "x86_64"),
    ("p4de.24xlarge", "a100", 8, 81920, 4, 96, "x86_64"),
    ("p5.4xlarge", "h100", 1, 81920, 1, 16, "x86_64"),
    ("p5.48xlarge", "h100", 8, 81920, 32, 192, "x86_64"),
    ("p5e.48xlarge", "h200", 8, 144384, 32, 192, "x86_64"),
    ("p5en.48xlarge", "h200", 8, 144384, 16, 192, "x86_64"),
    ("p6-b200.48xlarge", "b200", 8, 183359, 8, 192, "x86_64"),
    ("p6-b300.48xlarge", "b300", 8, 275040, 16, 192, "x86_64"),
)

GPU_TYPES: dict[str, GpuType] = {row[0]: GpuType(*row) for row in _ROWS}
"""GPU instance types by name."""
