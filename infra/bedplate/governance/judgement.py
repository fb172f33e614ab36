"""Works out one environment: resolve, simulate, price, judge. Imports Pulumi."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from bedplate.assets import asset
from bedplate.engine.plan import LayerPlan, Plan
from bedplate.engine.simulator import LayerRequest, simulate_layer
from bedplate.errors import SpecError
from bedplate.governance.assessment import Assessment
from bedplate.governance.layers import (
    LAYERS,
    blueprint_folder,
    program_of,
    program_root,
    project_of,
)
from bedplate.operate.cost import Cost, estimate
from bedplate.operate.prices import load_prices
from bedplate.policy.catalogue import load_catalogue
from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts
from bedplate.policy.opa_engine import OpaEngine
from bedplate.policy.regorus_engine import RegorusEngine
from bedplate.program import judging
from bedplate.spec.resolve import Resolved, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from bedplate.governance.assessment import Options
    from bedplate.policy.catalogue import Catalogue
    from bedplate.policy.engine import RegoEngine
    from bedplate.policy.finding import Finding


def resolved(environment: str, options: Options) -> Resolved:
    """Return an environment with the blueprints that the options name; raises SpecError."""
    return resolve(environment, options.stacks, blueprint_folder(options))


def request(
    environment: Resolved, layer: str, options: Options, exports: Mapping[str, Any]
) -> LayerRequest:
    """Return what an engine needs to run one layer; `exports` are those of earlier layers."""
    spec = environment.spec
    config = {"bedplate:stacks": str(options.stacks.resolve())}
    own = blueprint_folder(options)
    if own is not None:
        config["bedplate:blueprints"] = str(own.resolve())
    return LayerRequest(
        layer=layer,
        project=project_of(layer),
        stack=spec.environment,
        program=program_of(program_root(options), layer),
        config=config,
        account_id=spec.aws.account_id,
        region=spec.aws.region,
        partition=spec.aws.partition,
        stack_references=exports,
    )


def simulated(environment: Resolved, options: Options, layers: Sequence[str] = LAYERS) -> Plan:
    """Return what the layers would create, as if each had been deployed before the next."""
    exports: dict[str, Mapping[str, Any]] = {}
    plans: list[LayerPlan] = []
    name = environment.spec.environment
    with judging(environment):
        for layer in LAYERS[: max(LAYERS.index(layer) for layer in layers) + 1]:
            plan = simulate_layer(request(environment, layer, options, exports))
            exports[f"organization/{project_of(layer)}/{name}"] = plan.exports
            if layer in layers:
                plans.append(plan)
    return Plan(name, tuple(plans))


def judged(name: str, options: Options) -> Assessment:
    """Return the assessment of one environment; raises BedplateError where it can't be made."""
    try:
        environment = resolved(name, options)
    except SpecError as error:
        return Assessment(name, None, error.problems, "", None, (), None)
    plan = simulated(environment, options)
    cost = estimate(plan, environment.spec, load_prices())
    findings = _findings(environment, plan, cost, options)
    tier = environment.spec.tier
    return Assessment(name, tier, environment.judged, "", plan, findings, cost)


@cache
def _catalogue() -> Catalogue:
    """Return the policies that ship with Bedplate, read once a process."""
    policies = asset("policies")
    return load_catalogue([policies / "deploy"], [policies / "controls.yaml"])


def _findings(
    environment: Resolved, plan: Plan, cost: Cost, options: Options
) -> tuple[Finding, ...]:
    catalogue = _catalogue()
    known = facts(environment.spec, options.today, cost.hourly_usd, list(cost.unpriced))
    engine: RegoEngine = OpaEngine() if options.rego == "opa" else RegorusEngine()
    try:
        return evaluate(plan, catalogue, known, engine, environment.origins)
    finally:
        engine.close()
