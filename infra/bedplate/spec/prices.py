"""Section `prices`: the environment's own price list."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from bedplate.spec.base import NonEmpty, Spec

Usd = Annotated[float, Field(ge=0)]
"""US dollars."""


class PricesSpec(Spec):
    """Prices that override the built-in table; say where they come from."""

    source: NonEmpty
    """Where the figures come from."""
    dated: date
    """Day on which they were read."""
    hourly_usd: dict[str, Usd] = Field(default_factory=dict)
    """USD per hour by price key, e.g. `ec2:g6.xlarge`, `eks:cluster`, `vpc:interface-endpoint`."""
    monthly_usd: dict[str, Usd] = Field(default_factory=dict)
    """USD per month by price key, e.g. `kms:key`, `ebs:gp3-gib`."""
