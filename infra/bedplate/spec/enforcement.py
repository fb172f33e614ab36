"""Part `governance.enforcement`: which violations block, by tier; a file may only tighten it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from bedplate.spec.base import Spec

if TYPE_CHECKING:
    from bedplate.spec.platform import Tier

Threshold = Literal["critical", "high", "medium", "low"]
"""A severity, gravest first: from it on violations block."""
THRESHOLDS: Final[tuple[Threshold, ...]] = ("critical", "high", "medium", "low")
"""Every severity, gravest first."""

BLOCKS_FROM: Final[dict[Tier, Threshold]] = {
    "development": "critical",
    "staging": "high",
    "production": "high",
}
"""The least severity of a violation that blocks, by tier."""
OPEN_BLOCKS: Final[dict[Tier, bool]] = {
    "development": False,
    "staging": False,
    "production": True,
}
"""Whether an open verdict blocks as a violation of the same policy would, by tier."""


class EnforcementSpec(Spec):
    """What blocks beyond what the tier demands. It may only tighten: a loosening is refused."""

    blocks_from: Threshold | None = None
    """Least severity of a violation that blocks; none: `critical` in development, else `high`."""
    open_blocks: bool | None = None
    """Whether a verdict that is still open blocks too; none: in production only."""


def is_looser(tier: Tier, wanted: Threshold) -> bool:
    """Tell whether a threshold lets through what the tier would block."""
    return THRESHOLDS.index(wanted) < THRESHOLDS.index(BLOCKS_FROM[tier])
