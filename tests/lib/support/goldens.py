"""The golden plans, and the environments that they were made from."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bedplate.engine.plan import Plan
from bedplate.spec.resolve import Resolved, environments, resolve

if TYPE_CHECKING:
    from pathlib import Path
from support.plans import ROOT

GOLDEN = sorted((ROOT / "tests" / "golden").rglob("*.plan.json"))
"""Files of all golden plans."""
PRODUCTION = ROOT / "tests" / "golden" / "stacks" / "prod.plan.json"
"""The reference platform's production."""


@cache
def golden_plan(path: Path) -> Plan:
    """Return a golden plan."""
    data = json.loads(path.read_text(encoding="utf-8"))
    for layer in data["layers"]:
        for resource in layer["resources"]:
            resource.setdefault("source", None)
    return Plan.from_json(data)


@cache
def environment_of(path: Path) -> Resolved:
    """Return the environment that a golden plan was made from."""
    name = path.name.removesuffix(".plan.json")
    if path.parent.name == "stacks":
        return resolve(name, ROOT / "stacks")
    engine = path.parent / name
    example = engine if engine.is_dir() else ROOT / "blueprints" / name / "example"
    return resolve(environments(example)[0], example)


def name_of(path: Path) -> str:
    """Return the name of a golden plan for tests and tables, such as ``stacks-prod``."""
    return f"{path.parent.name}-{path.name.removesuffix('.plan.json')}"
