"""Section `storage`: the cluster's storage classes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bedplate.spec.base import Spec


class StorageSpec(Spec):
    """The default storage class: encrypted gp3 volumes."""

    reclaim: Literal["Delete", "Retain"] = "Delete"
    """What becomes of a volume whose claim is deleted."""
    iops: Annotated[int, Field(ge=3000, le=80000)] = 3000
    """Provisioned input and output operations per second (gp3: 3000 are included)."""
    throughput_mib: Annotated[int, Field(ge=125, le=2000)] = 125
    """Provisioned throughput, MiB/s (gp3: 125 are included)."""
