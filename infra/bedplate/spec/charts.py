"""Section `charts`: values of your own for the Helm charts that the platform installs."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from bedplate.spec.base import Spec


class ChartSpec(Spec):
    """What to lay over the values that Bedplate gives a chart."""

    values: dict[str, Any] = Field(default_factory=dict)
    """Helm values, laid over Bedplate's: mappings merge, lists replace, null removes. Checked
    against what the pinned version of the chart accepts."""
