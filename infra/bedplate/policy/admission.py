"""Judges Kubernetes objects by the admission pack: those of a plan, and those of manifest files.

Rego decides whether a rule fires, as it does for a plan's resources. Here is decided which rule is
asked about which object, and that a rule which breaks, or could not see all it depends on, is no
pass.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from bedplate.components.platform.admission_templates import rules
from bedplate.engine.plan import STACK_TYPE
from bedplate.policy.admission_input import review_input
from bedplate.policy.admission_scope import is_object, kind_of, namespaces_of, planned_constraints
from bedplate.policy.engine import Job, Task
from bedplate.policy.finding import Finding, Source, printable, source_of, stack_urn
from bedplate.policy.rego_input import dumps, is_open, openings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bedplate.engine.plan import Plan
    from bedplate.policy.admission_scope import Constraint, Labels
    from bedplate.policy.catalogue import Catalogue, Phase, Policy
    from bedplate.policy.engine import Outcome, RegoEngine
    from bedplate.policy.finding import Verdict
    from bedplate.spec.tree import Origin


@dataclass(frozen=True, slots=True)
class Subject:
    """One object, and how findings on it are told."""

    manifest: Mapping[str, Any]
    """The object."""
    urn: str
    """What names it in findings."""
    type: str
    """Its type token."""
    source: Callable[[Policy], Source | None]
    """Returns the place to change for a policy."""


@dataclass(frozen=True, slots=True)
class Question:
    """One rule, asked about one object."""

    policy: Policy
    """The rule."""
    subject: Subject
    """The object."""
    given: Mapping[str, Any]
    """Parameters of its constraint."""

    def document(self) -> dict[str, Any]:
        """Return the rule's input, without parameters that are not known: no builtin takes one."""
        known = {name: value for name, value in self.given.items() if not is_open(value)}
        return review_input(self.subject.manifest, known, self.subject.urn)

    def unread(self) -> str:
        """Return a sentence on what the rule could not see, or ""."""
        states: dict[str, list[str]] = defaultdict(list)
        for read in self.policy.reads:
            for state in openings(self.subject.manifest, read):
                states[state].append(read)
        for name, value in self.given.items():
            if is_open(value):
                states["unknown"].append(f"the parameter {name}")
        says = (("unknown", "known only after a deployment"), ("secret", "secret"))
        parts = [f"{', '.join(states[key])} is {text}" for key, text in says if states[key]]
        return f"Not judged: {'; '.join(parts)}." if parts else ""


def judge_plan(
    plan: Plan,
    catalogue: Catalogue,
    engine: RegoEngine,
    origins: Mapping[str, Origin],
    phase: Phase = "design",
    own: Mapping[str, Constraint] | None = None,
) -> tuple[Finding, ...]:
    """Return every admission policy's verdict on the plan's objects that it would be asked about.

    These are the objects in teams' namespaces, and those that lie in none. What the platform makes
    there itself is judged too, but for what the constraints leave out by label. `own` are the
    constraints of policies that the plan makes none for.
    """
    questions = asked_of_plan(plan, catalogue, origins, phase, own)
    found = _answered(questions, catalogue, engine)
    layer = plan.layers[-1]
    stack = Subject({}, stack_urn(layer.stack, layer.project), STACK_TYPE, lambda _: None)
    return _with_silent(found, catalogue, phase, stack)


def asked_of_plan(
    plan: Plan,
    catalogue: Catalogue,
    origins: Mapping[str, Origin],
    phase: Phase = "design",
    own: Mapping[str, Constraint] | None = None,
) -> list[Question]:
    """Return every question about the plan's objects; see ``judge_plan``."""
    constraints = planned_constraints(plan, rules()) | {**(own or {})}
    subjects = [
        Subject(
            resource.inputs,
            resource.urn,
            resource.type,
            partial(source_of, resource=resource, origins=origins),
        )
        for resource in plan.resources()
        if is_object(resource)
    ]
    policies = [policy for policy in catalogue.policies if phase in policy.phase]
    return _asked(subjects, policies, constraints, namespaces_of(plan))


def judge(
    subjects: Sequence[Subject],
    policies: Sequence[Policy],
    catalogue: Catalogue,
    engine: RegoEngine,
    constraints: Mapping[str, Constraint],
    namespaces: Mapping[str, Labels],
) -> tuple[Finding, ...]:
    """Return the verdicts of policies on the objects that their constraints choose.

    Sorted by policy, then as the subjects are. Raises PolicyError where the engine can't run.
    """
    return _answered(_asked(subjects, policies, constraints, namespaces), catalogue, engine)


def _asked(
    subjects: Sequence[Subject],
    policies: Sequence[Policy],
    constraints: Mapping[str, Constraint],
    namespaces: Mapping[str, Labels],
) -> list[Question]:
    by_kind: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, subject in enumerate(subjects):
        by_kind[kind_of(subject.manifest)].append(number)
    return [
        Question(policy, subjects[number], constraints[policy.id].parameters)
        for policy in policies
        for number in sorted(n for kind in constraints[policy.id].kinds for n in by_kind[kind])
        if constraints[policy.id].asks_about(subjects[number].manifest, namespaces)
    ]


def _answered(
    questions: Sequence[Question], catalogue: Catalogue, engine: RegoEngine
) -> tuple[Finding, ...]:
    inputs = [dumps(question.document()) for question in questions]
    tasks = [Task(number, question.policy.path) for number, question in enumerate(questions)]
    outcomes = engine.run(Job(catalogue.modules, {}, inputs, tasks))
    findings: list[Finding] = []
    skipped: dict[str, int] = defaultdict(int)
    for question, outcome in zip(questions, outcomes, strict=True):
        if outcome.skipped:
            skipped[question.policy.id] += 1
        else:
            findings.append(_finding(question, outcome))
    return tuple(_told(finding, skipped[finding.policy]) for finding in findings)


def _finding(question: Question, outcome: Outcome) -> Finding:
    policy, subject = question.policy, question.subject
    if outcome.error is not None:
        message = printable(f"The rule {policy.rule} broke: {outcome.error}.")
        finding = _made(policy, subject, "error", message)
        return replace(finding, source=Source(policy.file, policy.line, 1, ""))
    unread = question.unread()
    if outcome.hits and not is_open(question.given):
        message = printable(" ".join(hit.message for hit in outcome.hits))
        return _made(policy, subject, "fail", message)
    return _made(policy, subject, "unresolved" if unread else "pass", unread)


def _told(finding: Finding, skipped: int) -> Finding:
    if finding.verdict != "error" or not skipped:
        return finding
    more = f"{skipped} further inputs were not judged by it."
    return replace(finding, message=f"{finding.message} {more}")


def _with_silent(
    found: Sequence[Finding], catalogue: Catalogue, phase: Phase, stack: Subject
) -> tuple[Finding, ...]:
    """Return the findings, and one that says why for each policy that has none."""
    by_policy: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        by_policy[finding.policy].append(finding)
    findings: list[Finding] = []
    for policy in catalogue.policies:
        why = "No object that it is asked about."
        if phase not in policy.phase:
            why = f"It is asked in another phase ({', '.join(policy.phase)})."
        findings += by_policy[policy.id] or [_made(policy, stack, "not_applicable", why)]
    return tuple(findings)


def _made(policy: Policy, subject: Subject, verdict: Verdict, message: str) -> Finding:
    return Finding(
        policy=policy.id,
        severity=policy.severity,
        level=policy.level,
        verdict=verdict,
        urn=subject.urn,
        type=subject.type,
        message=message,
        controls=policy.controls,
        remediation=policy.remediation,
        source=subject.source(policy),
    )
