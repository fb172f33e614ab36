"""Platform plans of everything that ships, each simulated once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedplate.governance.assessment import Options
from bedplate.governance.simulation import resolved, simulated
from bedplate.spec.resolve import environments

if TYPE_CHECKING:
    from bedplate.engine.plan import Plan

ROOT = Path(__file__).resolve().parents[3]
ENGINES = ("airflow", "argo-workflows", "kubeflow-pipelines")

CASES = (
    *(f"stacks/{name}" for name in environments(ROOT / "stacks")),
    *(f"blueprints/{f.parent.name}" for f in sorted((ROOT / "blueprints").glob("*/example"))),
    *(f"engines/{engine}" for engine in ENGINES),
)
"""Environments of the reference platform, blueprints with their examples, and every engine."""


@cache
def plan(case: str) -> Plan:
    """Return the plan of both layers of a case."""
    group, name = case.split("/")
    if group == "stacks":
        return _plan(ROOT / "stacks", name)
    if group == "blueprints":
        folder = ROOT / "blueprints" / name / "example"
        (environment,) = environments(folder)
        return _plan(folder, environment)
    return _plan(ROOT / "tests" / "golden" / "engines" / name, "dev")


def _plan(stacks: Path, environment: str) -> Plan:
    options = Options(stacks, program_root=ROOT)
    return simulated(resolved(environment, options), options)


def manifests(plan: Plan) -> list[dict[str, Any]]:
    """Return the Kubernetes objects of a plan, in the order of their dependencies."""
    return [
        dict(resource.inputs)
        for resource in plan.layers[-1].resources
        if resource.type.startswith("kubernetes:")
        and not resource.type.startswith(("kubernetes:helm.sh", "kubernetes:yaml"))
        and not str(resource.inputs["kind"]).endswith("Patch")
    ]
