"""Every shipped rule, through the evaluator, in both engines: broken, kept, and not known yet."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pytest
from support.layers import spec
from support.plans import plan, provider, resource, shipped
from support.shipped_cases import shipped_cases

from bedplate.engine.plan import Plan
from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts
from bedplate.policy.opa_engine import OpaEngine
from bedplate.policy.regorus_engine import RegorusEngine

if TYPE_CHECKING:
    from support.rule_cases import Case

    from bedplate.policy.catalogue import Phase
    from bedplate.policy.engine import RegoEngine
    from bedplate.policy.finding import Finding

SPEC = {
    "governance": {
        "regimes": ["uae-pdpl", "uae-health", "uae-bank"],
        "foreign_branch": True,
        "data_classification": "restricted",
        "personal_data": {
            "purpose": "fraud detection",
            "controller": "Acme",
            "dpo_contact": "dpo@acme.example",
            "retention_days": 365,
        },
    },
    "gpu_pools": {"a": {"instance_types": ["g6.xlarge"], "max_gpus": 4}},
}
PHASES: tuple[Phase, ...] = ("design", "deploy")


def _layered(cases: dict[str, Case]) -> Plan:
    """Return one plan in which every variant of every case is a layer of its own."""
    layers = []
    for name, case in cases.items():
        for variant in ("bad", "good", "unknown"):
            if resources := getattr(case, variant):
                text = json.dumps(plan(provider(), *resources).layers[0].to_json())
                project = f"{name}-{variant}"
                layers.append(json.loads(text.replace("bedplate-foundation", project)))
    return Plan.from_json({"schema": "bedplate.plan/v1", "environment": "prod", "layers": layers})


def _judged(engine: RegoEngine) -> tuple[Finding, ...]:
    known = facts(spec(SPEC), date(2026, 11, 23), 10.0, [])
    with closing(engine):
        return evaluate(_layered(shipped_cases()), shipped(), known, engine, {})


@cache
def _by_regorus() -> tuple[Finding, ...]:
    return _judged(RegorusEngine())


def _verdicts(name: str, variant: str) -> set[str]:
    """Return what the policy says of the resources of one variant of its case."""
    return {
        finding.verdict
        for finding in _by_regorus()
        if finding.policy == name and f"::{name}-{variant}::" in finding.urn
    }


def test_every_shipped_policy_has_a_case() -> None:
    """What judges facts alone, or other tiers, is tested apart."""
    assert set(shipped_cases()) == {policy.id for policy in shipped().policies} - {
        *{"GPU-004", "GPU-005", "OPS-008"},
        *{"APR-001", "APR-002", "APR-003", "APR-004", "APR-008", "APR-010", "APR-011"},
    }


@pytest.mark.parametrize("name", shipped_cases())
def test_a_broken_policy_fails(name: str) -> None:
    """The rule fires on what breaks it."""
    assert "fail" in _verdicts(name, "bad")


@pytest.mark.parametrize("name", shipped_cases())
def test_a_kept_policy_passes(name: str) -> None:
    """The rule is silent on what keeps it, and it did look."""
    assert _verdicts(name, "good") == {"pass"}


@pytest.mark.parametrize("name", [name for name, case in shipped_cases().items() if case.unknown])
def test_what_is_not_known_yet_is_unresolved(name: str) -> None:
    """An unknown value is neither a pass nor a failure."""
    assert "fail" not in _verdicts(name, "unknown")
    assert "unresolved" in _verdicts(name, "unknown")


@pytest.mark.needs("opa")
def test_both_engines_agree_on_every_case() -> None:
    """Findings are equal, messages included."""
    assert _judged(OpaEngine()) == _by_regorus()


@pytest.mark.parametrize("estimate", [59.99, 60.0, 60.01])
def test_the_budget_is_held(estimate: float) -> None:
    """At the budget is within it; just above is not."""
    known = facts(spec(), date(2026, 11, 23), estimate, [])
    with closing(RegorusEngine()) as engine:
        findings = evaluate(plan(provider()), shipped(), known, engine, {})
    verdicts = [(f.level, f.verdict) for f in findings if f.policy == "GPU-005"]

    assert verdicts == [("mandatory", "fail" if estimate > 60 else "pass"), ("advisory", "fail")]


def test_every_policy_with_parameters_denies_without_facts() -> None:
    """A rule that is run without its facts, as by a bare Pulumi, never passes."""
    everything = [r for case in shipped_cases().values() for r in case.good]
    unique = {r.urn: r for r in everything}.values()
    findings: list[Finding] = []
    for phase in PHASES:
        with closing(RegorusEngine()) as engine:
            findings += evaluate(plan(provider(), *unique), shipped(), {}, engine, {}, phase)
    asked = {policy.rule for policy in shipped().policies if policy.parameters}
    messages = " ".join(finding.message for finding in findings if finding.verdict == "fail")
    lacking = set(re.findall(r"Rule (\w+) lacks facts of the environment", messages))

    assert asked - lacking == set()


def test_rules_leave_types_that_they_do_not_name_alone() -> None:
    """Pulumi's own runtime asks every rule about every resource."""
    known = facts(spec(SPEC), date(2026, 11, 23), 10.0, [])
    foreign = [resource("random:index/id:Id", "a"), resource("kubernetes:core/v1:Event", "b")]
    catalogue = shipped()
    widened = tuple(
        replace(policy, resource_types=("random:*", "kubernetes:core/v1:Event"))
        for policy in catalogue.policies
        if policy.scope == "resource"
    )
    with closing(RegorusEngine()) as engine:
        findings = evaluate(plan(*foreign), replace(catalogue, policies=widened), known, engine, {})

    assert [f for f in findings if f.verdict not in ("pass", "not_applicable")] == []
    assert len(findings) == 2 * len(widened)
