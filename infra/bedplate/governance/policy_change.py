"""Judges environments by two versions of the policies before one is taken. Imports Pulumi."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bedplate.governance.admission_rules import parameters_of
from bedplate.governance.simulation import resolved, simulated
from bedplate.operate.cost import estimate
from bedplate.operate.prices import load_prices
from bedplate.policy.admission import judge_plan
from bedplate.policy.decision import decide, standing_of
from bedplate.policy.difference import changed
from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts
from bedplate.policy.own_admission import own_constraints
from bedplate.policy.regorus_engine import RegorusEngine
from bedplate.policy.waiver_file import load_waivers
from bedplate.spec.stacks import environments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bedplate.engine.plan import Plan
    from bedplate.governance.assessment import Options
    from bedplate.governance.policy_set import PolicySet
    from bedplate.policy.catalogue import Catalogue
    from bedplate.policy.difference import Changed
    from bedplate.policy.engine import RegoEngine
    from bedplate.policy.finding import Finding
    from bedplate.spec.resolve import Resolved


def policy_changes(
    names: Sequence[str], options: Options, old: PolicySet, new: PolicySet
) -> Iterator[Changed]:
    """Yield what changes for each environment, with its waivers and its ladder.

    Raises BedplateError where an environment can't be simulated.
    """
    today = options.today or datetime.now(UTC).date()
    waivers = load_waivers(options.stacks.resolve().parent, environments(options.stacks))
    with closing(RegorusEngine()) as engine:
        for name in names:
            environment = resolved(name, options)
            plan = simulated(environment, options)
            cost = estimate(plan, environment.spec, load_prices())
            known = facts(environment.spec, today, cost.hourly_usd, list(cost.unpriced))
            sides: list[Sequence[Finding]] = []
            for policies in (old, new):
                origins = environment.origins
                found = evaluate(plan, policies.deploy, known, engine, origins)
                found += _inside(plan, policies.admission, environment, engine)
                decision = decide(found, waivers, standing_of(environment.spec), today)
                sides.append(decision.findings)
            yield changed(name, *sides)


def _inside(
    plan: Plan, catalogue: Catalogue, environment: Resolved, engine: RegoEngine
) -> tuple[Finding, ...]:
    """Return what a version's policies say of the objects of a plan.

    Each is asked as a constraint of its own would ask it: the plan's are those of the version that
    made it. A list that this version does not know is empty, with which a rule demands everything.
    """
    nothing = {name: list[Any]() for policy in catalogue.policies for name in policy.parameters}
    known = nothing | parameters_of(environment.spec)
    constraints = own_constraints(catalogue.policies, known)
    return judge_plan(plan, catalogue, engine, environment.origins, own=constraints)
