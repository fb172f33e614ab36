"""Judges the Kubernetes objects of a stack by the rules at admission, as a check does.

The cluster would refuse them all the same; here they are refused before anything is deployed.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

from bedplate.components.platform.admission_templates import rules
from bedplate.engine.plan import Plan
from bedplate.governance.admission_rules import own_constraints_of, parameters_of
from bedplate.governance.policy_set import admission_policies_of
from bedplate.policy.admission import Subject, judge, judge_plan
from bedplate.policy.admission_scope import given_constraints, is_object, kind_of, team_labels
from bedplate.policy.finding import source_of
from bedplate.policy.regorus_engine import RegorusEngine
from bedplate.spec.namespaces import team_namespaces

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.engine.plan import LayerPlan, Resource
    from bedplate.policy.catalogue import Phase
    from bedplate.policy.finding import Finding
    from bedplate.spec.resolve import Resolved


class Inside:
    """What an environment's rules at admission say."""

    def __init__(self, stacks: Path, environment: Resolved, phase: Phase) -> None:
        spec = environment.spec
        self.catalogue = admission_policies_of(stacks)
        """The rules, own ones of the platform included."""
        self._environment, self._phase = environment, phase
        self._own = own_constraints_of(self.catalogue, spec)
        self._constraints = given_constraints(rules(), parameters_of(spec)) | self._own
        self._kinds = {kind for each in self._constraints.values() for kind in each.kinds}
        self._asked = [policy for policy in self.catalogue.policies if phase in policy.phase]
        self._teams = team_labels(team_namespaces(spec))

    def on_resource(self, resource: Resource) -> tuple[Finding, ...]:
        """Return what the rules say of one resource, before it is deployed."""
        if not is_object(resource) or kind_of(resource.inputs) not in self._kinds:
            return ()
        source = partial(source_of, resource=resource, origins=self._environment.origins)
        subject = Subject(resource.inputs, resource.urn, resource.type, source)
        return judge(
            [subject], self._asked, self.catalogue, self._engine, self._constraints, self._teams
        )

    def on_layer(self, layer: LayerPlan) -> tuple[Finding, ...]:
        """Return what the rules say of all objects of a layer; nothing where it has none."""
        if not any(is_object(resource) for resource in layer.resources):
            return ()
        plan, origins = Plan(layer.stack, (layer,)), self._environment.origins
        return judge_plan(plan, self.catalogue, self._engine, origins, self._phase, self._own)

    def close(self) -> None:
        """End the engine, if it was asked anything."""
        if "_engine" in self.__dict__:
            self._engine.close()

    @cached_property
    def _engine(self) -> RegorusEngine:
        """An engine of its own, which keeps these rules while another keeps those on plans."""
        return RegorusEngine()
