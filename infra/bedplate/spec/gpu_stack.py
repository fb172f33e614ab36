"""Section `gpu_stack`: what makes GPUs usable and measured."""

from __future__ import annotations

from bedplate.spec.base import Spec


class GpuStackSpec(Spec):
    """What makes GPUs usable and measured."""
