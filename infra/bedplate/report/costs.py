"""What environments cost, as bars: lengths in percent of the longest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedplate.operate.prices import HOURS_PER_MONTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.operate.cost import Cost, Line
    from bedplate.report.environment import Environment

_LEAST: Final = 0.4
"""Percent that a bar of any cost is long at least, so that it can be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing that is paid for, from idle to full scale."""

    label: str
    """What it is."""
    idle: float
    """USD per hour with everything at its minimum."""
    full: float
    """USD per hour at full scale."""
    idle_length: float
    """Percent of the longest bar."""
    full_length: float
    """Percent of the longest bar."""
    lines: tuple[Line, ...] = ()
    """What it consists of."""

    @property
    def idle_month(self) -> float:
        """USD for a month, all of it at minimum."""
        return self.idle * HOURS_PER_MONTH

    @property
    def full_month(self) -> float:
        """USD for a month, all of it at full scale."""
        return self.full * HOURS_PER_MONTH


def totals(environments: Sequence[Environment]) -> tuple[Bar, ...]:
    """Return what each environment costs that has a cost."""
    costs = [(one.name, one.assessed.cost) for one in environments]
    known = [(name, cost.idle_hourly_usd, cost.hourly_usd) for name, cost in costs if cost]
    longest = max((full for _, _, full in known), default=0.0)
    return tuple(_bar(name, idle, full, longest) for name, idle, full in known)


def parts(cost: Cost) -> tuple[Bar, ...]:
    """Return what each part of an environment costs, the dearest first."""
    longest = max((one.hourly_usd for one in cost.components), default=0.0)
    bars = [
        _bar(one.component, one.idle_hourly_usd, one.hourly_usd, longest, one.lines)
        for one in cost.components
    ]
    return tuple(sorted(bars, key=lambda bar: -bar.full))


def sources(environments: Sequence[Environment]) -> tuple[tuple[str, str], ...]:
    """Return where the prices come from, each with its day."""
    return tuple(
        sorted(
            {
                (line.source, line.dated)
                for one in environments
                if one.assessed.cost
                for component in one.assessed.cost.components
                for line in component.lines
                if line.source
            }
        )
    )


def by_use(environments: Sequence[Environment]) -> tuple[str, ...]:
    """Return what is paid by use in some environment, and is in no figure."""
    return tuple(
        sorted({use for e in environments if e.assessed.cost for use in e.assessed.cost.by_use})
    )


def _bar(label: str, idle: float, full: float, longest: float, lines: tuple[Line, ...] = ()) -> Bar:
    return Bar(label, idle, full, _length(idle, longest), _length(full, longest), lines)


def _length(amount: float, longest: float) -> float:
    if amount <= 0 or longest <= 0:
        return 0.0
    return round(max(100 * amount / longest, _LEAST), 2)
