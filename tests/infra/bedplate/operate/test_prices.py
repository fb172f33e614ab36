"""The price table: every figure has a source, and no region borrows another's."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from support.layers import spec

from bedplate.operate.prices import Price, PriceList, PriceTable, load_prices
from bedplate.spec.regions import REGIONS

if TYPE_CHECKING:
    from pathlib import Path

KARPENTER = (
    "Karpenter's generated price table of 2026-07-20 "
    "(aws/karpenter-provider-aws, zz_generated.pricing_aws.go), Linux on demand"
)
VIRGINIA = {
    "aws": {"account_id": "111122223333", "region": "us-east-1"},
    "governance": {"jurisdictions": ["US"]},
}


def test_a_figure_comes_with_its_source_and_day() -> None:
    """A key of us-east-1 has the figure of the source that it names."""
    prices = load_prices().of(spec(VIRGINIA))

    assert prices["ec2:p5en.48xlarge"] == Price(63.296, "hour", KARPENTER, "2026-07-20")


def test_a_region_without_figures_uses_no_other_regions() -> None:
    """In me-central-1 only what sources state without a region has a price."""
    prices = load_prices().of(spec())

    assert sorted(prices) == [
        "eks:cluster",
        "eks:cluster-extended",
        "kms:key",
        "vpc:public-ipv4",
    ]


def test_another_partition_uses_no_figures_of_the_commercial_one() -> None:
    """AWS China has no price at all."""
    china = {
        "aws": {"account_id": "111122223333", "region": "cn-north-1"},
        "governance": {"jurisdictions": ["CN"]},
    }

    assert load_prices().of(spec(china)) == {}


def test_the_environments_own_figures_win() -> None:
    """`prices:` replaces a figure of the table, and brings its own source and day."""
    own = {
        "source": "our contract",
        "dated": "2026-11-01",
        "hourly_usd": {"eks:cluster": 0.07},
        "monthly_usd": {"ebs:gp3-gib": 0.11},
    }
    prices = load_prices().of(spec({"prices": own}))

    assert prices["eks:cluster"] == Price(0.07, "hour", "our contract", "2026-11-01")
    assert prices["ebs:gp3-gib"] == Price(0.11, "month", "our contract", "2026-11-01")


def test_a_region_wins_over_its_partition() -> None:
    """A figure for the region replaces one that names no region, whatever their order."""
    near, far = (Price(usd, "hour", "source", "2026-01-01") for usd in (1.0, 2.0))
    lists = [
        PriceList("me-central-1", None, {"kms:key": near}),
        PriceList(None, "aws", {"kms:key": far}),
    ]

    assert PriceTable(tuple(lists)).of(spec()) == {"kms:key": near}
    assert PriceTable(tuple(reversed(lists))).of(spec()) == {"kms:key": near}


def test_a_month_has_730_hours() -> None:
    """A monthly price is spread over the hours that AWS counts as a month."""
    assert Price(73.0, "month", "source", "2026-01-01").hourly_usd == 0.1
    assert Price(73.0, "hour", "source", "2026-01-01").hourly_usd == 73.0


def test_the_shipped_table_is_sound() -> None:
    """Every figure is positive, sourced, not from the future, and stated once per scope."""
    seen: set[tuple[str | None, str | None, str]] = set()
    for found in load_prices().lists:
        assert found.region in {*REGIONS, None}
        for key, price in found.prices.items():
            assert (found.region, found.partition, key) not in seen
            seen.add((found.region, found.partition, key))
            assert price.usd > 0
            assert len(price.source) > 20
            assert date(2024, 1, 1) <= date.fromisoformat(price.dated) <= date(2026, 11, 23)
    assert len(seen) > 80


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("lists: [{source: s, dated: 2026-01-01}]", TypeError, "either a region or a partition"),
        (
            "lists: [{source: s, dated: 2026-01-01, region: r, partition: p}]",
            TypeError,
            "either a region or a partition",
        ),
        ("lists: [{source: s, dated: soon, region: r}]", TypeError, "is not a day: soon"),
        ("lists: [{dated: 2026-01-01, region: r}]", KeyError, "source"),
    ],
)
def test_a_list_without_source_date_or_scope_is_refused(
    tmp_path: Path, text: str, error: type[Exception], message: str
) -> None:
    """A figure that can't be traced never gets into an estimate."""
    path = tmp_path / "prices.yaml"
    path.write_text(text)

    with pytest.raises(error, match=message):
        load_prices(path)
