"""Section `gpu_stack`: what makes GPUs usable and measured."""

from __future__ import annotations

from bedplate.spec.base import Spec


class GpuStackSpec(Spec):
    """NVIDIA's device plugin and exporter."""

    metrics: bool = True
    """Whether GPUs are measured (DCGM exporter)."""
    dynamic_resource_allocation: bool = False
    """Whether whole GPUs are claimed by Dynamic Resource Allocation instead of counted by the
    device plugin. Managed pools only, and nothing is shared."""
