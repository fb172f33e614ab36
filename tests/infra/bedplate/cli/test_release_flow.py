"""From a release over approvals to the gate, as people run it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support import deployments
from support.deployments import PEOPLE, simulated_once, ticket

from bedplate.governance.assessment import Options
from bedplate.governance.gate import gate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(autouse=True)
def _simulated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate each environment that the tests ask for once: the program is the same."""
    simulated_once(monkeypatch)


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the reference platform with approvers' keys and without windows."""
    deployments.platform(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _made(run: Callable[..., Any]) -> dict[str, Any]:
    done = run("release", "prod", "--author", "Sara Nasser", "--format", "json")
    assert (done.code, done.err) == (0, "")
    found: dict[str, Any] = json.loads(done.out)
    return found


def _approve(run: Callable[..., Any], name: str) -> Any:
    return run("approve", "prod", "--as", name, "--key", name.split(maxsplit=1)[0])


def _blocking(root: Path) -> set[str]:
    found = gate("prod", Options(root / "stacks"), "pipeline", datetime.now(UTC))
    return {one.policy for one in found.assessment.findings if one.blocks}


def test_a_release_goes_through_when_all_have_signed(
    run: Callable[..., Any], platform: Path
) -> None:
    """First everything is in its way, then nothing, and after one edit the edit is named."""
    made = _made(run)
    before = run("approvals", "prod")
    ticket(platform, made["digest"])
    signed = [_approve(run, name).code for name in PEOPLE]
    after = run("approvals", "prod")
    prod = platform / "stacks/prod.yaml"
    prod.write_text(prod.read_text().replace("max_gpus: 16", "max_gpus: 15"))
    edited = run("approvals", "prod", "--format", "json")
    log = run("audit", "log", "prod", "--format", "json")

    assert before.code == 1
    assert "APR-001 critical: " in before.out
    assert "The release has 0 approvals in force and needs 2;" in before.out
    assert signed == [0, 0]
    assert (after.code, after.rows[-1]) == (0, "Nothing stands in its way.")
    assert edited.code == 1
    refusals = json.loads(edited.out)["refusals"]
    assert "It has changed since it was made: gpu_pools.inference-l4.max_gpus: 16 → 15." in refusals
    assert [entry["event"] for entry in json.loads(log.out)["entries"]] == [
        "release", "approval", "approval",
    ]  # fmt: skip


def test_one_approval_is_too_few_and_of_one_role(run: Callable[..., Any], platform: Path) -> None:
    """The gate asks the policies, which count and look at the roles."""
    ticket(platform, _made(run)["digest"])
    _approve(run, "Layla Haddad")
    done = run("approvals", "prod", "--format", "json")

    assert _blocking(platform) == {"APR-001"}
    assert json.loads(done.out)["approvals"][0]["approver"] == "Layla Haddad"


def test_a_rejection_stops_it_whoever_else_approves(
    run: Callable[..., Any], platform: Path
) -> None:
    """Its reason stands in the way."""
    ticket(platform, _made(run)["digest"])
    done = run(
        "reject", "prod", "--as", "Omar Rahman", "--key", "Omar", "--reason", "no impact assessment"
    )
    shown = run("approvals", "prod")

    assert done.code == 0
    expected = "Omar Rahman (compliance) rejected it: no impact assessment."
    assert expected in shown.out


def test_approvals_cease_to_count(run: Callable[..., Any], platform: Path) -> None:
    """A week later the same signatures are stale."""
    ticket(platform, _made(run)["digest"])
    for name in PEOPLE:
        _approve(run, name)
    later = datetime.now(UTC) + timedelta(days=8)
    found = gate("prod", Options(platform / "stacks"), "pipeline", later)
    blocking = {one.policy for one in found.assessment.findings if one.blocks}

    assert {"APR-001", "APR-010"} <= blocking


def test_the_same_release_is_made_once(run: Callable[..., Any], platform: Path) -> None:
    """Nothing has changed since: the record stays as it was."""
    made = _made(run)
    again = run("release", "prod", "--author", "Sara Nasser")

    assert again.code == 2
    assert again.err == (
        f"{made['file']} exists already: Sara Nasser made it on {datetime.now(UTC):%Y-%m-%d}, of "
        "these very files. Fix: go on with it: `bedplate approvals prod` says what it lacks.\n"
    )
    assert (platform / made["file"]).is_file()


def test_who_is_no_approver_is_told_so(run: Callable[..., Any], platform: Path) -> None:
    """A near miss is named."""
    done = run("approve", "prod", "--as", "Layla Hadad", "--key", str(platform / "Layla"))

    assert (done.code, done.err) == (
        2,
        "`Layla Hadad` is no approver of this environment. Fix: did you mean `Layla Haddad`?\n",
    )


def test_a_wrong_key_is_told_before_anything_is_written(
    run: Callable[..., Any], platform: Path
) -> None:
    """Omar's key does not sign for Layla."""
    _made(run)
    done = run("approve", "prod", "--as", "Layla Haddad", "--key", "Omar")

    assert (done.code, done.err) == (
        1,
        "The key is not the one listed for Layla Haddad. Fix: sign with the key of Layla Haddad.\n",
    )
    assert not (platform / "approvals").exists()


def test_an_environment_that_does_not_check_clean_has_no_release(
    run: Callable[..., Any], platform: Path
) -> None:
    """What a check would block is never offered for approval."""
    prod = platform / "stacks/prod.yaml"
    prod.write_text(prod.read_text().replace("hourly_usd: 100", "hourly_usd: 1"))
    done = run("release", "prod", "--author", "Sara Nasser")

    assert (done.code, done.err) == (
        1,
        "prod does not check clean. Fix: see what `bedplate check prod` says.\n",
    )
    assert not (platform / "releases").exists()


def test_no_release_is_a_sentence(run: Callable[..., Any], platform: Path) -> None:
    """Nothing can be approved that was not made."""
    done = run("approve", "prod", "--as", "Layla Haddad", "--key", str(platform / "Layla"))

    assert (done.code, done.err) == (
        1,
        "prod has no release. Fix: make one with `bedplate release prod`.\n",
    )
