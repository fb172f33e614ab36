"""A platform's repository of an older Bedplate comes to the present one, seen before it is done."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from support.plans import ROOT
from support.templates import commit

from bedplate import versions
from bedplate.cli import main
from bedplate.errors import UsageError
from bedplate.governance.assessment import Assessment, Options
from bedplate.governance.gate import present_release
from bedplate.governance.simulation import resolved, simulated
from bedplate.policy.decision import Standing
from bedplate.policy.finding import Finding
from bedplate.policy.ladder import ladder_of
from bedplate.policy.waivers import NO_WAIVERS
from bedplate.scaffold.record import read_record
from bedplate.scaffold.render import render
from bedplate.scaffold.upgrade import SCHEMA_FILE, plan_upgrade
from bedplate.spec.enforcement import EnforcementSpec

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = ROOT / "templates" / "platform-repo"
PROJECT = "{{cookiecutter.repo_slug}}"
MAKEFILE = f"{PROJECT}/Makefile"
OWN_FILES = ("stacks/dev.yaml", "policies/own/tagging/bucket_owner.rego", "README.md", "mine.txt")
SCHEMA = "{}\n"


def _older(folder: Path) -> Path:
    """Return the template as an older Bedplate shipped it: another Makefile, an older pin."""
    template = folder / "older" / TEMPLATE.name
    shutil.copytree(TEMPLATE, template, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    asked = json.loads((template / "cookiecutter.json").read_text())
    asked |= {"__template_version": "0.9.0", "__bedplate": "0.0.9"}
    (template / "cookiecutter.json").write_text(json.dumps(asked))
    makefile = template / MAKEFILE
    makefile.write_text(makefile.read_text().replace("judge and price", "judge", 1))
    (template / PROJECT / "gone.txt").write_text("went with the next version\n")
    return template


def _made(folder: Path) -> Path:
    """Return a repository of the older template, on which a team has worked."""
    made = folder / "acme-ml"
    render(_older(folder), {"blueprint": "starter", "ci": "gitlab"}, made)
    (made / "Makefile").write_text((made / "Makefile").read_text() + "\nmine: ## our own\n\ttrue\n")
    (made / "mine.txt").write_text("ours\n")
    (made / "requirements.in").write_text((made / "requirements.in").read_text() + "numpy==2.0\n")
    dev = made / "stacks/dev.yaml"
    dev.write_text(dev.read_text() + "# Ours.\n")
    commit(made)
    return made


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository that nobody changes."""
    return _made(tmp_path_factory.mktemp("repository"))


@pytest.fixture
def own(repository: Path, tmp_path: Path) -> Path:
    """Return a copy of it that may be changed."""
    return shutil.copytree(repository, tmp_path / "acme-ml", symlinks=True)


def test_files_follow_and_the_teams_work_stays(repository: Path) -> None:
    """A managed file holds both edits, the pin follows, what is the team's is not touched."""
    found = plan_upgrade(repository, TEMPLATE, SCHEMA)
    kinds = {change.path: change.kind for change in found.update.changes}
    contents = {change.path: change.content or b"" for change in found.update.changes}

    assert kinds == {
        ".bedplate-template.json": "updated",
        ".bedplate-template.zip": "updated",
        "Makefile": "merged",
        "gone.txt": "removed",
        "requirements.in": "updated",
        SCHEMA_FILE: "added",
    }
    assert b"judge and price every environment" in contents["Makefile"]
    assert b"mine: ## our own" in contents["Makefile"]
    assert contents["requirements.in"].decode() == f"bedplate=={versions.BEDPLATE}\nnumpy==2.0\n"
    assert (found.before, found.after, found.update.open) == ("0.0.9", versions.BEDPLATE, ())


def test_a_newer_pin_is_refused(own: Path) -> None:
    """An older Bedplate does not take a repository back."""
    (own / "requirements.in").write_text("bedplate==9.1.0\n")
    with pytest.raises(UsageError) as caught:
        plan_upgrade(own, TEMPLATE, SCHEMA)

    assert caught.value.message == (
        f"requirements.in:1 pins Bedplate 9.1.0; installed is {versions.BEDPLATE}, which is older. "
        "Fix: install Bedplate 9.1.0."
    )


def test_a_range_is_named_and_left(own: Path) -> None:
    """What pins no version is for people to change; a lock is for its tool."""
    (own / "pyproject.toml").write_text('dependencies = ["bedplate~=0.0.9"]\n')
    (own / "requirements.lock").write_text("bedplate==0.0.9\n")
    commit(own)
    found = plan_upgrade(own, TEMPLATE, SCHEMA)

    assert [(pin.file, pin.line) for pin in found.by_hand] == [("pyproject.toml", 1)]
    assert found.locks == ("requirements.lock",)
    assert {"pyproject.toml", "requirements.lock"} & {c.path for c in found.update.changes} == set()


def test_another_kind_of_repository_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder without stacks, and one that no template made."""
    first = main(["upgrade", str(tmp_path)])
    (tmp_path / "stacks").mkdir()
    second = main(["upgrade", str(tmp_path)])

    assert (first, second) == (2, 2)
    assert capsys.readouterr().err.splitlines() == [
        f"{tmp_path} holds no stacks/. Fix: name the platform's repository.",
        (
            f"{tmp_path} has no .bedplate-template.json. Fix: name a repository that "
            "`bedplate new`, `bedplate new-model` or a template made."
        ),
    ]


def _released_by_the_older(own: Path) -> str:
    """Write a release as an older Bedplate, with an older chart, would have made it."""
    options, now = Options(own / "stacks"), datetime(2026, 11, 1, tzinfo=UTC)
    chart = versions.CHARTS["metrics-server"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(versions.CHARTS, "metrics-server", replace(chart, version="3.12.0"))
        environment = resolved("dev", options)
        made = present_release(environment, simulated(environment, options), options, "Sara", now)
    folder = own / "releases/dev"
    folder.mkdir(parents=True)
    (folder / f"{made.short}.json").write_text(made.dumps())
    commit(own)
    return made.short


def test_the_plan_is_compared_with_the_release_before_anything_changes(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The older chart's version is told, and nothing is written."""
    short = _released_by_the_older(own)
    code = main(["upgrade", str(own)])
    lines = capsys.readouterr().out.splitlines()
    (told,) = [line for line in lines if "metrics-server version" in line]

    assert code == 0
    assert lines[:3] == [
        f"Bedplate 0.0.9 → {versions.BEDPLATE}, template 0.9.0 → 1.0.0.",
        "",
        f"dev, against release {short} of 2026-11-01:",
    ]
    assert told.endswith(f'version: "3.12.0" → "{versions.CHARTS["metrics-server"].version}"')
    assert not [line for line in lines if "blocks now" in line or "no longer valid" in line]
    assert lines[-1] == "Nothing is written: see --write."
    assert read_record(own).version == "0.9.0"


def _judged(own: Path, monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    """Let the environment be judged so: what comes of it is another test's matter."""
    standing = Standing("dev", ladder_of("development", EnforcementSpec()))
    found = Assessment("dev", "development", (), "", None, findings, None, standing)
    decided = found.decided(NO_WAIVERS, date(2026, 11, 25))
    monkeypatch.setattr("bedplate.scaffold.upgrade_effects.assess", lambda *_: (decided,))
    assert (own / "stacks/dev.yaml").is_file()


def test_write_does_it(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files, pin and record; the team's own files are as they were. Twice is once."""
    _judged(own, monkeypatch)
    before = {name: (own / name).read_bytes() for name in OWN_FILES}
    code = main(["upgrade", str(own), "--write"])
    last = capsys.readouterr().out.splitlines()[-1]
    commit(own)
    again = main(["upgrade", str(own)])

    assert (code, last) == (0, "Written. Next: bedplate check, and commit.")
    assert {name: (own / name).read_bytes() for name in OWN_FILES} == before
    assert read_record(own).version == "1.0.0"
    assert (again, capsys.readouterr().out) == (
        0,
        f"Nothing changes: the repository is at Bedplate {versions.BEDPLATE}, template 1.0.0.\n",
    )


def test_a_conflict_is_marked_and_blocks(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where both changed one line, both are there afterwards."""
    _judged(own, monkeypatch)
    makefile = own / "Makefile"
    makefile.write_text(makefile.read_text().replace("judge every", "look at every"))
    commit(own)
    code = main(["upgrade", str(own), "--write"])

    assert code == 1
    assert "Settle by hand: Makefile." in capsys.readouterr().out
    assert "look at every" in makefile.read_text()
    assert "judge and price every" in makefile.read_text()


def test_without_a_release_it_says_so_and_what_blocks_now(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is made up: no older plan, no comparison."""
    urn = "urn:pulumi:dev::bedplate-foundation::aws:eks/cluster:Cluster::cluster"
    finding = Finding(
        "ZT-001", "critical", "mandatory", "fail", urn, "aws:eks/cluster:Cluster", "It is open.",
        (), "", None,
    )  # fmt: skip
    _judged(own, monkeypatch, finding)
    code = main(["upgrade", str(own)])

    assert (code, capsys.readouterr().out.splitlines()[2:5]) == (
        1,
        [
            "dev has no release: there is no older plan to compare with.",
            "  blocks now: ZT-001 critical: It is open.",
            "",
        ],
    )


def test_a_fault_names_the_repositorys_own_file(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The copy that is judged is nobody's business."""
    dev = own / "stacks/dev.yaml"
    dev.write_text(dev.read_text() + "nonsense: 1\n")
    commit(own)
    code = main(["upgrade", str(own), "--format", "json"])
    (environment,) = json.loads(capsys.readouterr().out)["environments"]

    assert code == 1
    assert environment["faults"][0].startswith(f"{dev}:")
    assert "nonsense" in environment["faults"][0]
