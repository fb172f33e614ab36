"""Layers that a test puts before the Python policy pack, and what to look at in its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.runtime.proto import analyzer_pb2

from bedplate.engine.plan import LayerPlan, Resource
from support.goldens import golden_plan
from support.plans import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bedplate.engine.plan import Plan
    from bedplate.policy.pulumi_pack.project import Project

STACKS = ROOT / "tests" / "golden" / "stacks"
"""Golden plans of the reference platform."""
ECR = "aws:ecr/repository:Repository"
KEY = "aws:kms/key:Key"
TAGS = {
    "owner": "ml-platform", "environment": "dev", "cost_center": "4711",
    "data_classification": "confidential", "purpose": "fraud", "retention_days": "30",
    "controller": "Acme", "dpo_contact": "dpo@acme.example",
}  # fmt: skip
MANDATORY, ADVISORY = analyzer_pb2.MANDATORY, analyzer_pb2.ADVISORY


class GoldenSimulation:
    """What stands in for the simulator beside the pack: the golden plan of the environment."""

    def __init__(self, project: Project) -> None:
        self._stack = project.stack

    def plan(self) -> Plan:
        """Return the golden plan."""
        return golden_plan(STACKS / f"{self._stack}.plan.json")


def one_layer(*resources: Resource, stack: str = "dev") -> LayerPlan:
    """Return a layer of the resources given."""
    return LayerPlan("foundation", "bedplate-foundation", stack, resources)


def one_resource(token: str, name: str, stack: str = "dev", **inputs: Any) -> Resource:
    """Return a resource with all tags."""
    return Resource(
        urn=f"urn:pulumi:{stack}::bedplate-foundation::{token}::{name}",
        type=token,
        name=name,
        parent=None,
        custom=True,
        inputs={"tags": TAGS | {"environment": stack}} | inputs,
        outputs={"arn": f"arn:aws:x:::{name}"},
    )


def named(
    said: Iterable[analyzer_pb2.AnalyzeDiagnostic], policy: str
) -> list[analyzer_pb2.AnalyzeDiagnostic]:
    """Return the diagnostics of one policy."""
    return [one for one in said if one.policyName == policy]


def levels(said: Iterable[analyzer_pb2.AnalyzeDiagnostic], policy: str) -> list[int]:
    """Return the levels of one policy's diagnostics."""
    return [one.enforcementLevel for one in named(said, policy)]
