"""Baked repositories do what their README says: demo, tests, the pipeline and the faults.

A few rows of options are run; `make test-templates-all` runs every row.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.bakes import bake, named, pairwise
from support.plans import ROOT
from support.templates import commit

if TYPE_CHECKING:
    from pathlib import Path

TOOLS = ROOT / ".tools" / "model-repo"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
CHOSEN = [
    {"problem_type": "binary", "orchestrator": "kubeflow-pipelines", "serving": "both"},
    {"problem_type": "regression", "orchestrator": "airflow", "ci": "gitlab", "risk_tier": "3"},
]
"""Rows that every run executes: with the default, each problem, engine and CI but one."""
ROWS = [
    {**row, "python_version": PYTHON}
    for row in (pairwise() if os.environ.get("BEDPLATE_TEMPLATES") == "all" else CHOSEN)
]
ENGINES = {"airflow": "airflow", "kubeflow-pipelines": "kfp"}
FAULTS = {
    "poisoned-rows": "data_quality",
    "leaked-target": "data_quality",
    "biased-model": "fairness",
    "shifted-batch": "drift",
    "degraded-challenger": "performance",
    "tampered-artefact": "security",
    "slow-predictor": "latency",
}

needs_model = pytest.mark.needs("model-repo-dev")


def _made(folder: Path, answers: dict[str, str]) -> Path:
    """Bake a repository, and lend it the environments that `make model-tools` installed."""
    made = bake(folder, **answers)
    for name, link in (("dev", ".venv"), ("airflow", ".venv-airflow"), ("kfp", ".venv-kfp")):
        if (TOOLS / name).is_dir():
            (made / link).symlink_to(TOOLS / name)
    commit(made)
    # Newer than the locks of the bake: nothing is installed anew.
    for name in ("dev", "airflow", "kfp"):
        if (TOOLS / name).is_dir():
            (TOOLS / name / ".installed").touch()
    return made


def _make(made: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a target as a user would, without a way out for what reports home."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("BEDPLATE")}
    return subprocess.run(
        ["make", "--no-print-directory", *words],
        cwd=made, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def default(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with no answer but the Python that is here."""
    return _made(tmp_path_factory.mktemp("default"), {"python_version": PYTHON})


@needs_model
@pytest.mark.xdist_group("bakes")
def test_the_two_commands_of_the_readme_are_green(default: Path) -> None:
    """`make demo` and `make test`, as the README writes them, in a fresh repository."""
    readme = (default / "README.md").read_text()
    block = re.search(r"^## Two commands$.*?^```sh\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    assert block is not None
    commands = [line.split("#")[0].split()[1:] for line in block[1].splitlines()]
    done = [_make(default, *words) for words in commands]

    assert commands == [["demo"], ["test"]]
    assert [one.returncode for one in done] == [0, 0], done[-1].stdout + done[0].stderr


@needs_model
@pytest.mark.xdist_group("bakes")
@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_fault_turns_exactly_its_gate_red(default: Path, fault: str) -> None:
    """The build is red, and the message names the gate."""
    done = _make(default, "fault", f"FAULT={fault}")
    said = done.stdout + done.stderr

    assert done.returncode != 0
    assert FAULTS[fault] in said, said


@needs_model
@pytest.mark.xdist_group("bakes")
@pytest.mark.parametrize("answers", ROWS, ids=named)
def test_its_own_checks_pass(answers: dict[str, str], tmp_path: Path) -> None:
    """Style, types and every test of a row of options, its pipeline's engine included."""
    engine = ENGINES.get(answers.get("orchestrator", "none"))
    if engine is not None and not (TOOLS / engine).is_dir():
        pytest.skip(f"needs model-repo-{engine}: run `make model-tools`")
    done = _make(_made(tmp_path, answers), "check")

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
