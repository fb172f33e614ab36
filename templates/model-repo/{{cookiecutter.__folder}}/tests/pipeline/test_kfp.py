"""The pipeline, compiled by KFP and run by its own local runner: order, condition, red gates, end.

KFP lives in an environment of its own (`make install-kfp`): its libraries clash with those that
train. Steps are noted by a stub here.
"""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
KFP = Path(os.environ.get("KFP_PYTHON", ROOT / ".venv-kfp" / "bin" / "python"))
pytestmark = pytest.mark.skipif(not KFP.exists(), reason="needs KFP: run `make install-kfp`")
sys.path.insert(0, str(ROOT / "pipelines"))
import flow  # noqa: E402 - found by the line above


def run(folder: Path, fail: dict[str, list[int]]) -> tuple[int, list[str]]:
    """Run the pipeline once; return its exit code and the steps that ran."""
    stub, log = folder / "python", folder / "steps.jsonl"
    stub.write_text(f'#!/bin/sh\nexec {sys.executable} {Path(__file__).parent / "stub.py"} "$@"\n')
    stub.chmod(stub.stat().st_mode | stat.S_IXUSR)
    environ = {
        **os.environ, "PIPELINE_RETRY_SECONDS": "1", "MODEL_PYTHON": str(stub), "STUB_LOG": str(log),
        "STUB_FAIL": json.dumps(fail),
    }  # fmt: skip
    environ.pop("PYTHONPATH", None)
    done = subprocess.run(
        [KFP, ROOT / "pipelines" / "kfp" / "run.py", folder / "build"],
        env=environ, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert log.exists(), done.stdout[-3000:] + done.stderr[-3000:]
    return done.returncode, [json.loads(line)["step"] for line in log.read_text().splitlines()]


def test_every_step_runs_after_what_it_waits_for_and_one_that_broke_again(tmp_path: Path) -> None:
    code, tried = run(tmp_path, {"train": [2, 139]})
    ran = list(dict.fromkeys(tried))

    assert code == 0
    assert {step: tried.count(step) for step in ran} == dict.fromkeys(ran, 1) | {"train": 3}
    assert sorted(ran) == sorted([flow.FIRST, flow.CONDITION, *flow.AFTER, flow.EXIT])
    for step, after in flow.AFTER.items():
        assert all(ran.index(before) < ran.index(step) for before in after)
    assert ran[-1] == flow.EXIT


def test_nothing_trains_when_there_is_nothing_to_do(tmp_path: Path) -> None:
    code, ran = run(tmp_path, {"wanted": [flow.NO]})

    assert (code, ran) == (0, ["data", "wanted", "monitor"])


def test_a_red_gate_stops_the_way_is_not_tried_again_and_fails_the_run(tmp_path: Path) -> None:
    code, ran = run(tmp_path, {"validate": [flow.RED]})

    assert code == 1
    assert ran == ["data", "wanted", "validate", "monitor"]


def test_it_compiles_to_the_same_text_each_time(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        call = f"import training; training.compile_to(__import__('pathlib').Path('{tmp_path}/{name}.yaml'))"
        subprocess.run([KFP, "-c", call], cwd=ROOT / "pipelines" / "kfp", check=True, timeout=300)
        texts.append((tmp_path / f"{name}.yaml").read_text())

    assert texts[0] == texts[1]
    documents: list[dict[str, Any]] = list(yaml.safe_load_all(texts[0]))
    inner = documents[0]["components"]["comp-condition-2"]["dag"]["tasks"]
    assert len(inner) == len(flow.AFTER)
    assert {each["retryPolicy"]["maxRetryCount"] for each in inner.values()} == {flow.RETRIES}
    root = documents[0]["root"]["dag"]["tasks"]
    assert {each.get("triggerPolicy", {}).get("strategy") for each in root.values()} == {
        None,
        "ALL_UPSTREAM_TASKS_COMPLETED",
    }
