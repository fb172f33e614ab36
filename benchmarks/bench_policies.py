"""Measures the policies over many resources: python benchmarks/bench_policies.py [COUNT …]."""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

from bedplate.engine.plan import LayerPlan, Plan, Resource
from bedplate.policy.catalogue import Catalogue, load_catalogue
from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts
from bedplate.policy.regorus_engine import RegorusEngine
from bedplate.spec.resolve import resolve

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden" / "stacks" / "prod.plan.json"
RULES = 60
"""Rules that the bound is stated for; the shipped ones are doubled to reach it."""


def catalogue() -> Catalogue:
    """Return the shipped policies twice, under two packages."""
    shipped = load_catalogue([ROOT / "policies/deploy"], [ROOT / "policies/controls.yaml"])
    package = shipped.modules[0].package
    copy = f"{package}_copy"
    modules = tuple(
        replace(
            module,
            file=f"copy/{module.file}",
            package=copy,
            text=module.text.replace(f"package {package}", f"package {copy}", 1),
        )
        for module in shipped.modules
    )
    policies = tuple(replace(policy, package=copy) for policy in shipped.policies)
    return replace(shipped, policies=shipped.policies + policies, modules=shipped.modules + modules)


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
    resolved = resolve("prod", ROOT / "stacks")
    known = facts(resolved.spec, date(2026, 1, 1), 10.0, [])
    judged, policies = plan(count, resolved.spec.aws.account_id), catalogue()
    if len(policies.policies) < RULES:
        raise SystemExit(f"only {len(policies.policies)} rules; the bound is for {RULES}")
    with closing(RegorusEngine()) as engine:
        start = time.perf_counter()
        evaluate(judged, policies, known, engine, resolved.origins)
        return time.perf_counter() - start


def main() -> None:
    """Print the figures."""
    for count in [int(argument) for argument in sys.argv[1:]] or [500, 1000, 5000]:
        seconds = measure(count)
        print(f"{count} resources: {seconds:.2f} s, {seconds * 1000 / count:.3f} ms each")


if __name__ == "__main__":
    main()
