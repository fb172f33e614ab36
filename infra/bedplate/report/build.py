"""Makes a report from what was assessed: gathers what is recorded, and writes the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedplate.errors import BedplateError
from bedplate.governance.policy_set import admission_policies_of, policies_of
from bedplate.report.environment import gathered
from bedplate.report.page import Contents, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from bedplate.governance.assessment import Assessment, Options
    from bedplate.policy.catalogue import Policy
    from bedplate.policy.controls import Control
    from bedplate.report.environment import Environment

_TIERS: Final = ("development", "staging", "production")
"""Tiers in the order in which changes pass through them."""


def report(assessments: Sequence[Assessment], options: Options, now: datetime) -> str:
    """Return the report on environments that were assessed, as one HTML text."""
    environments = tuple(gathered(one, options, now) for one in assessments)
    policies, controls = _catalogue(options.stacks)
    return render(Contents(_title(environments), now, environments, policies, controls))


def in_order(assessments: Sequence[Assessment]) -> tuple[Assessment, ...]:
    """Return assessments in the order in which changes pass through their environments."""
    return tuple(
        sorted(
            assessments,
            key=lambda one: _TIERS.index(one.tier) if one.tier else len(_TIERS),
        )
    )


def _title(environments: Sequence[Environment]) -> str:
    names = {one.resolved.spec.platform for one in environments if one.resolved}
    return f"Platform {names.pop()}" if len(names) == 1 else "Machine-learning platform"


def _catalogue(stacks: Path) -> tuple[Mapping[str, Policy], Mapping[str, Control]]:
    """Return policies and clauses by id; of two rules with one id the one that denies."""
    try:
        own, inside = policies_of(stacks), admission_policies_of(stacks)
    except BedplateError:
        return {}, {}  # the assessment has said so
    found = (*own.policies, *inside.policies)
    return {policy.id: policy for policy in reversed(found)}, {**inside.controls, **own.controls}
