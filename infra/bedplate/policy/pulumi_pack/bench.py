"""Judges what Pulumi is about to deploy, with the functions that `bedplate check` uses."""

from __future__ import annotations

import getpass
import os
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from bedplate.engine.plan import LayerPlan, Plan
from bedplate.errors import PolicyError, SpecError
from bedplate.governance.assessment import Options
from bedplate.governance.gate import presented
from bedplate.governance.policy_set import joined, policies_of
from bedplate.governance.release import ReleaseError
from bedplate.operate.cost import estimate
from bedplate.operate.prices import load_prices
from bedplate.policy.decision import Decision, decide, standing_of
from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts
from bedplate.policy.layer_view import matching
from bedplate.policy.pulumi_pack.inside import Inside
from bedplate.policy.regorus_engine import RegorusEngine
from bedplate.policy.waiver_file import load_waivers
from bedplate.spec.resolve import environments, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bedplate.engine.plan import Resource
    from bedplate.policy.catalogue import Catalogue, Phase
    from bedplate.policy.finding import Finding
    from bedplate.policy.pulumi_pack.project import Project
    from bedplate.policy.pulumi_pack.simulation import Simulation
    from bedplate.policy.release_fact import Release

DEPLOYER_VARIABLE: Final = "BEDPLATE_DEPLOYER"
"""Variable that names who deploys; else it is the user of the machine."""
LIKELY: Final = "The simulator, which runs the same program, finds the policy kept."
"""Why an open verdict does not block a preview."""


class Bench:
    """One environment, and what judges it."""

    def __init__(self, project: Project, simulation: Simulation) -> None:
        self.project = project
        """The stack."""
        self._simulation = simulation
        self._engine = RegorusEngine()
        self._on_plans = policies_of(project.stacks)
        root = project.stacks.resolve().parent
        own = root / "blueprints"
        try:
            self._environment = resolve(
                project.stack, project.stacks, own if own.is_dir() else None
            )
        except SpecError as error:
            raise PolicyError(error.message) from None
        self._today = datetime.now(UTC).date()
        self._waivers = load_waivers(root, environments(project.stacks))
        self._phase: Phase = "design" if project.is_preview else "deploy"
        self._inside = Inside(project.stacks, self._environment, self._phase)
        self.catalogue = joined(self._on_plans, self._inside.catalogue)
        """Its policies: those on plans, then those at admission."""

    def on_resource(self, resource: Resource, provider: Resource | None) -> Decision:
        """Return what the rules on one resource say of it, before it is deployed."""
        alone, found = self._alone, self._inside.on_resource(resource)
        if matching(alone.policies, resource.type):
            resources = (resource,) if provider is None else (provider, resource)
            found += self._findings(self._layer(resources), alone, self._facts)
        own = [finding for finding in found if finding.urn == resource.urn]
        return self._decided(own) if own else Decision(())

    def on_layer(self, layer: LayerPlan) -> Decision:
        """Return what all rules say of all resources of a layer."""
        others = [one for one in self._simulated.layers if one.project != layer.project]
        priced = replace(self._simulated, layers=(*others, layer))
        found = self._findings(layer, self._on_plans, self._facts_of(priced))
        found += self._inside.on_layer(layer)
        # The waivers of the other layers excuse nothing here.
        return self._decided(found)

    def close(self) -> None:
        """End the engines."""
        self._engine.close()
        self._inside.close()

    @cached_property
    def _alone(self) -> Catalogue:
        """The policies on one resource: always the same ones, so that the engine keeps them."""
        policies = (one for one in self._on_plans.policies if one.scope == "resource")
        return replace(self._on_plans, policies=tuple(policies))

    @cached_property
    def _simulated(self) -> Plan:
        return self._simulation.plan()

    @cached_property
    def _likely(self) -> set[tuple[str, str]]:
        """The policies that the simulator finds kept, each with the resource."""
        return {
            (finding.policy, finding.urn)
            for layer in self._simulated.layers
            if layer.project == self.project.project
            for finding in (
                *self._findings(layer, self._on_plans, self._facts),
                *self._inside.on_layer(layer),
            )
            if finding.verdict == "pass"
        }

    def _layer(self, resources: tuple[Resource, ...]) -> LayerPlan:
        project = self.project
        return LayerPlan(project.project, project.project, project.stack, resources)

    @cached_property
    def _facts(self) -> dict[str, Any]:
        return self._facts_of(self._simulated)

    def _facts_of(self, priced: Plan) -> dict[str, Any]:
        spec = self._environment.spec
        cost = estimate(priced, spec, load_prices())
        return facts(spec, self._today, cost.hourly_usd, list(cost.unpriced), self._release)

    @cached_property
    def _release(self) -> Release | None:
        """What is deployed and who approved it; None in a preview, and where nothing was released.

        Without it, the rules on a deployment deny.
        """
        if self.project.is_preview:
            return None
        options = Options(self.project.stacks)
        now = datetime.now(UTC)
        try:
            found = presented(self._environment, self._simulated, options, _deployer(), now)
        except ReleaseError:
            return None
        return found.fact

    def _findings(
        self, layer: LayerPlan, catalogue: Catalogue, known: Mapping[str, Any]
    ) -> tuple[Finding, ...]:
        plan, origins = Plan(self.project.stack, (layer,)), self._environment.origins
        return evaluate(plan, catalogue, known, self._engine, origins, self._phase)

    def _decided(self, findings: Sequence[Finding]) -> Decision:
        standing = standing_of(self._environment.spec)
        decision = decide(findings, self._waivers, standing, self._today, whole=False)
        if not self.project.is_preview:
            return decision
        return replace(decision, findings=tuple(map(self._as_previewed, decision.findings)))

    def _as_previewed(self, finding: Finding) -> Finding:
        """Return a finding of a preview, which knows less than the deployment that follows.

        A verdict that is open only because nothing exists yet is asked for again when it does.
        """
        if finding.verdict != "unresolved" or not finding.blocks:
            return finding
        if (finding.policy, finding.urn) not in self._likely:
            return finding
        return replace(finding, enforcement="advisory", message=f"{finding.message} {LIKELY}")


def _deployer() -> str:
    """Return who deploys; a name that is nobody's where the machine knows none."""
    named = os.environ.get(DEPLOYER_VARIABLE)
    if named:
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return "unknown"
