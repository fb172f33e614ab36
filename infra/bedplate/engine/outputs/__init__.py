"""Deterministic, plausible outputs: what AWS or Kubernetes would answer after a deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.engine.outputs.model import Account, Simulated, Subject

if TYPE_CHECKING:
    pass

__all__ = ["Account", "Simulated", "Subject", "simulate"]


def simulate(subject: Subject) -> Simulated:
    """Return the identifier and computed properties of a resource."""
    return Simulated(subject.hex(17), {})
