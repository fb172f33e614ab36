"""Judges a Plan: which rules apply, what each says, and what stays open. One place for all callers.

Rego decides only whether a rule fires. Everything else is decided here: whether a policy applies
to the environment, whether a silent rule has seen all that it depends on, and that a rule which
breaks is an error and never a pass.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from bedplate.engine.plan import STACK_TYPE
from bedplate.policy.engine import Job, Task
from bedplate.policy.finding import Finding, Source, printable, source_of
from bedplate.policy.layer_view import LayerView, matching
from bedplate.policy.rego_input import dumps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bedplate.engine.plan import Plan, Resource
    from bedplate.policy.catalogue import Catalogue, Phase, Policy
    from bedplate.policy.engine import Hit, Outcome, RegoEngine
    from bedplate.policy.finding import Verdict
    from bedplate.spec.tree import Origin

_APPLIES: Final = {
    "regimes": "regimes",
    "classifications": "data_classification",
    "tiers": "tier",
}
"""The fact that decides each key of ``applies``."""

ASKED: Final[Mapping[Phase, str]] = {
    "design": "It is asked of a proposal, before a deployment.",
    "deploy": "It is asked when deploying.",
    "admission": "It is asked when an object enters the cluster.",
}
"""What a finding says of a policy that is asked in another phase."""


@dataclass(frozen=True, slots=True)
class _Question:
    """One policy asked about one resource, or about one layer."""

    policy: Policy
    layer: LayerView
    resource: Resource | None
    """None for a stack rule."""


def evaluate(
    plan: Plan,
    catalogue: Catalogue,
    facts: Mapping[str, Any],
    engine: RegoEngine,
    origins: Mapping[str, Origin],
    phase: Phase = "design",
) -> tuple[Finding, ...]:
    """Return every policy's verdict on every resource that it judges.

    Sorted by policy, then in the order of the plan. ``facts`` are those of the environment, of
    which each rule gets only its own parameters; a fact that is None counts as missing. A policy
    that is not asked in this phase does not apply. Raises PolicyError where the engine can't run
    at all.
    """
    judge = _Judge(plan, catalogue, facts, origins, phase)
    outcomes = engine.run(judge.job())
    return judge.findings(outcomes)


def asked(
    plan: Plan, catalogue: Catalogue, facts: Mapping[str, Any], phase: Phase = "design"
) -> tuple[Job, tuple[tuple[Policy, LayerView, Resource | None], ...]]:
    """Return what an engine is asked, and for each task its policy, layer and resource.

    A task on a whole layer has no resource.
    """
    judge = _Judge(plan, catalogue, facts, {}, phase)
    job = judge.job()
    return job, tuple((one.policy, one.layer, one.resource) for one in judge.questions)


def is_for(policy: Policy, facts: Mapping[str, Any]) -> bool:
    """Return whether a policy is for an environment: for one of its regimes, its data, its tier."""
    for key, names in policy.applies.items():
        value = facts.get(_APPLIES[key])
        if value is None:
            continue  # not known: the rule is asked, and denies for want of facts
        if not set(names) & set([value] if isinstance(value, str) else value):
            return False
    return True


def rule_config(policies: Sequence[Policy], facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the facts of each rule by its name: its own parameters, as far as they are there.

    It is what ``data.config`` holds, and what ``pulumi --policy-pack-config`` takes.
    """
    return {
        policy.rule: {
            name: facts[name] for name in policy.parameters if facts.get(name) is not None
        }
        for policy in policies
    }


class _Judge:
    """The questions of one Plan, and what their answers mean."""

    def __init__(
        self,
        plan: Plan,
        catalogue: Catalogue,
        facts: Mapping[str, Any],
        origins: Mapping[str, Origin],
        phase: Phase,
    ) -> None:
        self._layers = [LayerView(layer) for layer in plan.layers]
        self._catalogue = catalogue
        self._facts = facts
        self._origins = origins
        self._phase = phase
        self._applying = [policy for policy in catalogue.policies if self._applies(policy)]
        self.questions: list[_Question] = []
        """Filled by `job`, one a task."""

    def job(self) -> Job:
        """Return what an engine has to evaluate."""
        documents: list[str] = []
        tasks: list[Task] = []
        for layer in self._layers:
            for asked, document in self._asked(layer):
                tasks += [Task(len(documents), question.policy.path) for question in asked]
                self.questions += asked
                documents.append(dumps(document))
        return Job(
            self._catalogue.modules, rule_config(self._applying, self._facts), documents, tasks
        )

    def findings(self, outcomes: Sequence[Outcome]) -> tuple[Finding, ...]:
        """Return the findings for the outcomes of the job."""
        found: dict[str, list[Finding]] = defaultdict(list)
        skipped: dict[str, int] = defaultdict(int)
        for question, outcome in zip(self.questions, outcomes, strict=True):
            path = question.policy.path
            skipped[path] += outcome.skipped
            if not outcome.skipped:
                found[path] += self._judged(question, outcome)
        findings: list[Finding] = []
        for policy in self._catalogue.policies:
            own = _once(found[policy.path]) or self._not_applicable(policy)
            findings += _with_skipped(own, skipped[policy.path])
        return tuple(findings)

    def _applies(self, policy: Policy) -> bool:
        return self._phase in policy.phase and is_for(policy, self._facts)

    def _asked(self, layer: LayerView) -> Iterator[tuple[list[_Question], dict[str, Any]]]:
        """Yield questions that share one input document, and that document."""
        on_resources = [policy for policy in self._applying if policy.scope == "resource"]
        by_type: dict[str, tuple[Policy, ...]] = {}
        for resource in layer.resources:
            if resource.type not in by_type:
                by_type[resource.type] = matching(on_resources, resource.type)
            if policies := by_type[resource.type]:
                asked = [_Question(policy, layer, resource) for policy in policies]
                yield asked, layer.inputs[resource.urn]
        on_stack = [
            _Question(policy, layer, None)
            for policy in self._applying
            if policy.scope == "stack" and (not policy.resource_types or layer.subjects(policy))
        ]
        if on_stack:
            yield on_stack, layer.stack_input

    def _judged(self, question: _Question, outcome: Outcome) -> list[Finding]:
        policy, layer, resource = question.policy, question.layer, question.resource
        if outcome.error is not None:
            message = printable(f"The rule {policy.rule} broke: {outcome.error}.")
            place = Source(policy.file, policy.line, 1, "")
            finding = self._finding(policy, layer, resource, "error", message)
            return [replace(finding, source=place)]
        if policy.scope == "resource":
            return [self._verdict(policy, layer, resource, outcome.hits)]
        return self._stack_verdicts(policy, layer, outcome.hits)

    def _stack_verdicts(
        self, policy: Policy, layer: LayerView, hits: Sequence[Hit]
    ) -> list[Finding]:
        """Return a verdict on each subject of a stack rule, and on the stack where it is meant."""
        subjects = {resource.urn for resource in layer.subjects(policy)}
        on: dict[str, list[Hit]] = defaultdict(list)
        for hit in hits:
            on[hit.urn if hit.urn in layer.by_urn else ""].append(hit)
        verdicts = [
            self._verdict(policy, layer, resource, on.get(resource.urn, ()))
            for resource in layer.resources
            if resource.urn in subjects or resource.urn in on
        ]
        if on[""] or not policy.resource_types:
            verdicts.append(self._verdict(policy, layer, None, on[""]))
        return verdicts

    def _verdict(
        self, policy: Policy, layer: LayerView, resource: Resource | None, hits: Sequence[Hit]
    ) -> Finding:
        if hits:
            message = printable(" ".join(hit.message for hit in hits))
            return self._finding(policy, layer, resource, "fail", message)
        still_open = layer.open_reads(policy, resource)
        verdict: Verdict = "unresolved" if still_open else "pass"
        return self._finding(policy, layer, resource, verdict, still_open)

    def _not_applicable(self, policy: Policy) -> list[Finding]:
        message = "No resource of its types."
        if self._phase not in policy.phase:
            message = ASKED[policy.phase[0]]
        elif policy not in self._applying:
            parts = (f"{key}: {', '.join(names)}" for key, names in policy.applies.items())
            wanted = "; ".join(parts)
            message = f"The environment is outside the policy's scope ({wanted})."
        return [
            self._finding(policy, layer, None, "not_applicable", message)
            for layer in self._layers[:1]
        ]

    def _finding(
        self,
        policy: Policy,
        layer: LayerView,
        resource: Resource | None,
        verdict: Verdict,
        message: str,
    ) -> Finding:
        return Finding(
            policy=policy.id,
            severity=policy.severity,
            level=policy.level,
            verdict=verdict,
            urn=resource.urn if resource else layer.urn,
            type=resource.type if resource else STACK_TYPE,
            message=message,
            controls=policy.controls,
            remediation=policy.remediation,
            source=source_of(policy, resource, self._origins),
        )


def _once(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings without those that say the same of a further layer's stack."""
    kept: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    for finding in findings:
        key = (finding.verdict, finding.message)
        if finding.type != STACK_TYPE or key not in seen:
            kept.append(finding)
        if finding.type == STACK_TYPE:
            seen.add(key)
    return kept


def _with_skipped(findings: Sequence[Finding], count: int) -> list[Finding]:
    """Return findings of which the error tells how much was not judged for it."""
    if not count:
        return list(findings)
    more = f"{count} further inputs were not judged by it."
    return [
        replace(finding, message=f"{finding.message} {more}")
        if finding.verdict == "error"
        else finding
        for finding in findings
    ]
