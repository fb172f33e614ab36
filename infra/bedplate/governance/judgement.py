"""Works out one environment: resolve, simulate, price, judge. Imports Pulumi."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from bedplate.components.platform.supply import supply_of
from bedplate.components.scope import Scope
from bedplate.errors import SpecError
from bedplate.governance.admission_rules import own_constraints_of
from bedplate.governance.assessment import Assessment
from bedplate.governance.contracts import contract_problems
from bedplate.governance.policy_set import admission_policies_of, policies_of
from bedplate.governance.rego import rego_engine
from bedplate.governance.simulation import resolved, simulated
from bedplate.operate.cost import estimate
from bedplate.operate.prices import load_prices
from bedplate.policy.admission import judge_plan
from bedplate.policy.decision import standing_of
from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.engine.plan import Plan
    from bedplate.errors import Problem
    from bedplate.governance.assessment import Options
    from bedplate.operate.cost import Cost
    from bedplate.policy.admission_scope import Constraint
    from bedplate.policy.catalogue import Catalogue
    from bedplate.policy.finding import Finding
    from bedplate.policy.release_fact import Release
    from bedplate.spec.resolve import Resolved
    from bedplate.spec.tree import Origin


def judged(name: str, options: Options) -> Assessment:
    """Return the assessment of one environment; raises BedplateError where it can't be made."""
    try:
        environment = resolved(name, options)
    except SpecError as error:
        return Assessment(name, None, error.problems, "", None, (), None)
    return assessed(environment, simulated(environment, options), options)


def assessed(
    environment: Resolved, plan: Plan, options: Options, release: Release | None = None
) -> Assessment:
    """Return the assessment of a plan; `release` is what its deployment goes by."""
    spec = environment.spec
    cost = estimate(plan, spec, load_prices())
    with ThreadPoolExecutor(1) as beside:
        # The policy engine is a process of its own: contracts are read while it works.
        asked = beside.submit(_findings, environment, plan, cost, options, release)
        problems = (*environment.judged, *contracts(plan, environment))
        findings = asked.result()
    standing = standing_of(spec)
    return Assessment(spec.environment, spec.tier, problems, "", plan, findings, cost, standing)


def contracts(plan: Plan, environment: Resolved) -> tuple[Problem, ...]:
    """Return what the cluster would not accept of a plan."""
    supply = supply_of(Scope(environment.spec))
    return contract_problems(plan, environment, supply)


def _findings(
    environment: Resolved, plan: Plan, cost: Cost, options: Options, release: Release | None
) -> tuple[Finding, ...]:
    catalogue, admission = policies_of(options.stacks), admission_policies_of(options.stacks)
    spec, unpriced = environment.spec, list(cost.unpriced)
    known = facts(spec, options.today, cost.hourly_usd, unpriced, release)
    own = own_constraints_of(admission, spec)
    return ask(plan, (catalogue, admission), known, options, environment.origins, own)


def ask(
    plan: Plan,
    catalogues: tuple[Catalogue, Catalogue],
    known: Mapping[str, Any],
    options: Options,
    origins: Mapping[str, Origin],
    own: Mapping[str, Constraint],
) -> tuple[Finding, ...]:
    """Return what policies on plans, and those on Kubernetes objects, say of a plan.

    ``known`` are the environment's facts; ``own`` are constraints of policies that are not shipped.
    """
    catalogue, admission = catalogues
    engine = rego_engine(options)
    try:
        found = evaluate(plan, catalogue, known, engine, origins, options.phase)
        return (*found, *judge_plan(plan, admission, engine, origins, options.phase, own))
    finally:
        engine.close()
