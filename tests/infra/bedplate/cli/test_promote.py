"""`bedplate promote`: the change as a patch that git takes, or written into the file."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.plans import plan
from support.releases import NOW

from bedplate.governance.release import Release, make_release
from bedplate.spec.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GIT = shutil.which("git") or "git"
STAGING = """\
environment: staging
# Newer, on trial.
cluster: {version: "1.36"}
gpu_pools:
  l4: {instance_types: [g6.xlarge], max_gpus: 2, disk_gib: 300}
mesh: {replicas: 3}
budget: {hourly_usd: 5, max_gpus: 40}
"""
PROD = """\
# The real thing.
environment: prod
tier: staging           # judged in full

cluster:
  version: "1.35"       # raised by the platform team
  admins: ["arn:aws:iam::111122223333:role/prod-admin"]
gpu_pools:
  l4: {instance_types: [g6.xlarge], max_gpus: 16}
mesh: {replicas: 2}
budget: {hourly_usd: 99, max_gpus: 40}
"""


@pytest.fixture
def platform(project: Path) -> Path:
    """Return a project with staging and prod, in git."""
    (project / "stacks/dev.yaml").unlink()
    (project / "stacks/staging.yaml").write_text(STAGING)
    (project / "stacks/prod.yaml").write_text(PROD)
    subprocess.run([GIT, "init", "-q"], cwd=project, check=True)
    return project


def _applied(patch: str, folder: Path) -> None:
    subprocess.run([GIT, "apply", "-"], input=patch.encode(), cwd=folder, check=True)


def _release(root: Path, name: str, *, hours: int) -> Release:
    made = make_release(resolve(name, root / "stacks").spec, plan(), {}, root, "Sara", NOW, {})
    made = replace(made, created=NOW + timedelta(hours=hours))
    folder = root / "releases" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{made.short}.json").write_text(made.dumps())
    return made


def test_the_patch_is_one_that_git_takes(run: Callable[..., Any], platform: Path) -> None:
    """The whole answer can be piped; nothing was written, and comments and order stay."""
    done = run("promote", "staging", "prod", "--except", "gpu_pools.*.max_gpus")
    untouched = (platform / "stacks/prod.yaml").read_text()
    _applied(done.out, platform)

    assert (done.code, done.err, untouched) == (0, "", PROD)
    assert done.out.splitlines()[:10] == [
        "# Values of staging, to go to prod: 3.",
        "# Every difference counts: look for those on purpose, such as a smaller size.",
        "# kept of prod: budget.hourly_usd (it is what the environment may cost)",
        "# kept of prod: cluster.admins (it belongs to one account)",
        "# kept of prod: environment (it names the environment)",
        "# kept of prod: gpu_pools.l4.max_gpus (--except names it)",
        "# kept of prod: tier (it says how much is at stake)",
        '# cluster.version: "1.35" → "1.36"',
        "# gpu_pools.l4.disk_gib: 200 → 300",
        "# mesh.replicas: 2 → 3",
    ]
    assert (platform / "stacks/prod.yaml").read_text() == PROD.replace("1.35", "1.36").replace(
        "max_gpus: 16", "max_gpus: 16, disk_gib: 300"
    ).replace("replicas: 2", "replicas: 3")


@pytest.mark.parametrize("applied_in", [".", "ml platform"])
def test_a_patch_fits_a_platform_in_a_folder_of_its_repository(
    run: Callable[..., Any], platform: Path, monkeypatch: pytest.MonkeyPatch, applied_in: str
) -> None:
    """Paths begin at the top of the work tree, as in git's own patches; a space is no harm."""
    place = platform / "ml platform"
    place.mkdir()
    (platform / "stacks").rename(place / "stacks")
    monkeypatch.chdir(place)
    done = run("promote", "staging", "prod", "--only", "mesh")
    _applied(done.out, platform / applied_in)

    assert "+++ b/ml platform/stacks/prod.yaml\t" in done.out
    assert (place / "stacks/prod.yaml").read_text() == PROD.replace("replicas: 2", "replicas: 3")


@pytest.mark.parametrize("change", [("\n", "\r\n"), ("40}\n", "40}")])
def test_a_patch_fits_a_file_with_other_line_ends(
    run: Callable[..., Any], platform: Path, change: tuple[str, str]
) -> None:
    """Those of Windows, and none at the end."""
    prod = platform / "stacks/prod.yaml"
    prod.write_bytes(PROD.replace(*change).encode())
    done = run("promote", "staging", "prod", "--only", "mesh")
    _applied(done.out, platform)

    expected = PROD.replace("replicas: 2", "replicas: 3").replace(*change)
    assert prod.read_bytes().decode() == expected


def test_write_does_it_and_says_what_is_next(run: Callable[..., Any], platform: Path) -> None:
    """A second time there is nothing to do."""
    (platform / "stacks/prod.yaml").chmod(0o640)
    done = run("promote", "staging", "prod", "--only", "cluster", "--write")
    spec = resolve("prod", platform / "stacks").spec
    again = run("promote", "staging", "prod", "--only", "cluster.*", "--write")

    assert spec.cluster.version == "1.36"
    assert (
        "# Written to stacks/prod.yaml. Next: bedplate check prod, then bedplate release prod"
    ) in done.rows
    assert (platform / "stacks/prod.yaml").stat().st_mode & 0o777 == 0o640
    assert again.rows[-1] == "# Nothing is to be done: stacks/prod.yaml says all of it."
    assert sorted(each.name for each in (platform / "stacks").iterdir()) == [
        "common.yaml", "prod.yaml", "staging.yaml",
    ]  # fmt: skip


def test_what_lower_files_give_needs_no_line(run: Callable[..., Any], platform: Path) -> None:
    """Staging follows common.yaml; then production's own line goes, with its section."""
    staging = platform / "stacks/staging.yaml"
    staging.write_text(staging.read_text().replace("mesh: {replicas: 3}\n", ""))
    common = platform / "stacks/common.yaml"
    common.write_text(
        json.dumps(json.loads(common.read_text()) | {"mesh": {"replicas": 4}}, indent=1)
    )
    found = json.loads(
        run("promote", "staging", "prod", "--only", "mesh", "--write", "--format", "json").out
    )
    assert found["promoted"] == [{"path": "mesh.replicas", "before": 2, "after": 4, "line": False}]
    assert (platform / "stacks/prod.yaml").read_text() == PROD.replace("mesh: {replicas: 2}\n", "")


def test_a_pool_comes_with_what_its_file_says_alone(
    run: Callable[..., Any], platform: Path
) -> None:
    """Defaults get no line; a pool that goes leaves none, or null where lower files have it."""
    staging = platform / "stacks/staging.yaml"
    staging.write_text(staging.read_text().replace("  l4:", "  l40s:").replace("g6.x", "g6e.x"))
    run("promote", "staging", "prod", "--only", "gpu_pools.*", "--write")
    text = (platform / "stacks/prod.yaml").read_text()

    assert (
        "gpu_pools:\n  l40s: {disk_gib: 300, instance_types: [g6e.xlarge], max_gpus: 2}\n"
    ) in text


def test_a_pool_of_the_blueprint_is_taken_away_by_null(
    run: Callable[..., Any], platform: Path
) -> None:
    """The target's file can't remove a line of another one."""
    common = platform / "stacks/common.yaml"
    pool = {"instance_types": ["g6.xlarge"], "max_gpus": 1}
    common.write_text(json.dumps(json.loads(common.read_text()) | {"gpu_pools": {"old": pool}}))
    staging = platform / "stacks/staging.yaml"
    staging.write_text(staging.read_text().replace("gpu_pools:\n", "gpu_pools:\n  old: null\n"))
    run("promote", "staging", "prod", "--only", "gpu_pools.old", "--write")

    assert (platform / "stacks/prod.yaml").read_text() == PROD.replace(
        "max_gpus: 16}\n", "max_gpus: 16}\n  old: null\n"
    )


def test_releases_tell_what_has_changed_since(run: Callable[..., Any], platform: Path) -> None:
    """Only what staging changed since production was released goes over; `all` takes the rest."""
    staging = platform / "stacks/staging.yaml"
    past = _release(platform, "staging", hours=0)
    _release(platform, "prod", hours=1)
    staging.write_text(staging.read_text().replace("replicas: 3", "replicas: 5"))
    newest = _release(platform, "staging", hours=2)
    by_itself, by_name, every = (
        json.loads(run("promote", "staging", "prod", *more, "--format", "json").out)
        for more in ((), ("--since", newest.short), ("--since", "all"))
    )

    assert by_itself["since"] == past.digest
    assert [each["path"] for each in by_itself["promoted"]] == ["mesh.replicas"]
    assert {each["reason"] for each in by_itself["kept"] if each["path"] == "cluster.version"} == {
        f"it has not changed since release {past.short} of staging"
    }
    assert by_name["promoted"] == []
    assert len(every["promoted"]) == 4


def test_a_target_that_would_not_be_valid_is_left_alone(
    run: Callable[..., Any], platform: Path
) -> None:
    """A pool without its instance types is none; the reason is that of a check."""
    staging = platform / "stacks/staging.yaml"
    staging.write_text(STAGING.replace("l4:", "l40s:").replace("g6.", "g6e."))
    done = run("promote", "staging", "prod", "--only", "gpu_pools.l40s.max_gpus", "--write")

    assert (done.code, done.err) == (
        1,
        (
            "prod would not be valid with these values; nothing is written. "
            "Fix: choose by --only and --except, or promote more.\n"
            "  gpu_pools.l40s.instance_types: a required value is missing\n"
        ),
    )
    assert (platform / "stacks/prod.yaml").read_text() == PROD


def test_an_anchor_that_two_values_share_is_not_changed_for_both(
    run: Callable[..., Any], platform: Path
) -> None:
    """Only the promoted value may change."""
    prod = platform / "stacks/prod.yaml"
    text = PROD.replace(
        "  l4: {instance_types: [g6.xlarge], max_gpus: 16}\n",
        "  l4: &pool {instance_types: [g6.xlarge], max_gpus: 16}\n  l4-b: *pool\n",
    )
    prod.write_text(text)
    done = run("promote", "staging", "prod", "--only", "gpu_pools.l4.max_gpus", "--write")

    assert (done.code, done.err) == (
        1,
        (
            "stacks/prod.yaml can't be changed so that only the promoted values change "
            "(gpu_pools.l4-b.max_gpus). Fix: write anchors and aliases out, then repeat.\n"
        ),
    )
    assert prod.read_text() == text


def test_a_full_disk_leaves_the_file_as_it_was(
    run: Callable[..., Any], platform: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither half a file nor a temporary one."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    done = run("promote", "staging", "prod", "--only", "mesh", "--write")

    assert (done.code, done.err) == (
        2,
        (
            "stacks/prod.yaml can't be written: no space left on device. "
            "Fix: make its folder writable, on a disk with room.\n"
        ),
    )
    assert (platform / "stacks/prod.yaml").read_text() == PROD
    assert len(list((platform / "stacks").iterdir())) == 3


def test_one_environment_is_not_two(run: Callable[..., Any], platform: Path) -> None:
    """A slip of the pen is told."""
    done = run("promote", "prod", "prod")

    assert (done.code, done.err) == (
        2, "prod is both source and target. Fix: name two environments.\n",
    )  # fmt: skip
    assert (platform / "stacks/prod.yaml").read_text() == PROD
