"""Judges many mutants at once: which of them some rule notices."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from bedplate.engine.plan import LayerPlan, Plan, Resource
from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts
from bedplate.policy.layer_view import fits
from bedplate.policy.regorus_engine import RegorusEngine
from support.goldens import environment_of, golden_plan
from support.governed import governed, reads_of
from support.plans import shipped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bedplate.policy.catalogue import Catalogue, Policy
    from support.governed import Mutant

Key: TypeAlias = tuple[str, str, str]
"""A fault: type, property, change."""
Failure: TypeAlias = tuple[str, str]
"""A policy, and the URN that it fails on."""
TODAY = date(2026, 11, 25)
"""Day on which the golden plans are judged."""
BATCH = 40
"""Layers that one evaluation takes; more would only need more memory."""


SAMPLE = 4
"""Resources that a property is broken in, one at a time: a rule may bind some of a type only."""


@dataclass(frozen=True)
class Score:
    """What came of breaking the governed properties of one golden plan."""

    killed: frozenset[Key]
    """Faults that some rule notices, in one of the sampled resources at least."""
    survived: frozenset[Key]
    """Faults that no rule notices in any of them."""


def score(path: Path, share: int = 1) -> Score:
    """Return what the rules notice of the mutants of a golden plan.

    With a ``share`` of six every sixth fault is put in, chosen by a hash.
    """
    plan, known = golden_plan(path), known_of(path)
    tags = {*known["required_tags"]} | (
        {*known["personal_data_tags"]} if known["personal_data"] else set()
    )
    every = governed(plan, shipped().policies, SAMPLE)
    mutants = [
        mutant for mutant in every if _is_asked(mutant, tags) and not _hash(mutant.key) % share
    ]
    with closing(RegorusEngine(task_seconds=30)) as engine:
        judge = _Judge(plan, known, engine)
        alone = judge.alone(mutants)
        killed = {mutants[number].key for number in alone}
        for mutant in mutants:
            if mutant.key not in killed and judge.is_noticed(mutant):
                killed.add(mutant.key)
    return Score(frozenset(killed), frozenset(m.key for m in mutants if m.key not in killed))


def known_of(path: Path) -> dict[str, Any]:
    """Return the facts of a golden plan's environment."""
    return facts(environment_of(path).spec, TODAY, 0.0, [])


def _hash(key: Key) -> int:
    return int.from_bytes(hashlib.sha256(" ".join(key).encode()).digest()[:4], "big")


def _is_asked(mutant: Mutant, tags: set[str]) -> bool:
    """Tell whether a tag is one that rules ask for; another is its author's own business."""
    top, _, key = mutant.path.partition(".")
    return top != "tags" or not key or key in tags


class _Judge:
    """Judges mutants of one plan."""

    def __init__(self, plan: Plan, known: dict[str, Any], engine: RegorusEngine) -> None:
        self._plan = plan
        self._known = known
        self._engine = engine
        self._layers = {layer.project: layer for layer in plan.layers}
        self._grounds: dict[tuple[str, tuple[str, ...]], tuple[LayerPlan, set[Failure]]] = {}

    def alone(self, mutants: Sequence[Mutant]) -> set[int]:
        """Return the numbers of the mutants that a rule about one resource notices."""
        catalogue = _with(_of_scope("resource"))
        found: set[int] = set()
        for start in range(0, len(mutants), BATCH):
            batch = mutants[start : start + BATCH]
            failed = self._failed(catalogue, [self._bare(m, n) for n, m in enumerate(batch)])
            found |= {start + number for number, names in failed.items() if names}
        return found

    def is_noticed(self, mutant: Mutant) -> bool:
        """Tell whether a rule about a whole layer notices a mutant."""
        asked = [p for p in _of_scope("stack") if reads_of([p], mutant.resource.type)]
        # A rule that reads nothing may look at anything, such as options.
        asked += [p for p in _of_scope("stack") if not p.reads]
        catalogue = _with(asked)
        layer, baseline = self._ground(mutant.layer, catalogue)
        changed = tuple(
            mutant.resource if resource.urn == mutant.resource.urn else resource
            for resource in layer.resources
        )
        # One at a time: what is said of a whole stack is told once an evaluation.
        (failed,) = self._failed(
            catalogue, [_renamed(replace(layer, resources=changed), 0)]
        ).values()
        return bool(failed - baseline)

    def _ground(self, project: str, catalogue: Catalogue) -> tuple[LayerPlan, set[Failure]]:
        """Return the layer that mutants are put into, and what fails there without them.

        It is left without resources of types that the rules do not name, unless some rule then
        misses what it looks for.
        """
        key = (project, tuple(policy.path for policy in catalogue.policies))
        if key not in self._grounds:
            whole = self._layers[project]
            small = trimmed(whole, catalogue.policies)
            failing = self._failed(catalogue, [_renamed(small, 0)])[0]
            if failing:
                small, failing = whole, self._failed(catalogue, [_renamed(whole, 0)])[0]
            self._grounds[key] = (small, failing)
        return self._grounds[key]

    def _bare(self, mutant: Mutant, number: int) -> LayerPlan:
        layer = self._layers[mutant.layer]
        providers = tuple(r for r in layer.resources if r.is_provider)
        return _renamed(replace(layer, resources=(*providers, mutant.resource)), number)

    def _failed(self, catalogue: Catalogue, layers: Sequence[LayerPlan]) -> dict[int, set[Failure]]:
        """Return for each layer which policies fail on what, by the layer's number."""
        plan = Plan(self._plan.environment, tuple(layers))
        failed: dict[int, set[Failure]] = {n: set() for n in range(len(layers))}
        for finding in evaluate(plan, catalogue, self._known, self._engine, {}):
            if finding.verdict in {"fail", "error"}:
                number = int(finding.urn.split("::")[1].removeprefix("mutant"))
                failed[number].add((finding.policy, finding.urn))
        return failed


def _of_scope(scope: str) -> list[Policy]:
    return [policy for policy in shipped().policies if policy.scope == scope]


def _with(policies: Sequence[Policy]) -> Catalogue:
    return replace(shipped(), policies=tuple(policies))


def trimmed(layer: LayerPlan, policies: Sequence[Policy]) -> LayerPlan:
    """Return a layer without resources of types that none of the rules names."""
    patterns = {pattern for policy in policies for pattern in policy.resource_types} | {
        read.rpartition("#")[0] for policy in policies for read in policy.reads
    }
    patterns.discard("")
    kept = tuple(
        resource
        for resource in layer.resources
        if resource.is_provider or any(fits(resource.type, pattern) for pattern in patterns)
    )
    return replace(layer, resources=kept)


def _renamed(layer: LayerPlan, number: int) -> LayerPlan:
    """Return a layer under a project of its own, so that layers stand side by side."""
    project = f"mutant{number}"
    text = json.dumps([resource.to_json() for resource in layer.resources])
    text = text.replace(f"::{layer.project}::", f"::{project}::")
    resources = tuple(_resource(entry) for entry in json.loads(text))
    return replace(layer, project=project, resources=resources)


def _resource(entry: dict[str, Any]) -> Resource:
    return Resource.from_json(entry)
