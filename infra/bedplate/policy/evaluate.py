"""Judges a Plan: which rules apply, what each says, and what stays open. One place for all callers.

Rego decides only whether a rule fires. Everything else is decided here: whether a policy applies
to the environment, whether a silent rule has seen all that it depends on, and that a rule which
breaks is an error and never a pass.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from bedplate.engine.plan import STACK_TYPE
from bedplate.policy.engine import HELD
from bedplate.policy.finding import Finding, Source, printable, source_of
from bedplate.policy.questions import Questions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bedplate.engine.plan import Plan, Resource
    from bedplate.policy.catalogue import Catalogue, Phase, Policy
    from bedplate.policy.engine import Hit, Job, Outcome, RegoEngine
    from bedplate.policy.finding import Verdict
    from bedplate.policy.layer_view import LayerView
    from bedplate.policy.questions import Batch, Question
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
    return judge.findings(judge.answers(engine))


def asked(
    plan: Plan, catalogue: Catalogue, facts: Mapping[str, Any], phase: Phase = "design"
) -> tuple[Job, tuple[tuple[Policy, LayerView, Resource | None], ...]]:
    """Return what an engine is asked, and for each task its policy, layer and resource.

    A task on a whole layer has no resource.
    """
    batch = _Judge(plan, catalogue, facts, {}, phase).questions.each()
    return batch.job, tuple((one.policy, one.layer, one.resource) for one in batch.questions)


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
        self._catalogue = catalogue
        self._facts = facts
        self._origins = origins
        self._phase = phase
        self._applying = [policy for policy in catalogue.policies if self._applies(policy)]
        config = rule_config(self._applying, facts)
        self.questions = Questions(plan, self._applying, catalogue.modules, config)
        """What the policies ask."""

    def answers(self, engine: RegoEngine) -> list[tuple[Question, Outcome]]:
        """Ask an engine; return what came of each question that had to be asked."""
        answers = self._first(engine)
        return answers + _answers(engine, self.questions.again(answers))

    def _first(self, engine: RegoEngine) -> list[tuple[Question, Outcome]]:
        if not engine.keeps_policies:
            return _answers(engine, self.questions.on_resources(self.questions.on_layers()))
        with ThreadPoolExecutor(1) as beside:
            # The engine works while what it is asked next is written, and what is hidden is found.
            ready = beside.submit(engine.prepare, self.questions.nothing.job)
            on_layers = beside.submit(_answers, engine, self.questions.on_layers())
            single = self.questions.on_resources()
            for layer in self.questions.layers:
                layer.find_open()  # every verdict will ask for them
            ready.result()
            return on_layers.result() + _answers(engine, single)

    def findings(self, answers: Sequence[tuple[Question, Outcome]]) -> tuple[Finding, ...]:
        """Return the findings for all questions, those included that others answered."""
        found: dict[str, list[tuple[int, Finding]]] = defaultdict(list)
        skipped: dict[str, int] = defaultdict(int)
        for question, outcome in answers:
            path = question.policy.path
            if outcome.skipped or outcome.error:
                skipped[path] += outcome.skipped + len(question.alike)
            if outcome.skipped:
                continue
            silent = question.alike if outcome == HELD else ()
            for one in (question, *silent):
                found[path] += ((one.place, finding) for finding in self._judged(one, outcome))
        findings: list[Finding] = []
        for policy in self._catalogue.policies:
            in_order = [finding for _, finding in sorted(found[policy.path], key=itemgetter(0))]
            own = _once(in_order) or self._not_applicable(policy)
            findings += _with_skipped(own, skipped[policy.path])
        return tuple(findings)

    def _applies(self, policy: Policy) -> bool:
        return self._phase in policy.phase and is_for(policy, self._facts)

    def _judged(self, question: Question, outcome: Outcome) -> list[Finding]:
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
            for layer in self.questions.layers[:1]
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


def _answers(engine: RegoEngine, batch: Batch) -> list[tuple[Question, Outcome]]:
    asked = batch.questions
    return list(zip(asked, engine.run(batch.job), strict=True)) if asked else []


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
