"""The golden plans keep every policy; a plan with one fault does not."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from support.goldens import GOLDEN, environment_of, golden_plan
from support.kill import trimmed
from support.mutants import FAULTS, PRODUCTION, Fault, mutants, side_by_side
from support.plans import ROOT, shipped

from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts
from bedplate.policy.opa_engine import OpaEngine
from bedplate.policy.regorus_engine import RegorusEngine
from bedplate.spec.resolve import environments

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bedplate.engine.plan import Plan
    from bedplate.policy.engine import RegoEngine
    from bedplate.policy.finding import Finding

SAMPLE = 3
"""Resources of one type into which a fault is put, one at a time."""
UNJUDGED = {
    *{"ENC-010", "RES-002", "RES-007", "TAG-003", "ZT-005", "GPU-002", "GPU-005"},
    *{"APR-001", "APR-002", "APR-003", "APR-004", "APR-008", "APR-010", "APR-011", "OPS-008"},
    "GPU-004",
}
"""Policies that no property of production's plan breaks alone: they judge facts, other tiers, or
what the plan does not hold."""


def _judged(path: Path, plan: Plan, engine: RegoEngine, policy: str = "") -> tuple[Finding, ...]:
    """Return the findings on a plan, of one policy or of all."""
    environment = environment_of(path)
    catalogue = shipped()
    if policy:
        chosen = tuple(p for p in catalogue.policies if p.id == policy)
        catalogue = replace(catalogue, policies=chosen)
    known = facts(environment.spec, date(2026, 11, 25), 0.0, [])
    return evaluate(plan, catalogue, known, engine, environment.origins)


@pytest.fixture(scope="module")
def regorus() -> Iterator[RegorusEngine]:
    """Return one engine for all tests: it reads the rules once."""
    with closing(RegorusEngine(task_seconds=30)) as engine:
        yield engine


@cache
def _sound(path: Path) -> tuple[Finding, ...]:
    """Return the findings on a golden plan as it is."""
    with closing(RegorusEngine()) as engine:
        return _judged(path, golden_plan(path), engine)


def _name(path: Path) -> str:
    return f"{path.parent.name}-{path.name.removesuffix('.plan.json')}"


def _case(fault: Fault) -> str:
    return f"{fault.policy} {fault.token.rpartition(':')[2]} {fault.what}"


@cache
def _production() -> tuple[Path, Plan]:
    path = ROOT / "tests" / "golden" / "stacks" / "prod.plan.json"
    return path, golden_plan(path)


def test_there_are_golden_plans_of_every_environment_and_blueprint() -> None:
    """Without them the tests below would judge nothing."""
    blueprints = {f"blueprints-{d.parent.name}" for d in (ROOT / "blueprints").glob("*/example")}
    stacks = {f"stacks-{name}" for name in environments(ROOT / "stacks")}

    engines = {f"engines-{d.name}" for d in (ROOT / "tests/golden/engines").iterdir() if d.is_dir()}

    assert {_name(path) for path in GOLDEN} == blueprints | stacks | engines


@pytest.mark.parametrize("path", GOLDEN, ids=_name)
def test_a_golden_plan_keeps_every_policy(path: Path) -> None:
    """Nothing fails, nothing is open, every policy that binds has looked at something."""
    wrong = [
        (f.policy, f.verdict, f.urn, f.message)
        for f in _sound(path)
        if f.verdict not in ("pass", "not_applicable")
    ]

    assert wrong == []


@pytest.mark.needs("opa")
@pytest.mark.parametrize("path", GOLDEN, ids=_name)
def test_both_engines_agree_on_a_golden_plan(path: Path) -> None:
    """Findings are equal, sources included."""
    assert _judged(path, golden_plan(path), OpaEngine()) == _sound(path)


def _mutants(plan: Plan, fault: Fault, count: int) -> list[Plan]:
    """Return mutants as small as the policy's scope allows."""
    scopes = {policy.scope for policy in shipped().policies if policy.id == fault.policy}
    return list(islice(mutants(plan, fault, alone=scopes == {"resource"}), count))


def _small(path: Path, policy: str, regorus: RegorusEngine) -> Plan:
    """Return a golden plan without what a policy does not name, unless it then misses something."""
    plan, policies = golden_plan(path), [p for p in shipped().policies if p.id == policy]
    layers = tuple(trimmed(layer, policies) for layer in plan.layers)
    small = replace(plan, layers=layers)
    is_sound = all(f.verdict != "fail" for f in _judged(path, small, regorus, policy))
    return small if is_sound else plan


@pytest.mark.parametrize("fault", PRODUCTION, ids=_case)
def test_a_fault_in_production_is_noticed(fault: Fault, regorus: RegorusEngine) -> None:
    """Each fault, put into one resource at a time, makes its policy fail."""
    path, plan = _production()
    cases = _mutants(plan, fault, SAMPLE)
    findings = _judged(path, side_by_side(cases), regorus, fault.policy)
    noticed = {
        number
        for number in range(len(cases))
        if any(f.verdict == "fail" and f"::mutant{number}::" in f.urn for f in findings)
    }

    assert cases
    assert noticed == set(range(len(cases)))


@pytest.mark.parametrize("path", GOLDEN, ids=_name)
def test_a_fault_in_any_environment_is_noticed(path: Path, regorus: RegorusEngine) -> None:
    """What production must not hide, no other environment may."""
    missed = []
    for policy in sorted({fault.policy for fault in FAULTS}):
        plan, small = golden_plan(path), _small(path, policy, regorus)
        cases = [
            (fault, mutant)
            for fault in FAULTS
            if fault.policy == policy
            for mutant in _mutants(small, fault, 1) or _mutants(plan, fault, 1)
        ]
        together = side_by_side([mutant for _, mutant in cases])
        findings = _judged(path, together, regorus, policy)
        failed = [finding.urn for finding in findings if finding.verdict == "fail"]
        missed += [
            _case(fault)
            for number, (fault, _) in enumerate(cases)
            if not any(f"::mutant{number}::" in urn for urn in failed)
        ]

    assert missed == []


def test_every_policy_that_a_foundation_can_break_has_a_fault() -> None:
    """A new policy comes with a fault that it notices."""
    judged = {policy.id for policy in shipped().policies}

    assert judged - {fault.policy for fault in PRODUCTION} == UNJUDGED


@pytest.mark.needs("opa")
@pytest.mark.parametrize("policy", sorted({fault.policy for fault in PRODUCTION}))
def test_both_engines_agree_on_every_mutant(policy: str, regorus: RegorusEngine) -> None:
    """Findings on the mutants of production are equal, messages included."""
    path, plan = _production()
    faults = [fault for fault in PRODUCTION if fault.policy == policy]
    together = side_by_side([mutant for fault in faults for mutant in _mutants(plan, fault, 1)])

    expected = _judged(path, together, OpaEngine(), policy)
    assert _judged(path, together, regorus, policy) == expected
