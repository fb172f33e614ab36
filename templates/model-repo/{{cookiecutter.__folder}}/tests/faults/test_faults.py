"""The brakes brake: each fault turns exactly its gate red."""

import shutil

import pytest

from {{cookiecutter.package_name}}.ops import digest, faults, registry, serving
from {{cookiecutter.package_name}}.ops.evidence import GATES

BEFORE_REGISTRY = ("validate", "train", "evaluate", "fairness", "drift", "security")
OFFLINE = [name for name, fault in faults.FAULTS.items() if fault.after != "serve"]

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module", autouse=True)
def _servers(released):
    """Start the servers of the faults: they load their libraries while other faults are judged."""
    for fault in faults.FAULTS.values():
        if fault.module:
            serving.warm(faults.served(released, fault), released.model, "1")


@pytest.mark.parametrize("name", OFFLINE)
def test_exactly_its_gate_is_red(name, fresh, request, monkeypatch, capsys):
    fault = faults.FAULTS[name]
    if fault.champion:
        released = request.getfixturevalue("released")
        monkeypatch.setenv("MLFLOW_TRACKING_URI", registry.uri(released))
    if fault.after == "data":
        fault.change(fresh)
    order = (*BEFORE_REGISTRY, "tests") if fault.gate == "tests" else BEFORE_REGISTRY
    assert faults.sweep(fresh, fault, order) == [fault.gate]
    said = capsys.readouterr().out
    assert f"FAIL     {fault.gate}: " in said
    assert "must be" in said
    assert "next: " in said


@pytest.mark.parametrize(
    ("name", "said"),
    [("slow-predictor", "p95_ms [server]: "), ("unequal-server", "_distance [golden rows]: ")],
)
def test_a_server_turns_its_gate_red_and_leaves_the_other_green(
    name, said, released, tmp_path, capsys
):
    kept = shutil.copytree(released.evidence, tmp_path / "evidence")
    fault = faults.FAULTS[name]
    changed = faults.served(released, fault)
    found = faults.sweep(changed, fault, ("parity", "latency"))
    serving.stop(changed.serve)
    # Other tests rest on the evidence of the run that was released.
    shutil.copytree(kept, released.evidence, dirs_exist_ok=True)
    assert found == [fault.gate]
    assert said in capsys.readouterr().out


def test_the_degraded_challenger_is_above_the_floor(fresh, released, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry.uri(released))
    fault = faults.FAULTS["degraded-challenger"]
    fault.change(fresh)
    faults.sweep(fresh, fault, ("train", "evaluate"))
    found = digest.read_json(fresh.evidence / "performance.json")
    failed = [check["name"] for check in found["checks"] if not check["passed"]]
    assert failed == [f"{found['details']['metric']}_against_champion"]


def test_every_gate_has_a_fault():
    assert {fault.gate for fault in faults.FAULTS.values()} == set(GATES)


def test_a_fault_makes_the_build_red_and_says_which_gate(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BUILD_DIR", str(tmp_path))
    assert faults.main(["poisoned-rows"]) == 1
    said = capsys.readouterr().out
    assert said.endswith("poisoned-rows: red: data_quality; expected: data_quality\n")


def test_an_unknown_fault_is_a_wrong_command(capsys):
    assert faults.main(["gremlins"]) == 2
    assert "there is no fault 'gremlins'" in capsys.readouterr().err
