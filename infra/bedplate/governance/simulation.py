"""Runs an environment's layers in the simulator, one after the other. Imports Pulumi."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.engine.plan import LayerPlan, Plan
from bedplate.engine.simulator import LayerRequest, simulate_layer
from bedplate.governance.admission_rules import refuse_own_faults
from bedplate.governance.layers import (
    LAYERS,
    blueprint_folder,
    program,
    project_of,
)
from bedplate.program import judging
from bedplate.spec.resolve import Resolved, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from bedplate.governance.assessment import Options


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
        program=program(options, layer),
        config=config,
        account_id=spec.aws.account_id,
        region=spec.aws.region,
        partition=spec.aws.partition,
        stack_references=exports,
    )


def simulated(environment: Resolved, options: Options, layers: Sequence[str] = LAYERS) -> Plan:
    """Return what the layers would create, as if each had been deployed before the next.

    Raises PolicyError with every fault of own rules at admission: the platform layer installs them.
    """
    refuse_own_faults(environment.spec, options.stacks)
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
