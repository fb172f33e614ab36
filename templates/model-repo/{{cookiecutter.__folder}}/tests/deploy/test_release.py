"""A release is a file in git: what it refuses, what it writes, how it is rolled back, what was live."""

import resource
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from {{cookiecutter.package_name}}.ops import deploy, pointer, step
from {{cookiecutter.package_name}}.ops.context import Context
from {{cookiecutter.package_name}}.ops.digest import write_json, write_together
from {{cookiecutter.package_name}}.ops.errors import OpsError
from {{cookiecutter.package_name}}.ops.released import end_of, line, live, main

ROOT = Path(__file__).parents[2]
SERVING = "{{cookiecutter.serving}}"


def digest(sign: str) -> str:
    """Return a digest."""
    return "sha256:" + sign * 64


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """Return a copy of the parts that a release needs, as a repository of git."""
    for part in ("config", "deploy/base", "deploy/environments", "monitoring/rules"):
        for path in (ROOT / part).rglob("*"):
            if path.is_file():
                target = tmp_path / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
    git(tmp_path, "init", "-q", "-b", "main")
    return Context(tmp_path, tmp_path / "build")


def git(root: Path, *arguments: str, day: str = "2026-01-01") -> str:
    """Run git as somebody, on a day."""
    stamp = f"{day}T12:00:00+00:00"
    environ = {
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": stamp,
        "GIT_COMMITTER_DATE": stamp, "PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(root),
    }  # fmt: skip
    done = subprocess.run(
        ["git", *arguments], cwd=root, env=environ, capture_output=True, text=True, check=True
    )
    return done.stdout


def commit(context: Context, day: str) -> None:
    """Commit what was written, on a day."""
    git(context.root, "add", "deploy")
    git(context.root, "commit", "-q", "-m", "Release", day=day)


def place(context: Context, environment: str = "dev") -> dict[str, Any]:
    """Return the values of an environment."""
    path = context.root / "deploy" / "environments" / f"{environment}.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def let_through(
    context: Context, version: str, sign: str, environment: str = "dev", **changes: Any
) -> None:
    """Write what the step `release` writes."""
    said = {
        "environment": environment, "name": context.name(), "version": version,
        "digest": digest(sign), "manifest": digest("b"), "card": digest("c"),
        "evaluation": digest("d"), "lineage_id": "run-1", "risk_tier": "2",
        "risk_file": "governance/risk.md", "intended_purpose": "Estimate", "oversight_owner": "owner",
        "automated_decision": "false", "review_route": "Ask", "author": "amina",
        "approvers": ["badr", "carla"], "change": "CHG-0000042",
    }  # fmt: skip
    write_json(context.build / "release.json", said | changes)
    uri = place(context, environment)["stores"][0] + version
    write_json(context.registration, {"version": version, "digest": said["digest"], "uri": uri})


def image(context: Context, sign: str = "e", environment: str = "dev") -> str:
    """Return an image from the environment's registry."""
    registry = str(place(context, environment)["registries"][0]).rstrip("/")
    return f"{registry}/{context.name()}@{digest(sign)}"


def release(context: Context, version: str, sign: str, weight: int | None = 100) -> None:
    """Release a version to dev."""
    let_through(context, version, sign)
    deploy.release(context, deploy.Wanted("dev", image(context), "", weight))


def manifest(context: Context, name: str, environment: str = "dev") -> list[dict[str, Any]]:
    """Return the manifests of a file."""
    path = context.root / "deploy" / "manifests" / environment / name
    return list(yaml.safe_load_all(path.read_text()))


def test_a_release_writes_pointer_and_manifests(context: Context) -> None:
    release(context, "3", "a")

    known = pointer.read(context.root / "deploy" / "releases" / "dev.yaml")
    assert known is not None
    assert (known.number, known.stable.version, known.rollback) == (1, "3", "none")
    assert known.stable.approvers == ("badr", "carla")
    assert deploy.check(context) == []


@pytest.mark.skipif(SERVING == "batch", reason="this repository serves no requests")
def test_the_service_names_all_that_was_proven(context: Context) -> None:
    release(context, "3", "a")

    service = manifest(context, "inferenceservice.yaml")[0]
    marks = service["metadata"]["annotations"]
    assert marks["serving.kserve.io/deploymentMode"] == "Standard"
    assert {key.removeprefix("bedplate/"): value for key, value in marks.items()
            if key.startswith("bedplate/")} == {
        "model-digest": digest("a"), "model-manifest": digest("b"), "model-signer": "badr",
        "model-card": digest("c"), "evaluation": digest("d"), "lineage-id": "run-1",
        "author": "amina", "approvers": "badr,carla", "change": "CHG-0000042", "rollback": "none",
        "risk-tier": "2", "risk-file": "governance/risk.md", "intended-purpose": "Estimate",
        "automated-decision": "false", "oversight-owner": "owner", "review-route": "Ask",
    }  # fmt: skip
    container = service["spec"]["predictor"]["containers"][0]
    environ = {each["name"]: each["value"] for each in container["env"]}
    assert container["image"] == image(context)
    assert environ["MODEL_DIGEST"] == digest("a")
    assert environ["STORAGE_URI"].endswith("/3")
    assert service["metadata"]["labels"]["model-version"] == "3"


@pytest.mark.skipif(SERVING == "batch", reason="this repository serves no requests")
def test_a_canary_takes_its_share_and_a_revert_takes_it_back(context: Context) -> None:
    release(context, "3", "a")
    commit(context, "2026-01-01")
    release(context, "4", "f", weight=10)
    commit(context, "2026-01-02")

    rule = manifest(context, "httproute.yaml")[0]["spec"]["rules"][0]
    assert [(each["name"].endswith("-next-predictor"), each["weight"])
            for each in rule["backendRefs"]] == [(False, 90), (True, 10)]  # fmt: skip
    assert manifest(context, "candidate.yaml")[0]["metadata"]["labels"]["model-version"] == "4"
    assert manifest(context, "inferenceservice.yaml")[0]["metadata"]["labels"][
        "model-version"] == "3"  # fmt: skip

    git(context.root, "revert", "--no-edit", "HEAD", day="2026-01-03")

    assert deploy.check(context) == []
    assert not (context.root / "deploy" / "manifests" / "dev" / "candidate.yaml").exists()
    rule = manifest(context, "httproute.yaml")[0]["spec"]["rules"][0]
    assert [each["weight"] for each in rule["backendRefs"]] == [100]


@pytest.mark.skipif(SERVING == "batch", reason="this repository serves no requests")
def test_the_address_is_the_platforms_and_no_other_way_leads_past_the_split(
    context: Context,
) -> None:
    release(context, "3", "a")
    release(context, "4", "f", weight=10)

    known = place(context)
    host = f"{context.name()}-{known['namespace']}.{known['domain']}"
    assert manifest(context, "httproute.yaml")[0]["spec"]["hostnames"] == [host]
    services = manifest(context, "inferenceservice.yaml") + manifest(context, "candidate.yaml")
    assert [each["metadata"]["labels"]["networking.kserve.io/visibility"]
            for each in services] == ["cluster-local"] * 2  # fmt: skip


def _place(context: Context, **changes: Any) -> None:
    path = context.root / "deploy" / "environments" / "dev.yaml"
    path.write_text(yaml.safe_dump(place(context) | changes))


def test_a_canary_begins_with_the_share_of_the_platform(context: Context) -> None:
    _place(context, canary_percent=25)
    release(context, "3", "a")
    release(context, "4", "f", weight=None)

    known = pointer.read(context.root / "deploy" / "releases" / "dev.yaml")
    assert known is not None
    assert (known.stable.version, known.weight) == ("3", 25)


@pytest.mark.parametrize("weight", [10, None])
def test_a_platform_without_canaries_refuses_one(context: Context, weight: int | None) -> None:
    _place(context, canary_percent=0)
    release(context, "3", "a")

    with pytest.raises(pointer.PointerError, match="has switched canaries off in dev"):
        release(context, "4", "f", weight)


def test_a_release_that_can_not_be_written_whole_changes_nothing(context: Context) -> None:
    release(context, "3", "a")
    commit(context, "2026-01-01")
    let_through(context, "4", "f")
    asked = deploy.Wanted("dev", image(context), "", 100)
    # As on a full disk: the system refuses every byte past the limit.
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, kept[1]))
    try:
        with pytest.raises(OpsError, match="be written: File too large"):
            deploy.release(context, asked)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)

    assert git(context.root, "status", "--porcelain", "deploy") == ""


def test_files_that_were_in_place_already_come_back(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    (tmp_path / "b").mkdir()  # a file can't take the place of a folder

    with pytest.raises(OSError, match="b"):
        write_together({tmp_path / "a": "new", tmp_path / "b": "new"})

    assert (tmp_path / "a").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_candidate_that_gets_everything_is_stable(context: Context) -> None:
    release(context, "3", "a")
    release(context, "4", "f", weight=10)
    release(context, "4", "f")

    known = pointer.read(context.root / "deploy" / "releases" / "dev.yaml")
    assert known is not None
    assert (known.number, known.stable.version, known.rollback) == (3, "4", "3")
    assert known.candidate is None
    assert not (context.root / "deploy" / "manifests" / "dev" / "candidate.yaml").exists()


@pytest.mark.parametrize(
    ("changes", "wanted", "says"),
    [
        ({}, {"image": "registry.example/models/m:latest"}, "names no digest"),
        ({}, {"environment": "mars"}, "there is no environment mars"),
        ({}, {"weight": 0}, "weight: 0 is not between 1 and 100"),
        ({}, {"storage": "s3://elsewhere/3"}, "is not below"),
        ({"author": "badr"}, {}, "badr made the version; let others approve it"),
        ({"digest": "sha256:1"}, {}, "another version than the registration"),
        ({"card": "none"}, {}, "card: 'none' is no SHA-256 digest"),
        ({"environment": "staging"}, {}, "build/release.json is for staging"),
    ],
)
def test_what_may_not_be_released_changes_nothing(
    context: Context, changes: dict[str, Any], wanted: dict[str, Any], says: str
) -> None:
    if SERVING == "batch" and "storage" in wanted:
        pytest.skip("tested with the batch")
    let_through(context, "3", "a", **changes)
    asked = {"environment": "dev", "image": image(context), "storage": "", "weight": 100} | wanted

    with pytest.raises(OpsError) as fault:
        deploy.release(context, deploy.Wanted(**asked))

    assert says in str(fault.value)
    assert not (context.root / "deploy" / "releases").exists()
    assert not (context.root / "deploy" / "manifests").exists()


def test_an_image_from_elsewhere_is_refused(context: Context) -> None:
    let_through(context, "3", "a")

    with pytest.raises(pointer.PointerError, match="is not from"):
        deploy.release(context, deploy.Wanted("dev", f"evil.example/m@{digest('e')}", "", 100))


def test_nothing_skips_the_environment_before(context: Context) -> None:
    let_through(context, "3", "a", "staging")
    asked = deploy.Wanted("staging", image(context, environment="staging"), "", 100)

    with pytest.raises(pointer.PointerError, match=r"is not stable in dev; release it there first"):
        deploy.release(context, asked)

    release(context, "3", "a")
    let_through(context, "3", "a", "staging")
    assert deploy.release(context, asked)


def test_nothing_is_released_twice(context: Context) -> None:
    release(context, "3", "a")

    with pytest.raises(pointer.PointerError, match="served already"):
        release(context, "3", "a")


def test_a_manifest_that_was_changed_by_hand_is_told(context: Context) -> None:
    release(context, "3", "a")
    path = context.root / "deploy" / "manifests" / "dev" / "rules.yaml"
    path.write_text(path.read_text() + "# mine\n")

    assert deploy.check(context) == [
        "deploy/manifests/dev/rules.yaml is not what dev.yaml says. Fix: ops.deploy render."
    ]
    deploy.render(context)
    assert deploy.check(context) == []


def test_what_was_live_on_a_day_is_known(
    context: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    release(context, "3", "a")
    commit(context, "2026-01-10")
    release(context, "4", "f")
    commit(context, "2026-02-10")
    git(context.root, "revert", "--no-edit", "HEAD", day="2026-02-20")

    def version(day: str) -> str | None:
        found = live(context.root, "dev", end_of(date.fromisoformat(day)))
        return found.release.stable.version if found and found.release else None

    assert [version(day) for day in ("2026-01-09", "2026-01-10", "2026-02-09", "2026-02-10",
                                     "2026-02-19", "2026-02-20")] == [None, "3", "3", "4", "4", "3"]  # fmt: skip
    assert main(["--on", "2026-02-15"], context.root) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"dev: {context.name()} version 4 (release 2, digest ffffffffffff, "
                              "since 2026-02-10 12:00 UTC")  # fmt: skip
    assert "staging: nothing" in said
    git(context.root, "rm", "-q", "deploy/releases/dev.yaml")
    git(context.root, "commit", "-q", "-m", "Retire", day="2026-03-01")
    assert (
        line("dev", live(context.root, "dev", datetime(2026, 3, 2, tzinfo=UTC))) == "dev: nothing"
    )


@pytest.mark.skipif(SERVING == "kserve", reason="this repository has no batch")
def test_the_batch_runs_the_same_artefact(context: Context) -> None:
    release(context, "3", "a")

    job = manifest(context, "batch.yaml")[0]
    container = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == image(context)
    assert {"name": "MODEL_DIGEST", "value": digest("a")} in container["env"]


def test_one_command_releases_and_writes_the_change(
    context: Context, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    let_through(context, "3", "a")  # what the step writes; its own rules have tests of their own
    monkeypatch.setattr(step, "here", lambda **_given: context)
    monkeypatch.setattr(step, "run", lambda _context, _name: True)

    assert step.main(["release", "--environment", "dev", "--image", image(context)]) == 0
    assert "WROTE    deploy/releases/dev.yaml" in capsys.readouterr().out
    assert deploy.check(context) == []
