"""The enforcement ladder: what blocks by tier, and that files only tighten it."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, get_args

import pytest

from bedplate.policy.catalogue import Severity
from bedplate.policy.finding import Verdict
from bedplate.policy.ladder import STRICTEST, ladder_of
from bedplate.spec.enforcement import THRESHOLDS, EnforcementSpec
from bedplate.spec.platform import Tier

if TYPE_CHECKING:
    from bedplate.policy.ladder import Ladder

TIERS = get_args(Tier)
NOTHING = EnforcementSpec()


def _blocking(ladder: Ladder, verdict: Verdict) -> list[Severity]:
    """Return the severities of which a verdict of a rule that denies blocks."""
    return [s for s in THRESHOLDS if ladder.enforcement("mandatory", s, verdict) == "mandatory"]


@pytest.mark.parametrize(
    ("tier", "failing", "still_open"),
    [
        ("development", ["critical"], []),
        ("staging", ["critical", "high"], []),
        ("production", ["critical", "high"], ["critical", "high"]),
    ],
)
def test_each_tier_blocks_more_than_the_one_below(
    tier: Tier, failing: list[Severity], still_open: list[Severity]
) -> None:
    """Development: critical only; staging: high too; production: what is open as well."""
    ladder = ladder_of(tier, NOTHING)

    assert _blocking(ladder, "fail") == failing
    assert _blocking(ladder, "unresolved") == still_open


@pytest.mark.parametrize("tier", TIERS)
def test_a_rule_that_broke_blocks_everywhere(tier: Tier) -> None:
    """Whatever its severity, and even where it only warns."""
    ladder = ladder_of(tier, NOTHING)

    assert _blocking(ladder, "error") == list(THRESHOLDS)
    assert ladder.enforcement("advisory", "low", "error") == "mandatory"


@pytest.mark.parametrize("severity", get_args(Severity))
def test_a_warning_never_blocks(severity: Severity) -> None:
    """A rule that only warns is advice, whatever the environment asks for."""
    assert STRICTEST.enforcement("advisory", severity, "fail") == "advisory"
    assert STRICTEST.enforcement("advisory", severity, "unresolved") == "advisory"


def test_the_strictest_blocks_every_denial() -> None:
    """It holds where nothing is known of the environment."""
    assert _blocking(STRICTEST, "fail") == list(THRESHOLDS)
    assert _blocking(STRICTEST, "unresolved") == list(THRESHOLDS)


@pytest.mark.parametrize(
    ("tier", "wanted", "opened"), list(product(TIERS, [None, *THRESHOLDS], [None, False, True]))
)
def test_a_file_only_tightens(tier: Tier, wanted: Severity | None, *, opened: bool | None) -> None:
    """Whatever it asks for, all that blocks by the tier blocks; what it adds blocks too."""
    plain = ladder_of(tier, NOTHING)
    own = ladder_of(tier, EnforcementSpec(blocks_from=wanted, open_blocks=opened))

    for verdict in get_args(Verdict):
        assert set(_blocking(own, verdict)) >= set(_blocking(plain, verdict))
    if wanted is not None:
        assert set(_blocking(own, "fail")) >= set(THRESHOLDS[: THRESHOLDS.index(wanted) + 1])
    assert own.open_blocks is (plain.open_blocks or opened is True)
