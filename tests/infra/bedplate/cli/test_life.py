"""`destroy`, `drift` and `rollback`: what is kept, what changed by hand, what was live before."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from support.deployments import PEOPLE, Cli, ticket

from bedplate.governance.ledger import Entry, append

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bedplate.engine.plan import Plan, Resource

BY = ("--sandbox", "--deployer", "pipeline")
BANNER = "SANDBOX: stand-in provider, nothing is deployed\n"


def _state(*resources: Resource) -> str:
    """Return what the CLI exports of a stack."""
    states = [
        {
            "urn": each.urn,
            "type": each.type,
            "custom": each.custom,
            "parent": each.parent or "",
            "provider": each.provider or "",
            "dependencies": list(each.dependencies),
            "protect": bool(each.options.get("protect")),
            "inputs": each.inputs,
            "outputs": each.outputs,
        }
        for each in resources
    ]
    return json.dumps({"deployment": {"resources": states}})


def _events(root: Path) -> list[str]:
    lines = (root / ".bedplate/sandbox/ledger/prod.jsonl").read_text().splitlines()
    return [json.loads(line)["entry"]["event"] for line in lines]


def _allow(run: Callable[..., Any], root: Path, what: str) -> None:
    shutil.rmtree(root / "approvals")
    for name in PEOPLE:
        run("approve", "prod", "--as", name, "--key", name.split()[0], "--allow", what)


def test_a_protected_environment_is_torn_down_by_approval_only(
    run: Callable[..., Any], approved: Path, pulumi: Cli
) -> None:
    """An approval to deploy is none to destroy; nothing was asked of Pulumi."""
    done = run("destroy", "prod", "--yes", *BY)
    (release,) = (approved / "releases/prod").glob("*.json")

    assert (done.code, done.err) == (
        1,
        (
            f"{BANNER}prod is protected and was not torn down:\n"
            f"  2 approvals of release {release.stem} must allow it, and do not.\n"
            f"Fix: have it approved: `bedplate approve prod {release.stem} --allow destroy "
            "--as NAME --key FILE`.\n"
        ),
    )
    assert pulumi.calls == []
    assert _events(approved) == ["refused"]


def test_what_has_changed_since_is_not_torn_down(run: Callable[..., Any], approved: Path) -> None:
    """What people allowed was the release as it stood, and not what the files say now."""
    _allow(run, approved, "destroy")
    file = approved / "stacks" / "prod.yaml"
    file.write_text(re.sub(r"hourly_usd: [\d.]+", "hourly_usd: 77", file.read_text()))
    done = run("destroy", "prod", "--yes", *BY)

    assert done.code == 1
    assert "It has changed since it was made: budget" in done.err
    assert done.err.endswith("Fix: make a release of it as it is now, `bedplate release prod`.\n")


def test_who_tears_down_is_none_of_those_who_allow_it(
    run: Callable[..., Any], approved: Path
) -> None:
    """Of two approvals one is then left."""
    _allow(run, approved, "destroy")
    (release,) = (approved / "releases/prod").glob("*.json")
    done = run("destroy", "prod", "--yes", "--sandbox", "--deployer", next(iter(PEOPLE)))

    assert done.code == 1
    assert f"2 approvals of release {release.stem} must allow it, and do not." in done.err


def test_a_release_of_another_environment_is_none(run: Callable[..., Any], approved: Path) -> None:
    """Its approvals would be valid there."""
    _allow(run, approved, "destroy")
    for kind in ("releases", "approvals"):
        (approved / kind / "prod").rename(approved / kind / "staging")
    (release,) = (approved / "releases/staging").glob("*.json")
    done = run("destroy", "staging", "--yes", *BY)

    assert done.code == 1
    assert done.err.endswith(
        f"releases/staging/{release.name} is a release of prod, not of staging. "
        "Fix: remove it, with the approvals beside it.\n"
    )


def test_a_rejection_outlives_its_file(run: Callable[..., Any], approved: Path) -> None:
    """The ledger holds it too; only the person, or another release, ends it."""
    name = next(iter(PEOPLE))
    key = name.split(maxsplit=1)[0]
    before = {*(approved / "approvals").rglob("*.json")}
    assert run("reject", "prod", "--as", name, "--key", key, "--reason", "no DPIA").code == 0
    (file,) = {*(approved / "approvals").rglob("*.json")} - before
    file.unlink()
    done = run("approvals", "prod")

    assert done.code == 1
    assert "rejected it: no DPIA (the ledger says so; its file is gone)." in done.out
    assert run("approve", "prod", "--as", name, "--key", key).code == 0
    assert "rejected it" not in run("approvals", "prod").out


def test_what_is_live_stays_protected(run: Callable[..., Any], approved: Path) -> None:
    """A file that was changed at the deployer's desk protects nothing away."""
    (release,) = (approved / "releases/prod").glob("*.json")
    digest = json.loads(release.read_text())["digest"]
    entry = Entry(datetime.now(UTC), "pipeline", "deployed", "prod", digest, {})
    append(approved / ".bedplate/sandbox/ledger/prod.jsonl", entry)
    file = approved / "stacks" / "prod.yaml"
    file.write_text(file.read_text() + "\ntier: staging\nprotect: false\n")
    done = run("destroy", "prod", "--yes", *BY)

    assert done.code == 1
    assert "prod is protected and was not torn down:" in done.err


def test_what_is_protected_is_kept_and_listed(
    run: Callable[..., Any], approved: Path, pulumi: Cli, production: Plan
) -> None:
    """The cluster's layer goes first; of the other the keep-list stays, and locks are explained."""
    _allow(run, approved, "destroy")
    below, inside = production.layers
    bucket = next(each for each in below.resources if each.type == "aws:s3/bucket:Bucket")
    needs = {bucket.urn, bucket.parent, *bucket.dependencies}
    kept = [each for each in below.resources if each.urn in needs]
    alarm = next(each for each in below.resources if each.type.endswith(":MetricAlarm"))
    for layer, before, after in (
        ("foundation", _state(*kept, alarm), _state(*kept)),
        ("platform", _state(inside.resources[0]), _state()),
    ):
        pulumi.answer(layer, "stack export", out=before)
        pulumi.answer(layer, "destroy", then={"stack export": after})
    done = run("destroy", "prod", "--yes", *BY)
    lines = done.out.splitlines()

    assert done.code == 0
    assert lines[0] == "platform: 1 deleted, 0 kept"
    assert lines[1] == f"foundation: 1 deleted, {len(kept)} kept"
    assert f"  {bucket.type} {bucket.name}: it is protected" in lines
    assert lines[-1] == "prod: only what is listed is left."
    assert [layer for layer, verb, *_ in pulumi.calls if verb == "destroy"] == [
        "platform",
        "foundation",
    ]
    assert _events(approved) == ["destroyed"]


def test_more_than_the_keep_list_is_a_failure(
    run: Callable[..., Any], approved: Path, pulumi: Cli, production: Plan
) -> None:
    """A teardown is verified: an alarm that is still there is named."""
    _allow(run, approved, "destroy")
    alarm = next(
        each for each in production.layers[0].resources if each.type.endswith(":MetricAlarm")
    )
    pulumi.answer("foundation", "stack export", out=_state(alarm))
    done = run("destroy", "prod", "--layer", "foundation", "--yes", *BY)

    assert (done.code, done.err) == (
        1,
        (
            f"{BANNER}foundation still holds what should be gone:\n  {alarm.urn}\n"
            "Fix: see `pulumi stack` and run the same command again.\n"
        ),
    )
    assert _events(approved) == ["deployment-failed"]


def _found(resource: Resource, operation: str, **inputs: Any) -> dict[str, Any]:
    """Return the event by which a refresh tells what became of a resource."""
    old = {
        "urn": resource.urn,
        "type": resource.type,
        "custom": True,
        "inputs": resource.inputs,
        "outputs": resource.outputs,
    }
    new = None if operation == "delete" else {**old, "inputs": {**resource.inputs, **inputs}}
    return {"metadata": {"op": operation, "urn": resource.urn, "old": old, "new": new}}


def _refreshes(pulumi: Cli, production: Plan, *found: dict[str, Any]) -> None:
    for layer in production.layers:
        steps = [
            {"op": "refresh", "urn": each["metadata"]["urn"], "newState": each["metadata"]["old"]}
            for each in found
            if f"::{layer.project}::" in each["metadata"]["urn"]
        ]
        urns = {each["urn"] for each in steps}
        events = [{"resOutputsEvent": each} for each in found if each["metadata"]["urn"] in urns]
        pulumi.answer(layer.layer, "refresh", out=json.dumps({"steps": steps}), events=events)


def test_what_changed_by_hand_is_named_and_judged(
    run: Callable[..., Any], approved: Path, pulumi: Cli, production: Plan
) -> None:
    """Somebody opened a bucket to the public, and deleted an alarm."""
    resources = production.layers[0].resources
    block = next(each for each in resources if each.type.endswith(":BucketPublicAccessBlock"))
    alarm = next(each for each in resources if each.type.endswith(":MetricAlarm"))
    _refreshes(
        pulumi, production, _found(block, "update", blockPublicAcls=False), _found(alarm, "delete")
    )
    done = run("drift", "prod", *BY, "--format", "json")
    told = json.loads(done.out)

    assert done.code == 1
    assert told["layers"]["foundation"] == [
        {"urn": block.urn, "operation": "update", "changed": ["blockPublicAcls"]},
        {"urn": alarm.urn, "operation": "delete", "changed": []},
    ]
    assert {each["policy"] for each in told["findings"] if each["urn"] == block.urn}
    assert _events(approved) == ["drift"]


def test_no_drift_is_a_sentence_and_exit_0(
    run: Callable[..., Any], approved: Path, pulumi: Cli, production: Plan
) -> None:
    """The look itself is recorded."""
    vpc = next(each for each in production.layers[0].resources if each.type == "aws:ec2/vpc:Vpc")
    _refreshes(pulumi, production, _found(vpc, "same"))
    done = run("drift", "prod", *BY)

    assert (done.code, done.out) == (0, "prod is as it was deployed.\n")
    assert _events(approved) == ["drift"]


def test_a_provider_that_can_not_answer_is_no_absence_of_drift(
    run: Callable[..., Any], approved: Path, pulumi: Cli
) -> None:
    """Nobody knows, so it is an error."""
    pulumi.answer("foundation", "refresh", code=255, err="error: no credentials")
    done = run("drift", "prod", *BY)

    assert done.code == 1
    assert "failed: no credentials\n" in done.err
    assert not (approved / ".bedplate/sandbox/ledger").exists()


def _git(root: Path, *words: str) -> str:
    identity = ("-c", "user.name=Sara Nasser", "-c", "user.email=sara@acme.example")
    done = subprocess.run(
        ["git", "-C", str(root), *identity, *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _record(root: Path, *digests: str) -> None:
    """Write into the sandbox's ledger that releases were live one after the other."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from bedplate.governance.ledger import Entry, append  # noqa: PLC0415

    for digest in digests:
        entry = Entry(datetime.now(UTC), "pipeline", "deployed", "prod", digest, {})
        append(root / ".bedplate/sandbox/ledger/prod.jsonl", entry)


@pytest.fixture
def two_releases(run: Callable[..., Any], approved: Path) -> tuple[Path, list[str]]:
    """Return a repository whose second release is live, and both digests."""
    (approved / ".gitignore").write_text(".bedplate/\n")
    _git(approved, "init", "-q")
    _git(approved, "add", "-A")
    _git(approved, "commit", "-qm", "first")
    (first,) = (approved / "releases/prod").glob("*.json")
    prod = approved / "stacks/prod.yaml"
    prod.write_text(prod.read_text().replace("max_gpus: 16", "max_gpus: 15"))
    done = run("release", "prod", "--author", "Sara Nasser", "--format", "json")
    second = json.loads(done.out)["digest"]
    ticket(approved, second)
    _git(approved, "add", "-A")
    _git(approved, "commit", "-qm", "second")
    digests = [json.loads(first.read_text())["digest"], second]
    _record(approved, *digests)
    return approved, digests


def test_the_release_before_is_deployed_from_its_commit(
    run: Callable[..., Any], two_releases: tuple[Path, list[str]], pulumi: Cli
) -> None:
    """The branch's own files stay as they are; the gate found the old files to the last byte."""
    root, (first, _) = two_releases
    commit = _git(root, "rev-parse", "HEAD~1")
    done = run("rollback", "prod", "--yes", *BY)
    short = first.removeprefix("sha256:")[:12]

    assert (done.code, done.err) == (0, BANNER)
    assert done.out.splitlines()[-2:] == [
        f"Release {short} of prod is live again, from {commit[:12]}.",
        "Next: bring the files of your branch back too, by a reviewed change.",
    ]
    assert "max_gpus: 15" in (root / "stacks/prod.yaml").read_text()
    assert _events(root) == ["deployed", "deployed", "deployment-started", "rollback"]
    assert len(_git(root, "worktree", "list").splitlines()) == 1
    assert ["foundation", "up"] in [call[:2] for call in pulumi.calls]


def test_files_that_were_brought_back_are_their_own_release(
    run: Callable[..., Any], two_releases: tuple[Path, list[str]], pulumi: Cli
) -> None:
    """After a rollback the branch is reverted; what the files make was released and approved."""
    root, (first, _) = two_releases
    _git(root, "checkout", "-q", "HEAD~1", "--", "stacks")
    waiting = run("approvals", "prod", "--deployer", "pipeline")
    done = run("up", "prod", "--yes", *BY)

    assert "Nothing stands in its way." in waiting.out
    assert (done.code, done.err) == (0, BANNER)
    assert f"Release {first[7:19]} of prod by Sara Nasser is live." in done.out
    assert ["foundation", "up"] in [call[:2] for call in pulumi.calls]


def test_a_committed_environment_of_python_is_in_nobodys_way(
    run: Callable[..., Any], two_releases: tuple[Path, list[str]], pulumi: Cli, tmp_path: Path
) -> None:
    """A link to it is no part of a release; the present one takes its place."""
    root, (_, second) = two_releases
    (root / ".venv").symlink_to(tmp_path)
    _git(root, "add", "-A")
    _git(root, "commit", "-q", "--amend", "--no-edit")
    done = run("rollback", "prod", second[7:19], "--yes", *BY)

    assert done.code == 1
    assert "APR-001" in done.err  # nobody has approved the second release: the gate was reached
    assert ["foundation", "up"] not in [call[:2] for call in pulumi.calls]


def test_approvals_that_are_gone_stop_a_rollback(
    run: Callable[..., Any], two_releases: tuple[Path, list[str]], pulumi: Cli
) -> None:
    """It passes the same gate as every other deployment."""
    root, _ = two_releases
    shutil.rmtree(root / "approvals")
    done = run("rollback", "prod", "--yes", *BY)

    assert done.code == 1
    assert "  APR-001 critical: " in done.err
    assert ["foundation", "up"] not in [call[:2] for call in pulumi.calls]


def test_nothing_before_is_a_sentence(run: Callable[..., Any], approved: Path) -> None:
    """The first release has none to go back to."""
    done = run("rollback", "prod", "--yes", *BY)

    assert (done.code, done.err) == (
        2,
        f"{BANNER}Nothing else was live in prod before. Fix: name a release.\n",
    )
    assert approved.is_dir()


def test_who_has_approved_can_allow_more(
    run: Callable[..., Any], approved: Path, pulumi: Cli
) -> None:
    """A second decision of the same people takes the place of their first."""
    for name in PEOPLE:
        key = name.split(maxsplit=1)[0]
        assert run("approve", "prod", "--as", name, "--key", key, "--allow", "destroy").code == 0
    done = run("destroy", "prod", "--yes", *BY)
    told = json.loads(run("approvals", "prod", "--format", "json").out)

    assert (done.code, done.err) == (0, BANNER)
    assert done.out.splitlines()[-1] == "prod: nothing is left."
    assert told["not_counted"] == [
        {"file": f"{file}.json", "reason": f"{name} has decided on it again since."}
        for file, name in (("omar-rahman", "Omar Rahman"), ("layla-haddad", "Layla Haddad"))
    ]
    assert pulumi.calls
    assert approved.is_dir()
