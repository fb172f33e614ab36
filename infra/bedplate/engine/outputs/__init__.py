"""Deterministic, plausible outputs: what AWS or Kubernetes would answer after a deployment."""

from __future__ import annotations


from bedplate.engine.outputs.model import Account, Simulated, Subject

__all__ = ["Account", "Simulated", "Subject", "simulate"]


def simulate(subject: Subject) -> Simulated:
    """Return the identifier and computed properties of a resource."""
    return Simulated(subject.hex(17), {})
