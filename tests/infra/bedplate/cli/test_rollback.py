"""`rollback`: what was live before, from its commit, through the gate of today."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support.deployments import BANNER, BY, Cli, events, ticket

from bedplate.governance.ledger import Entry, append

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def _git(root: Path, *words: str) -> str:
    identity = ("-c", "user.name=Sara Nasser", "-c", "user.email=sara@acme.example")
    done = subprocess.run(
        ["git", "-C", str(root), *identity, *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _record(root: Path, *digests: str) -> None:
    """Write into the sandbox's ledger that releases were live one after the other."""
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
    assert events(root) == ["deployed", "deployed", "deployment-started", "rollback"]
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


@contextmanager
def _governance(root: Path) -> Iterator[dict[str, Any]]:
    """Give who decides, as the files of today say it, to be changed there."""
    common = root / "stacks/common.yaml"
    values = yaml.safe_load(common.read_text())
    yield values["governance"]
    common.write_text(yaml.safe_dump(values))


def test_today_decides_who_may_approve_a_rollback(
    run: Callable[..., Any], two_releases: tuple[Path, list[str]], pulumi: Cli
) -> None:
    """An approval by a key that was struck off since counts no more."""
    root, _ = two_releases
    with _governance(root) as governance:
        gone, *left = governance["approvals"]["approvers"]
        governance["approvals"]["approvers"] = [*left, {**gone, "public_key": None}]
    done = run("rollback", "prod", "--yes", *BY)
    (file,) = (
        each
        for each in (root / "approvals").rglob("*.json")
        if each.stem == gone["name"].lower().replace(" ", "-")
    )

    assert done.code == 1
    assert "  APR-001 critical: " in done.err
    assert file.is_file()
    assert ["foundation", "up"] not in [call[:2] for call in pulumi.calls]


def test_a_freeze_of_today_stops_a_rollback(
    run: Callable[..., Any], two_releases: tuple[Path, list[str]], pulumi: Cli
) -> None:
    """The old files know nothing of it."""
    root, _ = two_releases
    freeze = {"start": "2026-01-01", "end": "2999-12-31", "reason": "year-end closing"}
    with _governance(root) as governance:
        governance["change"] = {"freezes": [freeze]}
    done = run("rollback", "prod", "--yes", *BY)

    assert done.code == 1
    assert "  APR-003 " in done.err
    assert "year-end closing" in done.err
    assert ["foundation", "up"] not in [call[:2] for call in pulumi.calls]


def test_nothing_before_is_a_sentence(run: Callable[..., Any], approved: Path) -> None:
    """The first release has none to go back to."""
    done = run("rollback", "prod", "--yes", *BY)

    assert (done.code, done.err) == (
        2,
        f"{BANNER}Nothing else was live in prod before. Fix: name a release.\n",
    )
    assert approved.is_dir()
