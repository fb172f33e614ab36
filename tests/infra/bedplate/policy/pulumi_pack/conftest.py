"""What the tests of the policy pack share: a repository, and a simulator that need not run."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from support.pack_layers import GoldenSimulation
from support.plans import ROOT

from bedplate.policy.pulumi_pack import analyzer

if TYPE_CHECKING:
    from pathlib import Path


GOLDEN = ROOT / "tests" / "golden" / "stacks"


@pytest.fixture
def stacks(tmp_path: Path) -> Path:
    """Return the environment files of a repository of the test's own."""
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    return tmp_path / "stacks"


@pytest.fixture(autouse=True)
def _golden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the golden plans for what the simulator says; the parity test runs the simulator."""
    monkeypatch.setattr(analyzer, "start_simulation", GoldenSimulation)
