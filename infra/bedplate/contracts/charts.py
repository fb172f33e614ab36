"""Whether the pinned version of a chart accepts the values that it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.contracts import store
from bedplate.contracts.shapes import Fault, faults, suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping


def chart_faults(chart: str, version: str, values: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with a chart's values: unknown keys and wrong types.

    A chart or a version that has no contract is a fault: what it accepts can't be known.
    """
    contract = store.chart(chart)
    if contract is None:
        return [Fault("", f"there is no chart `{chart}`", suggestion(chart, store.chart_names()))]
    if contract["version"] != version:
        known = contract["version"]
        return [Fault("", f"version {version} of `{chart}` is not known", f"use {known}")]
    return sorted(faults(contract["shape"], dict(values)))
