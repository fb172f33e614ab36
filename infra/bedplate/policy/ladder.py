"""The enforcement ladder: which violations block, by the environment's tier and its own file.

No flag changes it: the tier and `governance.enforcement` stand in files that are reviewed, and the
latter may only tighten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedplate.spec.enforcement import BLOCKS_FROM, OPEN_BLOCKS, THRESHOLDS, is_looser

if TYPE_CHECKING:
    from bedplate.policy.catalogue import Level, Severity
    from bedplate.policy.finding import Verdict
    from bedplate.spec.enforcement import EnforcementSpec
    from bedplate.spec.platform import Tier


@dataclass(frozen=True, slots=True)
class Ladder:
    """What blocks in one environment."""

    blocks_from: Severity
    """Least severity of a violation that blocks."""
    open_blocks: bool
    """Whether a verdict that is still open blocks where a violation would."""

    def enforcement(self, level: Level, severity: Severity, verdict: Verdict) -> Level:
        """Return whether a verdict blocks (mandatory) or is only reported (advisory).

        For a pass it is what a violation would be. A rule that only warns never blocks, whatever
        its severity; one that broke always does, since nobody knows what it would have said.
        """
        if verdict == "error":
            return "mandatory"
        grave = THRESHOLDS.index(severity) <= THRESHOLDS.index(self.blocks_from)
        counts = verdict != "unresolved" or self.open_blocks
        return "mandatory" if level == "mandatory" and grave and counts else "advisory"


STRICTEST: Final = Ladder("low", open_blocks=True)
"""Where nothing is known of the environment, everything blocks that may."""


def ladder_of(tier: Tier, own: EnforcementSpec) -> Ladder:
    """Return the ladder of a tier, tightened by what the environment asks for beyond it."""
    wanted = own.blocks_from
    at_least = BLOCKS_FROM[tier]
    return Ladder(
        at_least if wanted is None or is_looser(tier, wanted) else wanted,
        open_blocks=OPEN_BLOCKS[tier] or bool(own.open_blocks),
    )
