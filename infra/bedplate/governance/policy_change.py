"""Judges environments by two versions of the policies before one is taken. Imports Pulumi."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bedplate.governance.simulation import resolved, simulated
from bedplate.operate.cost import estimate
from bedplate.operate.prices import load_prices
from bedplate.policy.decision import decide, standing_of
from bedplate.policy.difference import changed
from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts
from bedplate.policy.regorus_engine import RegorusEngine
from bedplate.policy.waiver_file import load_waivers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bedplate.governance.assessment import Options
    from bedplate.policy.catalogue import Catalogue
    from bedplate.policy.difference import Changed
    from bedplate.policy.finding import Finding


def policy_changes(
    names: Sequence[str], options: Options, old: Catalogue, new: Catalogue
) -> Iterator[Changed]:
    """Yield what changes for each environment, with its waivers and its ladder.

    Raises BedplateError where an environment can't be simulated.
    """
    today = options.today or datetime.now(UTC).date()
    waivers = load_waivers(options.stacks.resolve().parent)
    with closing(RegorusEngine()) as engine:
        for name in names:
            environment = resolved(name, options)
            plan = simulated(environment, options)
            cost = estimate(plan, environment.spec, load_prices())
            known = facts(environment.spec, today, cost.hourly_usd, list(cost.unpriced))
            sides: list[Sequence[Finding]] = []
            for catalogue in (old, new):
                found = evaluate(plan, catalogue, known, engine, environment.origins)
                decision = decide(found, waivers, standing_of(environment.spec), today)
                sides.append(decision.findings)
            yield changed(name, *sides)
