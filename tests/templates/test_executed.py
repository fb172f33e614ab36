"""Baked repositories do what their README says: demo, tests, the pipeline and the faults.

A few rows of options are run; `make test-templates-all` runs every row. Each command is cut off
from every other machine, so that it neither reports home nor waits for an answer.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from support.bakes import named, pairwise
from support.model_repos import ModelRepos, make, offline

if TYPE_CHECKING:
    from pathlib import Path

EVERY_ROW = os.environ.get("BEDPLATE_TEMPLATES") == "all"
WHOLE = {"problem_type": "multiclass", "orchestrator": "kubeflow-pipelines", "serving": "both"}
"""Row whose checks every run makes whole."""
IN_PART = {
    "problem_type": "regression", "orchestrator": "airflow", "ci": "gitlab", "risk_tier": "3",
    "serving": "batch",
}  # fmt: skip
"""Row of which every run makes the checks that its answers change. With the demo of the default,
each problem, engine, CI and way to serve is run."""
WITH_FEAST = {"problem_type": "regression", "serving": "both", "feature_store": "feast"}
"""Row whose features Feast gives. Its tests of the features go the whole way to a release."""
ROWS = pairwise() if EVERY_ROW else [WHOLE]
PARTS = [f"tests/{name}" for name in (
    "ci", "data_quality", "deploy", "drift", "fairness", "monitoring", "performance", "pipeline",
)]  # fmt: skip
FAULTS = {
    "poisoned-rows": "data_quality",
    "leaked-target": "data_quality",
    "biased-model": "fairness",
    "shifted-batch": "drift",
    "degraded-challenger": "performance",
    "tampered-artefact": "security",
    "unequal-server": "parity",
    "slow-predictor": "latency",
    "failed-tests": "tests",
}
SHOWN = sorted(FAULTS) if EVERY_ROW else ["poisoned-rows"]
"""Faults that are turned on by the command; the repository's own tests turn on each of them."""

pytestmark = [pytest.mark.needs("model-repo-dev"), pytest.mark.xdist_group("bakes")]


@pytest.fixture(scope="session")
def repos(tmp_path_factory: pytest.TempPathFactory) -> ModelRepos:
    """Return the repositories of this session."""
    return ModelRepos(tmp_path_factory.mktemp("repositories"))


@pytest.fixture
def default(repos: ModelRepos) -> Path:
    """Return a repository with no answer but the Python that is here."""
    return repos.made({})


def test_the_readme_names_two_commands(default: Path) -> None:
    """They are the ones that are run below, and nothing else is needed."""
    readme = (default / "README.md").read_text()
    block = re.search(r"^## Two commands$.*?^```sh\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)

    assert block is not None
    assert [line.split("#")[0].split() for line in block[1].splitlines()] == [
        ["make", "demo"],
        ["make", "test"],
    ]


def test_the_demo_goes_the_whole_way(default: Path) -> None:
    """`make demo` of a fresh repository, as the README writes it."""
    code, said = make(default, "demo")

    assert code == 0, said[-4000:]
    assert "DONE     retrain: no: nothing is signalled" in said


@pytest.mark.skipif(not offline(), reason="needs unshare with user namespaces, and ip")
def test_an_audit_that_can_not_be_made_is_no_good_audit(default: Path) -> None:
    """Without a network the command fails, says why, and leaves no record that could count."""
    code, said = make(default, "advisories")

    assert code != 0
    assert "the audit could not be made, and nothing is recorded: " in said
    assert "Fix: run this where the service can be reached." in said
    assert not (default / "governance" / "audit" / "vulnerabilities.json").exists()


@pytest.mark.parametrize("fault", SHOWN)
def test_a_fault_turns_the_build_red(default: Path, fault: str) -> None:
    """The message names exactly the gate that stopped it."""
    code, said = make(default, "fault", f"FAULT={fault}")

    assert code != 0
    assert f"{fault}: red: {FAULTS[fault]}; expected: {FAULTS[fault]}\n" in said, said[-4000:]


@pytest.mark.parametrize("answers", ROWS, ids=named)
def test_its_own_checks_pass(answers: dict[str, str], repos: ModelRepos) -> None:
    """Style, types and every test of a row of options, its pipeline's engine included."""
    for words in ["demo", "check"] if EVERY_ROW else ["check"]:
        code, said = make(repos.made(answers), words)

        assert code == 0, said[-6000:]


def test_what_other_answers_change_is_checked(repos: ModelRepos) -> None:
    """Style, types, gates, manifests, CI and pipeline of a row unlike the first in every answer."""
    made = repos.made(IN_PART)
    for words in (["lint"], ["test", f"TESTS={' '.join(PARTS)}"]):
        code, said = make(made, *words)

        assert code == 0, said[-6000:]


@pytest.mark.needs("model-repo-feast")
def test_features_come_from_feast(repos: ModelRepos) -> None:
    """Feast itself gives what was known then, and the same online; nothing of it reports home."""
    made = repos.made(WITH_FEAST)
    for words in (["lint"], ["test", "TESTS=tests/features"]):
        code, said = make(made, *words)

        assert code == 0, said[-6000:]
        assert "SKIPPED" not in said


@pytest.mark.skipif(not offline(), reason="needs unshare with user namespaces, and ip")
def test_a_packet_to_another_machine_would_be_told(default: Path) -> None:
    """The guard of this file finds what it is there for."""
    (default / "make" / "home.mk").write_text(
        "home:\n\tpython3 -c "
        "\"import socket; socket.socket(2, 2).sendto(b'x', ('192.0.2.9', 9))\"\n"
    )
    code, said = make(default, "home")
    (default / "make" / "home.mk").unlink()

    assert code == 3
    assert "offline: 1 packets to other machines were dropped" in said
