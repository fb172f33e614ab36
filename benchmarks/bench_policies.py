"""Measures the policies over many resources: python benchmarks/bench_policies.py [COUNT …]."""

from __future__ import annotations

import json
import shutil
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

from bedplate.engine.plan import LayerPlan, Plan, Resource
from bedplate.operate.checkov.documents import documents
from bedplate.operate.checkov.program import run
from bedplate.policy.catalogue import Catalogue, load_catalogue
from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts
from bedplate.policy.regorus_engine import RegorusEngine
from bedplate.spec.resolve import resolve

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden" / "stacks" / "prod.plan.json"
RULES = 60
"""Rules that the bound is stated for; some shipped ones are asked twice to reach it."""


def shipped() -> Catalogue:
    """Return the shipped policies."""
    return load_catalogue([ROOT / "policies/deploy"], [ROOT / "policies/controls.yaml"])


def catalogue() -> Catalogue:
    """Return the shipped policies with copies of as many, under another package, as make 60."""
    once = shipped()
    package = once.modules[0].package
    copy = f"{package}_copy"
    modules = tuple(
        replace(
            module,
            file=f"copy/{module.file}",
            package=copy,
            text=module.text.replace(f"package {package}", f"package {copy}", 1),
        )
        for module in once.modules
    )
    more = once.policies[: max(0, RULES - len(once.policies))]
    policies = tuple(replace(policy, package=copy) for policy in more)
    return replace(once, policies=once.policies + policies, modules=once.modules + modules)


def plan(count: int, account: str) -> Plan:
    """Return the reference platform's production again and again, ``count`` resources in all."""
    golden = json.loads(GOLDEN.read_text())
    layer = golden["layers"][0]
    text = json.dumps(layer["resources"])
    resources: list[Resource] = []
    while len(resources) < count:
        number = len(resources)
        # Other URNs and other account numbers make other resources with other names.
        again = text.replace("urn:pulumi:prod::", f"urn:pulumi:prod{number}::")
        again = again.replace(account, f"{number:012}")
        entries = json.loads(again)
        resources += [Resource.from_json({"source": None} | entry) for entry in entries]
    kept = LayerPlan(layer["layer"], layer["project"], layer["stack"], tuple(resources[:count]))
    return Plan(golden["environment"], (kept,))


def measure(count: int) -> float:
    """Return the seconds that judging ``count`` resources by 60 rules takes, engine included."""
    return _judged(plan(count, resolve("prod", ROOT / "stacks").spec.aws.account_id), catalogue())


def measure_both_layers() -> float:
    """Return the seconds that judging the whole of production by the shipped rules takes."""
    golden = json.loads(GOLDEN.read_text())
    for layer in golden["layers"]:
        for resource in layer["resources"]:
            resource.setdefault("source", None)
    return _judged(Plan.from_json(golden), shipped())


def against_pulumi(count: int = 1000) -> tuple[float, float]:
    """Return our seconds and those of Pulumi's Python SDK, ten checks over the same resources.

    Neither start counts: both have loaded their rules before the clock runs.
    """
    from rival_pulumi import SAME, seconds  # noqa: PLC0415 - imports Pulumi

    judged = plan(count, resolve("prod", ROOT / "stacks").spec.aws.account_id)
    chosen = tuple(policy for policy in shipped().policies if policy.id in SAME)
    ours = _judged(judged, replace(shipped(), policies=chosen), warm=True)
    theirs, _ = seconds(judged.resources())
    return ours, theirs


def against_checkov(program: Path, count: int = 1000) -> tuple[float, float]:
    """Return our seconds, by 60 rules, and Checkov's for the same resources, with both starts."""
    judged = plan(count, resolve("prod", ROOT / "stacks").spec.aws.account_id)
    files = documents(judged).files
    ours = _judged(judged, catalogue())
    start = time.perf_counter()
    run(program, files)
    return ours, time.perf_counter() - start


def _judged(judged: Plan, policies: Catalogue, *, warm: bool = False) -> float:
    resolved = resolve("prod", ROOT / "stacks")
    known = facts(resolved.spec, date(2026, 11, 25), 10.0, [])
    start = time.perf_counter()
    with closing(RegorusEngine()) as engine:
        if warm:
            few = replace(judged.layers[0], resources=judged.resources()[:50])
            evaluate(replace(judged, layers=(few,)), policies, known, engine, resolved.origins)
            start = time.perf_counter()
        evaluate(judged, policies, known, engine, resolved.origins)
        return time.perf_counter() - start


def main() -> None:
    """Print the figures."""
    for count in [int(argument) for argument in sys.argv[1:]] or [500, 1000, 5000]:
        seconds = measure(count)
        print(f"{count} resources: {seconds:.2f} s, {seconds * 1000 / count:.3f} ms each")
    print(f"both layers of prod: {measure_both_layers():.2f} s")
    ours, theirs = against_pulumi()
    print(f"ten checks: ours {ours:.2f} s, Pulumi's SDK {theirs:.2f} s, {theirs / ours:.1f} times")
    program = shutil.which("checkov")
    if program is not None:
        ours, theirs = against_checkov(Path(program))
        print(f"Checkov: ours {ours:.2f} s, theirs {theirs:.2f} s, {theirs / ours:.1f} times")


if __name__ == "__main__":
    main()
