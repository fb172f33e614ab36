"""Rules of `governance.enforcement`: a file may ask for more than its tier demands, never less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.spec.enforcement import BLOCKS_FROM, OPEN_BLOCKS, is_looser
from bedplate.spec.rules import Conflict, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.spec.governance import GovernanceSpec
    from bedplate.spec.platform import Tier


@rule("governance", "tier")
def enforcement_is_not_loosened(governance: GovernanceSpec, tier: Tier) -> Iterator[Conflict]:
    """What blocks in a tier blocks in every environment of it."""
    wanted = governance.enforcement
    least = BLOCKS_FROM[tier]
    if wanted.blocks_from is not None and is_looser(tier, wanted.blocks_from):
        yield Conflict(
            "governance.enforcement.blocks_from",
            f"`{wanted.blocks_from}` lets through what blocks in {tier}, from `{least}` on",
            f"leave it out, or set it to `{least}` or a lesser severity",
        )
    if wanted.open_blocks is False and OPEN_BLOCKS[tier]:
        yield Conflict(
            "governance.enforcement.open_blocks",
            f"verdicts that are open block in {tier}",
            "leave it out; no file lifts that",
        )
