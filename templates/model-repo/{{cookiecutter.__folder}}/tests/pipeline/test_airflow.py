"""The DAG, run by Airflow itself: order, condition, retries, red gates, and the step at the end.

Airflow lives in an environment of its own (`make install-airflow`): its libraries clash with
those that train. Steps are noted by a stub here; `PIPELINE_REAL=1` runs the real ones.
"""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
AIRFLOW = Path(os.environ.get("AIRFLOW_PYTHON", ROOT / ".venv-airflow" / "bin" / "python"))
pytestmark = pytest.mark.skipif(
    not AIRFLOW.exists(), reason="needs Airflow: run `make install-airflow`"
)
sys.path.insert(0, str(ROOT / "pipelines"))
import flow  # noqa: E402 - found by the line above


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home of Airflow that the tests of this file share."""
    return tmp_path_factory.mktemp("airflow")


def run(home: Path, folder: Path, fail: dict[str, list[int]], **more: str) -> dict[str, Any]:
    """Run the DAG once; return the states of its tasks and the steps that ran."""
    stub = folder / "python"
    stub.write_text(f'#!/bin/sh\nexec {sys.executable} {Path(__file__).parent / "stub.py"} "$@"\n')
    stub.chmod(stub.stat().st_mode | stat.S_IXUSR)
    log = folder / "steps.jsonl"
    environ = {
        **os.environ,
        "AIRFLOW_HOME": str(home),
        "MODEL_REPO": str(ROOT),
        "MODEL_PYTHON": str(stub),
        "PIPELINE_BUILD": str(folder / "build"),
        "PIPELINE_RETRY_SECONDS": "0.1",
        "STUB_LOG": str(log),
        "STUB_FAIL": json.dumps(fail),
        **more,
    }
    environ.pop("PYTHONPATH", None)
    done = subprocess.run(
        [AIRFLOW, ROOT / "pipelines" / "airflow" / "run.py"],
        env=environ, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"state"')]
    assert lines, done.stdout[-3000:] + done.stderr[-3000:]
    result: dict[str, Any] = json.loads(lines[-1])
    steps = log.read_text().splitlines() if log.exists() else []
    result["ran"] = [json.loads(line)["step"] for line in steps]
    return result


def test_every_step_runs_after_what_it_waits_for_and_one_that_broke_again(
    home: Path, tmp_path: Path
) -> None:
    result = run(home, tmp_path, {"train": [2, 139]})
    tried = result["ran"]
    ran = list(dict.fromkeys(tried))

    assert result["state"] == "success"
    assert {step: tried.count(step) for step in ran} == dict.fromkeys(ran, 1) | {"train": 3}
    assert sorted(ran) == sorted([flow.FIRST, flow.CONDITION, *flow.AFTER, flow.EXIT])
    for step, after in flow.AFTER.items():
        assert all(ran.index(before) < ran.index(step) for before in after)
    assert ran[-1] == flow.EXIT


def test_nothing_trains_when_there_is_nothing_to_do(home: Path, tmp_path: Path) -> None:
    result = run(home, tmp_path, {"wanted": [flow.NO]})

    assert result["state"] == "success"
    assert result["ran"] == ["data", "wanted", "monitor"]
    assert result["tasks"]["train"] == "skipped"


def test_a_red_gate_stops_the_way_is_not_tried_again_and_fails_the_run(
    home: Path, tmp_path: Path
) -> None:
    result = run(home, tmp_path, {"fairness": [flow.RED]})

    assert result["state"] == "failed"
    assert result["ran"].count("fairness") == 1
    assert "register" not in result["ran"]
    assert result["tasks"]["register"] == "upstream_failed"
    assert result["ran"][-1] == flow.EXIT


@pytest.mark.skipif("PIPELINE_REAL" not in os.environ, reason="set PIPELINE_REAL=1: takes minutes")
def test_the_real_steps_run(home: Path, tmp_path: Path) -> None:
    result = run(home, tmp_path, {}, MODEL_PYTHON=sys.executable)

    assert result["state"] == "success", result
