"""Prices: what one unit of something costs in one region, with the source of each figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bedplate.plain_yaml import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedplate.spec.platform import PlatformSpec

HOURS_PER_MONTH = 730.0
"""Hours that AWS counts as a month (365 days of 24 hours, divided by twelve)."""

_TABLE = Path(__file__).with_name("prices.yaml")

Period = Literal["hour", "month"]
"""What a price is for."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit costs, and who says so."""

    usd: float
    """US dollars per unit and period, without tax."""
    period: Period
    """Whether the figure is per hour or per month."""
    source: str
    """Where the figure comes from."""
    dated: str
    """Day of the figure, ISO 8601."""

    @property
    def hourly_usd(self) -> float:
        """US dollars per unit and hour; a month has 730 hours."""
        return self.usd if self.period == "hour" else self.usd / HOURS_PER_MONTH


@dataclass(frozen=True, slots=True)
class PriceList:
    """Figures of one source for one region, or for a partition where the source names no region."""

    region: str | None
    """Region that the figures hold for."""
    partition: str | None
    """Partition that they hold for, where they hold for no single region."""
    prices: Mapping[str, Price]
    """Prices by key, such as ``ec2:g6.xlarge``."""


@dataclass(frozen=True, slots=True)
class PriceTable:
    """All lists that ship with Bedplate."""

    lists: tuple[PriceList, ...]
    """In the order of the file."""

    def of(self, spec: PlatformSpec) -> dict[str, Price]:
        """Return the prices that hold for an environment.

        Its own come first, then those of its region, then those of its partition. No other
        region's figures are ever used.
        """
        region = [found.prices for found in self.lists if found.region == spec.aws.region]
        partition = [found.prices for found in self.lists if found.partition == spec.aws.partition]
        merged: dict[str, Price] = {}
        for prices in [*partition, *region, dict(_own(spec))]:
            merged |= prices
        return merged


def _own(spec: PlatformSpec) -> Iterator[tuple[str, Price]]:
    stated = spec.prices
    if stated is None:
        return
    source, dated = stated.source, stated.dated.isoformat()
    for key, usd in stated.monthly_usd.items():
        yield key, Price(usd, "month", source, dated)
    for key, usd in stated.hourly_usd.items():
        yield key, Price(usd, "hour", source, dated)


@lru_cache(maxsize=4)
def load_prices(path: Path = _TABLE) -> PriceTable:
    """Read a price table; without a path the one that ships with Bedplate.

    Raises KeyError or TypeError where a list lacks its source, date or scope.
    """
    document = plain(path.read_text(encoding="utf-8"))
    return PriceTable(tuple(_list(entry) for entry in document["lists"]))


def _list(entry: Mapping[str, Any]) -> PriceList:
    region, partition = entry.get("region"), entry.get("partition")
    if (region is None) == (partition is None):
        raise TypeError("a price list needs either a region or a partition")
    source, dated = entry["source"], entry["dated"]
    if not isinstance(dated, date):
        raise TypeError(f"the date of a price list is not a day: {dated}")
    periods: tuple[tuple[str, Period], ...] = (("monthly_usd", "month"), ("hourly_usd", "hour"))
    prices = {
        str(key): Price(float(usd), period, str(source), dated.isoformat())
        for name, period in periods
        for key, usd in entry.get(name, {}).items()
    }
    return PriceList(region, partition, prices)
