"""What the tests of the policy pack share: a repository, and a simulator that need not run."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from support.plans import ROOT

from bedplate.engine.plan import Plan
from bedplate.policy.pulumi_pack import analyzer

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.policy.pulumi_pack.project import Project

GOLDEN = ROOT / "tests" / "golden" / "stacks"


@pytest.fixture
def stacks(tmp_path: Path) -> Path:
    """Return the environment files of a repository of the test's own."""
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    return tmp_path / "stacks"


@pytest.fixture(autouse=True)
def _golden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the golden plans for what the simulator says; the parity test runs the simulator."""

    class Golden:
        def __init__(self, project: Project) -> None:
            self._stack = project.stack

        def plan(self) -> Plan:
            data = json.loads((GOLDEN / f"{self._stack}.plan.json").read_text())
            for layer in data["layers"]:
                for resource in layer["resources"]:
                    resource.setdefault("source", None)
            return Plan.from_json(data)

    monkeypatch.setattr(analyzer, "start_simulation", Golden)
