"""`destroy`: who must allow it, what is kept, and what is a failure."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from support.deployments import BANNER, BY, PEOPLE, Cli, events

from bedplate.governance.ledger import Entry, append

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bedplate.engine.plan import Plan, Resource


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
    assert events(approved) == ["refused"]


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
    assert events(approved) == ["destroyed"]


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
    assert events(approved) == ["deployment-failed"]


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
