"""Section `keys`: customer-managed KMS keys, one per class of data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bedplate.spec.base import RoleArn, Spec

DataClass = Literal["platform", "models", "data", "logs", "evidence", "secrets"]
"""What a key protects; `platform` is nodes, images and queues, `data` datasets and databases."""


class KeysSpec(Spec):
    """How the environment's keys are kept."""

    rotation_days: Annotated[int, Field(ge=90, le=2560)] = 365
    """Days between automatic rotations (KMS allows 90 to 2560)."""
    deletion_window_days: Annotated[int, Field(ge=7, le=30)] = 30
    """Days that a key scheduled for deletion can still be saved (KMS allows 7 to 30)."""
    administrators: tuple[RoleArn, ...] = ()
    """Roles that may administer, but not use, the keys; none: the account through IAM."""
