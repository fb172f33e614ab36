"""Runs components in the simulator, from a spec that a test states in a few words."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedplate.components.scope import Scope
from bedplate.engine.simulator import LayerRequest, simulate_layer
from bedplate.spec.platform import PlatformSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bedplate.engine.plan import LayerPlan, Resource

BASE: dict[str, Any] = {
    "blueprint": "starter",
    "environment": "prod",
    "platform": "acme",
    "aws": {"account_id": "111122223333", "region": "me-central-1"},
    "owner": {"team": "ml-platform", "email": "ml@acme.example", "cost_center": "4711"},
    "governance": {"jurisdictions": ["AE"]},
    "network": {"cidr": "10.40.0.0/16"},
    "serving": {"kserve": {"domain": "models.acme.example"}},
    "monitoring": {"alerts": {"contact": "ml@acme.example"}},
    "budget": {"hourly_usd": 60, "monthly_usd": 30000},
    "teams": {"fraud": {"namespaces": ["fraud"]}},
}
"""A small, valid environment."""

_PROGRAM = "from support import layers\n\nlayers.build_current()\n"
_current: list[Callable[[], None]] = []


def build_current() -> None:
    """Run the function that the test handed over; called by the simulated program."""
    _current[-1]()


def laid_over(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `changes` merged in, mapping by mapping."""
    merged = dict(base)
    for key, value in changes.items():
        below = merged.get(key)
        both = isinstance(value, dict) and isinstance(below, dict)
        merged[key] = laid_over(below, value) if both and isinstance(below, dict) else value
    return merged


def spec(changes: Mapping[str, Any] | None = None) -> PlatformSpec:
    """Return the base environment with some values changed."""
    return PlatformSpec.model_validate_json(json.dumps(laid_over(BASE, changes or {})))


def simulated(
    build: Callable[[Scope], object], changes: Mapping[str, Any] | None = None
) -> LayerPlan:
    """Return the plan of what `build` creates in the base environment with `changes`."""
    scope = Scope(spec(changes))
    aws = scope.spec.aws

    def run() -> None:
        build(scope)

    _current.append(run)
    try:
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "__main__.py"
            program.write_text(_PROGRAM)
            return simulate_layer(
                LayerRequest(
                    layer="foundation",
                    project="bedplate-foundation",
                    stack=scope.spec.environment,
                    program=program,
                    config={},
                    account_id=aws.account_id,
                    region=aws.region,
                    partition=aws.partition,
                )
            )
    finally:
        _current.pop()


def of_type(plan: LayerPlan, token: str) -> list[Resource]:
    """Return the resources of a type, in the order of their creation."""
    return [resource for resource in plan.resources if resource.type == token]


def only(plan: LayerPlan, token: str) -> Resource:
    """Return the one resource of a type; fails where there are none or several."""
    (resource,) = of_type(plan, token)
    return resource


def named(plan: LayerPlan, name: str) -> Resource:
    """Return the one resource with a logical name."""
    (resource,) = [r for r in plan.resources if r.name == name]
    return resource


def policy_of(resource: Resource, key: str = "policy") -> dict[str, Any]:
    """Return a policy document that a resource holds as text."""
    document: dict[str, Any] = json.loads(resource.inputs[key])
    return document
