"""Sections `guardrails` and `budget`: spending limits, alarms and the region guard."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bedplate.spec.base import Spec


class BudgetSpec(Spec):
    """What the environment may cost."""

    hourly_usd: Annotated[float, Field(gt=0)]
    """Ceiling of the estimated hourly cost, USD; policy GPU-005 holds it."""
    monthly_usd: Annotated[float, Field(gt=0)]
    """AWS Budgets limit, USD per month."""
    warn_percent: Annotated[int, Field(ge=1, le=99)] = 80
    """Share of the monthly budget at which the owner is told, percent."""
    max_gpus: Annotated[int, Field(ge=0, le=100000)] | None = None
    """Most GPUs over all pools; absent: no limit beside the pools' own."""
    spot_percent: Annotated[int, Field(ge=0, le=100)] = 0
    """Least share of GPUs outside production that may run on Spot, percent (policy GPU-004)."""


class GuardrailsSpec(Spec):
    """Alarms and limits around the environment."""

    region_scp: bool = False
    """Whether the region guard is created as a service control policy (management account only);
    its document is an output either way."""
    alarms: bool = True
    """CloudWatch alarms on the trail: root use, key deletion, trail changes, denied calls."""
