"""What an environment would cost: an estimate that names what it leaves out.

Two figures bound it: idle (everything at its minimum size) and full scale (every pool and node
group at its maximum, all the time). Nothing without a price is counted as zero: it is named.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from math import fsum
from typing import TYPE_CHECKING, Any, Final

from bedplate.operate.cost_quantities import Nodes, Quantity, counted
from bedplate.operate.cost_types import ALWAYS_BY_USE, BY_USE
from bedplate.operate.prices import HOURS_PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bedplate.engine.plan import Plan
    from bedplate.operate.prices import Price, PriceTable
    from bedplate.spec.platform import PlatformSpec

CURRENCY: Final = "USD"
"""Currency of every figure."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is paid for."""

    path: str
    """Spec path that it comes from; ``own`` for what a team adds to the program itself."""
    key: str
    """Price key, as `prices:` of an environment spells it."""
    quantity: float | None
    """How much at full scale; None where the plan does not know it yet."""
    idle_quantity: float | None
    """How much at minimum sizes; None where the plan does not know it yet."""
    unit: str
    """What is counted."""
    hourly_usd: float | None
    """USD per hour at full scale; None where there is no price."""
    idle_hourly_usd: float | None
    """USD per hour at minimum sizes; None where there is no price."""
    source: str
    """Where the price comes from; "" where there is none."""
    dated: str
    """Day of the price, ISO 8601; "" where there is none."""


@dataclass(frozen=True, slots=True)
class ComponentCost:
    """What one section of the spec costs."""

    component: str
    """Top-level spec path, such as ``network``."""
    hourly_usd: float
    """USD per hour at full scale, of the lines that have a price."""
    idle_hourly_usd: float
    """USD per hour at minimum sizes, of the lines that have a price."""
    lines: tuple[Line, ...]
    """Sorted by path and key."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one environment costs, without what is unpriced or paid by use."""

    hourly_usd: float
    """USD per hour at full scale: every pool and node group at its maximum."""
    idle_hourly_usd: float
    """USD per hour with everything at its minimum size."""
    components: tuple[ComponentCost, ...]
    """Sorted by name."""
    unpriced: tuple[str, ...]
    """Price keys to add under `prices:`, sorted; their things are in no figure."""
    by_use: tuple[str, ...]
    """What is paid by use, sorted; in no figure."""
    currency: str = CURRENCY
    """Currency of every figure."""

    @property
    def monthly_usd(self) -> float:
        """USD for a month of 730 hours, all of them at full scale: a ceiling."""
        return self.hourly_usd * HOURS_PER_MONTH

    @property
    def idle_monthly_usd(self) -> float:
        """USD for a month of 730 hours, all of them at minimum sizes: a floor."""
        return self.idle_hourly_usd * HOURS_PER_MONTH

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form: plain dictionaries and lists."""
        months = {"monthly_usd": self.monthly_usd, "idle_monthly_usd": self.idle_monthly_usd}
        plain = asdict(self) | months
        for name in ("components", "unpriced", "by_use"):
            plain[name] = list(plain[name])
        for component in plain["components"]:
            component["lines"] = list(component["lines"])
        return plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Cost:
        """Read what ``to_json`` wrote; raises KeyError or TypeError for anything else."""
        components = tuple(
            ComponentCost(
                component=entry["component"],
                hourly_usd=entry["hourly_usd"],
                idle_hourly_usd=entry["idle_hourly_usd"],
                lines=tuple(Line(**line) for line in entry["lines"]),
            )
            for entry in data["components"]
        )
        return cls(
            hourly_usd=data["hourly_usd"],
            idle_hourly_usd=data["idle_hourly_usd"],
            components=components,
            unpriced=tuple(data["unpriced"]),
            by_use=tuple(data["by_use"]),
            currency=data["currency"],
        )


def estimate(plan: Plan, spec: PlatformSpec, table: PriceTable) -> Cost:
    """Return what the environment of a plan and its spec would cost.

    Prices are those that the environment states itself, else those of its region. GPU nodes are
    counted from the spec, everything else from the plan.
    """
    prices = table.of(spec)
    quantities = [q for found in counted(plan, spec) for q in _chosen(found, prices)]
    lines = [_line(quantity, prices) for quantity in _summed(quantities)]
    components = tuple(_components(lines))
    uses = {BY_USE[r.type] for r in plan.resources() if r.type in BY_USE}
    return Cost(
        hourly_usd=fsum(component.hourly_usd for component in components),
        idle_hourly_usd=fsum(component.idle_hourly_usd for component in components),
        components=components,
        unpriced=tuple(sorted({line.key for line in lines if line.hourly_usd is None})),
        by_use=tuple(sorted({*uses, ALWAYS_BY_USE})),
    )


def _chosen(found: Quantity | Nodes, prices: Mapping[str, Price]) -> Iterator[Quantity]:
    """Yield the dearest of the types that nodes may be of, and those that have no price."""
    if isinstance(found, Quantity):
        yield found
        return
    priced = [choice for choice in found.choices if choice.key in prices]
    yield from (choice for choice in found.choices if choice.key not in prices)
    if priced:
        yield max(priced, key=lambda choice: (choice.most or 0.0) * prices[choice.key].hourly_usd)


def _summed(quantities: Iterable[Quantity]) -> Iterator[Quantity]:
    """Yield one quantity for each path, key and unit, sorted."""
    groups: dict[tuple[str, str, str], list[Quantity]] = defaultdict(list)
    for quantity in quantities:
        groups[quantity.path, quantity.key, quantity.unit].append(quantity)
    for (path, key, unit), group in sorted(groups.items()):
        most, least = _sum(q.most for q in group), _sum(q.least for q in group)
        yield Quantity(path, key, unit, most, least)


def _sum(values: Iterable[float | None]) -> float | None:
    """Return the sum, or None where one of the values is not known yet."""
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _line(quantity: Quantity, prices: Mapping[str, Price]) -> Line:
    price = prices.get(quantity.key)
    most, least = quantity.most, quantity.least
    return Line(
        path=quantity.path,
        key=quantity.key,
        quantity=most,
        idle_quantity=least,
        unit=quantity.unit,
        hourly_usd=None if price is None or most is None else most * price.hourly_usd,
        idle_hourly_usd=None if price is None or least is None else least * price.hourly_usd,
        source=price.source if price else "",
        dated=price.dated if price else "",
    )


def _components(lines: Iterable[Line]) -> Iterator[ComponentCost]:
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.path.split(".")[0]].append(line)
    for name, group in sorted(groups.items()):
        most = fsum(line.hourly_usd or 0.0 for line in group)
        least = fsum(line.idle_hourly_usd or 0.0 for line in group)
        yield ComponentCost(name, most, least, tuple(group))
