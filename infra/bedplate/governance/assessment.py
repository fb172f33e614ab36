"""Assesses environments: resolve, simulate every layer, price, judge.

Environments that have not changed are read from the cache; the others are worked on side by side,
each in a process of its own, because a simulated program owns its process' import path and signals.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing import get_all_start_methods, get_context
from typing import TYPE_CHECKING, Any, Literal

from bedplate.engine import cache
from bedplate.engine.collector import collector_paused
from bedplate.engine.plan import Plan
from bedplate.errors import BedplateError, Problem
from bedplate.governance import fingerprint
from bedplate.operate.cost import Cost
from bedplate.policy.decision import Standing, decide, exit_code, unknown_standing
from bedplate.policy.finding import Finding
from bedplate.policy.waiver_file import load_waivers
from bedplate.spec.stacks import environments as environment_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from bedplate.policy.catalogue import Phase
    from bedplate.policy.waiver_rules import Ruling
    from bedplate.policy.waivers import WaiverFile
    from bedplate.spec.governance import GovernanceSpec
    from bedplate.spec.platform import Tier

RegoBackend = Literal["regorus", "opa"]
"""Which engine evaluates Rego."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to assess."""

    stacks: Path
    """Folder of the environment files."""
    rego: RegoBackend = "regorus"
    """Which engine evaluates Rego."""
    opa: str | None = None
    """Address of an OPA server that evaluates it instead; None: none does."""
    opa_token: str | None = field(default=None, repr=False)
    """What that server knows its callers by."""
    cache: Path | None = None
    """Folder of the cache; None: nothing is read from it or kept."""
    program_root: Path | None = None
    """Folder that holds `infra/<layer>/__main__.py`; None: found beside `stacks`, else built in."""
    today: date | None = None
    """Day on which legal bases and waivers must be in force; None: the present day in UTC."""
    blueprints: Path | None = None
    """Folder of further blueprints; None: `blueprints` beside `stacks`, where there is one."""
    phase: Phase = "design"
    """Which policies are asked; `deploy` asks for approvals and the change record too."""
    ticket_token: str | None = field(default=None, repr=False)
    """Bearer token for the service that has the change records; never shown."""
    authority: GovernanceSpec | None = None
    """Who decides today on files of another day; None: the files are today's."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one environment amounts to."""

    environment: str
    """Name of the environment."""
    tier: Tier | None
    """Its tier; None where its files could not be resolved."""
    problems: tuple[Problem, ...]
    """What is wrong in its files."""
    refusal: str
    """Why it could not be assessed to the end; "" where it could."""
    plan: Plan | None
    """What its layers would create."""
    findings: tuple[Finding, ...]
    """What the policies say of it."""
    cost: Cost | None
    """What it would cost."""
    standing: Standing | None = None
    """What of it decides what blocks and who may waive; None where it could not be resolved."""
    rulings: tuple[Ruling, ...] = ()
    """What each waiver amounts to in it."""
    cached: bool = False
    """Whether it was read from the cache."""

    @property
    def exit_code(self) -> int:
        """0 clean, 1 blocked, 3 where only open verdicts block."""
        return exit_code(self.findings, faulty=bool(self.problems or self.refusal))

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What is to be said of waivers, without blocking anything by itself."""
        return tuple(one.problem for one in self.rulings if one.problem is not None)

    def decided(self, waivers: WaiverFile, today: date) -> Assessment:
        """Return it with what waivers excuse on a day, and with what blocks."""
        standing = self.standing or unknown_standing(self.environment)
        # Without a plan nobody knows what a waiver would have excused.
        decision = decide(self.findings, waivers, standing, today, whole=self.plan is not None)
        problems = (*self.problems, *decision.problems)
        return replace(
            self, findings=decision.findings, problems=problems, rulings=decision.rulings
        )

    def to_json(self) -> dict[str, Any]:
        """Return the form that is cached and passed between processes: before it is decided."""
        return {
            "environment": self.environment,
            "tier": self.tier,
            "problems": [_fields(problem) for problem in self.problems],
            "refusal": self.refusal,
            "plan": self.plan.to_json() if self.plan else None,
            "findings": [finding.to_json() for finding in self.findings],
            "cost": self.cost.to_json() if self.cost else None,
            "standing": self.standing.to_json() if self.standing else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], *, cached: bool = False) -> Assessment:
        """Read what `to_json` wrote; raises KeyError or TypeError for anything else."""
        return cls(
            environment=data["environment"],
            tier=data["tier"],
            problems=tuple(Problem(**problem) for problem in data["problems"]),
            refusal=data["refusal"],
            plan=Plan.from_json(data["plan"]) if data["plan"] else None,
            findings=tuple(Finding.from_json(finding) for finding in data["findings"]),
            cost=Cost.from_json(data["cost"]) if data["cost"] else None,
            standing=Standing.from_json(data["standing"]) if data["standing"] else None,
            cached=cached,
        )


def _fields(problem: Problem) -> dict[str, Any]:
    return {name: getattr(problem, name) for name in problem.__dataclass_fields__}


def assess(environments: Sequence[str], options: Options) -> tuple[Assessment, ...]:
    """Return an assessment of each environment, in the order given, decided for the day.

    What waivers excuse is decided after the cache: they end without a change of any file. Raises
    PolicyError where the policy set itself can't be used.
    """
    found: dict[str, Assessment] = {}
    common = fingerprint.shared(options) if options.cache else ""
    keys = {n: fingerprint.of(n, options, common) for n in environments} if options.cache else {}
    for name, key in keys.items():
        stored = cache.load(options.cache, key) if options.cache else None
        if isinstance(stored, dict):
            found[name] = Assessment.from_json(stored, cached=True)
    missing = [name for name in environments if name not in found]
    for name, data in _computed(missing, options):
        found[name] = Assessment.from_json(data)
        if options.cache and not found[name].refusal:
            cache.store(options.cache, keys[name], data)
    waivers = load_waivers(options.stacks.resolve().parent, environment_names(options.stacks))
    today = options.today or datetime.now(UTC).date()
    return tuple(found[name].decided(waivers, today) for name in environments)


def _computed(names: Sequence[str], options: Options) -> Iterator[tuple[str, dict[str, Any]]]:
    if len(names) <= 1:
        for name in names:
            yield name, _assessed(name, options)
        return
    context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
    # One process imports Pulumi and the AWS SDK; the workers are its forks.
    context.set_forkserver_preload(["bedplate.governance.preload"])
    workers = min(len(names), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from zip(names, pool.map(_assessed, names, [options] * len(names)), strict=True)


def _assessed(environment: str, options: Options) -> dict[str, Any]:
    """Return one environment's assessment in its JSON form; runs in a process of its own."""
    try:
        with collector_paused():
            # Pulumi and the AWS SDK take most of a second to import: only who needs them pays.
            from bedplate.governance.judgement import judged  # noqa: PLC0415

            return judged(environment, options).to_json()
    except BedplateError as error:
        refused = Assessment(environment, None, (), error.message, None, (), None)
        return refused.to_json()
