"""The brakes brake: each fault turns exactly its gate red."""

import dataclasses
import shutil

import pytest

from {{cookiecutter.package_name}}.ops import digest, faults, registry, serving
from {{cookiecutter.package_name}}.ops.evidence import GATES

BEFORE_REGISTRY = ("validate", "train", "evaluate", "fairness", "drift", "security")
ALLOWED_MS = 200
"""What the gate allows the slow server, which takes longer whatever that is."""
OFFLINE = [name for name, fault in faults.FAULTS.items() if fault.after != "serve"]

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module", autouse=True)
def served(released, configure, tmp_path_factory):
    """Start the servers of the faults: they load their libraries while other faults are judged."""
    hasty = dataclasses.replace(released, root=tmp_path_factory.mktemp("hasty"))
    shutil.copytree(released.root / "config", hasty.root / "config")
{%- if cookiecutter.feature_store == "feast" %}
    shutil.copytree(released.root / "feature_repo", hasty.root / "feature_repo")
{%- endif %}
    configure(hasty, "gates", gates__latency__p95_ms=ALLOWED_MS)
    contexts = {"slow-predictor": hasty, "unequal-server": released}
    made = {name: faults.served(context, faults.FAULTS[name]) for name, context in contexts.items()}
    for context in made.values():
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("MODEL_REPO", str(context.root))
            serving.warm(context, context.model, "1")
    return made


@pytest.mark.parametrize("name", OFFLINE)
def test_exactly_its_gate_is_red(name, request, released, monkeypatch, capsys):
    fault = faults.FAULTS[name]
    if fault.champion:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", registry.uri(released))
        # The champion was registered from the same folder.
        shutil.copy(released.registration, request.getfixturevalue("fresh").registration)
    order = (*BEFORE_REGISTRY, "tests") if fault.gate == "tests" else BEFORE_REGISTRY
    if fault.after == "data":
        context = request.getfixturevalue("fresh")
        fault.change(context)
    else:
        # Until the fault happens this run is the clean one, in which every gate was green.
        context = request.getfixturevalue("trained")
        order = order[order.index(fault.after) :]
    assert faults.sweep(context, fault, order) == [fault.gate]
    said = capsys.readouterr().out
    if fault.champion:
        # It is above the floor: what blocks it is the champion alone.
        found = digest.read_json(context.evidence / f"{fault.gate}.json")
        failed = [check["name"] for check in found["checks"] if not check["passed"]]
        assert failed == [f"{found['details']['metric']}_against_champion"]
    assert f"FAIL     {fault.gate}: " in said
    assert "must be" in said
    assert "next: " in said


@pytest.mark.parametrize(
    ("name", "said"),
    [("slow-predictor", "p95_ms [server]: "), ("unequal-server", "_distance [golden rows]: ")],
)
def test_a_server_turns_its_gate_red_and_leaves_the_other_green(
    name, said, released, served, tmp_path, capsys
):
    kept = shutil.copytree(released.evidence, tmp_path / "evidence")
    fault, changed = faults.FAULTS[name], served[name]
    found = faults.sweep(changed, fault, ("parity", "latency"))
    serving.stop(changed.serve)
    # Other tests rest on the evidence of the run that was released.
    shutil.copytree(kept, released.evidence, dirs_exist_ok=True)
    assert found == [fault.gate]
    assert said in capsys.readouterr().out


def test_every_gate_has_a_fault(served):
    assert set(served) == {name for name, fault in faults.FAULTS.items() if fault.module}
    assert {fault.gate for fault in faults.FAULTS.values()} == set(GATES)


def test_a_fault_makes_the_build_red_and_says_which_gate(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BUILD_DIR", str(tmp_path))
    assert faults.main(["poisoned-rows"]) == 1
    said = capsys.readouterr().out
    assert said.endswith("poisoned-rows: red: data_quality; expected: data_quality\n")


def test_an_unknown_fault_is_a_wrong_command(capsys):
    assert faults.main(["gremlins"]) == 2
    assert "there is no fault 'gremlins'" in capsys.readouterr().err
