"""Section `storage`: the cluster's storage classes."""

from __future__ import annotations

from bedplate.spec.base import Spec


class StorageSpec(Spec):
    """The cluster's storage classes."""
