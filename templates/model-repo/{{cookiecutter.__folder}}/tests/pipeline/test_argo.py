"""The workflow says what the flow says. Argo itself runs in a cluster: here its graph is walked.

The walk below follows Argo's own rules for `depends`, `when`, retries and the exit handler on the
written file, and runs a stub for each container. It is not Argo.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "pipelines"), str(ROOT / "pipelines" / "argo")]
import flow  # noqa: E402 - found by the line above
import make  # noqa: E402 - likewise

FILE = ROOT / "pipelines" / "argo" / "training.yaml"


@pytest.fixture
def spec() -> dict[str, Any]:
    """Return the specification of the workflow in the file."""
    found: dict[str, Any] = next(yaml.safe_load_all(FILE.read_text()))["spec"]
    return found


def test_the_file_is_what_the_flow_says() -> None:
    image = yaml.safe_load_all(FILE.read_text())
    first = next(image)["spec"]["templates"][1]["container"]["image"]

    assert FILE.read_text() == make.text(first)


def waits_for(task: dict[str, Any]) -> tuple[str, ...]:
    """Return what must have succeeded before a task."""
    asked = task.get("depends", "")
    names = tuple(each.removesuffix(".Succeeded") for each in asked.split(" && ") if each)
    assert asked == " && ".join(f"{name}.Succeeded" for name in names)
    return names


def walk(spec: dict[str, Any], folder: Path, fail: dict[str, list[int]]) -> tuple[bool, list[str]]:
    """Walk the graph; return whether the run succeeds, and the steps that ran in their order."""
    templates = {each["name"]: each for each in spec["templates"]}
    log, state, answer = folder / "log", dict[str, str](), ""

    def execute(name: str) -> int:
        module = ".wanted" if name == flow.CONDITION else ".step"
        rest = ["--out", str(folder / "answer")] if name == flow.CONDITION else [name]
        environ = {**os.environ, "STUB_LOG": str(log), "STUB_FAIL": json.dumps(fail)}
        stub = Path(__file__).parent / "stub.py"
        return subprocess.run([sys.executable, stub, "-m", module, *rest], env=environ).returncode  # noqa: PLW1510

    def attempt(task: dict[str, Any]) -> str:
        strategy = templates[task["template"]].get("retryStrategy", {"limit": "0"})
        for _ in range(int(strategy["limit"]) + 1):
            code = execute(task["name"])
            if code == 0 or (task["name"] == flow.CONDITION and code == flow.NO):
                return "Succeeded"
            if code == flow.RED:
                break
        return "Failed"

    for task in templates[spec["entrypoint"]]["dag"]["tasks"]:
        if any(state[name] != "Succeeded" for name in waits_for(task)):
            state[task["name"]] = "Omitted"
        elif "when" in task and answer != task["when"].rpartition(" == ")[2]:
            state[task["name"]] = "Skipped"
        else:
            state[task["name"]] = attempt(task)
        if task["name"] == flow.CONDITION and (folder / "answer").exists():
            answer = (folder / "answer").read_text()
    execute(spec["onExit"])
    ran = [json.loads(line)["step"] for line in log.read_text().splitlines()]
    return "Failed" not in state.values(), ran


def test_every_step_runs_after_what_it_waits_for(spec: dict[str, Any], tmp_path: Path) -> None:
    passed, ran = walk(spec, tmp_path, {})

    assert passed
    assert ran == [flow.FIRST, flow.CONDITION, *flow.AFTER, flow.EXIT]
    dag = {each["name"]: waits_for(each) for each in spec["templates"][0]["dag"]["tasks"]}
    assert {name: dag[name] for name in flow.AFTER} == flow.AFTER


def test_nothing_trains_when_there_is_nothing_to_do(spec: dict[str, Any], tmp_path: Path) -> None:
    passed, ran = walk(spec, tmp_path, {"wanted": [flow.NO]})

    assert passed
    assert ran == ["data", "wanted", "monitor"]


def test_a_red_gate_is_not_tried_again(spec: dict[str, Any], tmp_path: Path) -> None:
    passed, ran = walk(spec, tmp_path, {"fairness": [flow.RED]})

    assert not passed
    assert ran.count("fairness") == 1
    assert "register" not in ran
    assert ran[-1] == flow.EXIT


def test_a_step_that_broke_is_tried_again(spec: dict[str, Any], tmp_path: Path) -> None:
    passed, ran = walk(spec, tmp_path, {"train": [2, 139]})

    assert passed
    assert ran.count("train") == 3


def test_no_pod_has_more_rights_than_it_needs(spec: dict[str, Any]) -> None:
    for template in spec["templates"]:
        if "container" in template:
            secure = template["container"]["securityContext"]
            assert secure["runAsNonRoot"] is True
            assert secure["capabilities"] == {"drop": ["ALL"]}
            assert "@sha256:" in template["container"]["image"]
            assert template["container"]["resources"]["limits"]["memory"]
