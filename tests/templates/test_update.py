"""A repository made from an older template comes to the present one with the team's work in it."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from support.bakes import TEMPLATE
from support.templates import commit

from bedplate.scaffold.record import BASE, RECORD, read_record
from bedplate.scaffold.render import render
from bedplate.scaffold.update import apply_update, plan_update

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = "src/late_payment"
SOURCE = "{{cookiecutter.__folder}}/src/{{cookiecutter.package_name}}"


def _version(folder: Path, version: str) -> Path:
    """Return a copy of the template that says it is another version."""
    template = folder / version / TEMPLATE.name
    shutil.copytree(TEMPLATE, template, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
    file = template / "cookiecutter.json"
    asked = json.loads(file.read_text())
    asked["__template_version"] = version
    file.write_text(json.dumps(asked))
    return template


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository of the older template, on which a team has worked."""
    folder = tmp_path / "work" / "late-payment"
    folder.parent.mkdir()
    render(_version(tmp_path, "0.9.0"), {"risk_tier": "3", "ci": "gitlab"}, folder)
    model = folder / PACKAGE / "model.py"
    model.write_text(model.read_text() + "\n\nTUNED = True\n")
    gates = folder / "config/gates.yaml"
    gates.write_text(f"# Ours.\n{gates.read_text()}")
    drift = folder / PACKAGE / "ops/stats.py"
    drift.write_text(drift.read_text() + "\n\ndef of_the_team() -> int:\n    return 1\n")
    (folder / PACKAGE / "extra.py").write_text("MINE = 1\n")
    commit(folder)
    return folder


def test_the_teams_work_is_kept_and_managed_files_follow(repository: Path, tmp_path: Path) -> None:
    """Owned files stay byte for byte, a managed file holds both edits, answers are remembered."""
    template = _version(tmp_path, "9.0.0")
    stats = template / SOURCE / "ops/stats.py"
    head, _, rest = stats.read_text().partition("\n")
    stats.write_text(f"{head}\n# Newer.\n{rest}")
    (template / SOURCE / "ops/newer.py").write_text('"""Came later."""\n')
    model = template / SOURCE / "model.py"
    model.write_text("# The template's own model changed.\n" + model.read_text())
    owned = {name: (repository / name).read_bytes() for name in read_record(repository).owned}
    update = plan_update(repository, template)
    apply_update(repository, update)
    kinds = {c.path: c.kind for c in update.changes if c.path not in (RECORD, BASE)}
    record = read_record(repository)
    merged = (repository / PACKAGE / "ops/stats.py").read_text()

    assert kinds == {f"{PACKAGE}/ops/stats.py": "merged", f"{PACKAGE}/ops/newer.py": "added"}
    assert ("# Newer." in merged, "def of_the_team" in merged) == (True, True)
    assert owned == {name: (repository / name).read_bytes() for name in owned}
    assert (repository / PACKAGE / "extra.py").read_text() == "MINE = 1\n"
    assert (record.version, record.answers["risk_tier"], record.answers["ci"]) == (
        "9.0.0", "3", "gitlab",
    )  # fmt: skip


def test_an_update_of_what_is_current_changes_the_record_alone(
    repository: Path, tmp_path: Path
) -> None:
    """The same files under a new version: nothing else moves."""
    update = plan_update(repository, _version(tmp_path, "9.0.0"))

    assert {c.path for c in update.changes} == {RECORD}
    assert update.open == ()


def test_what_both_changed_is_marked(repository: Path, tmp_path: Path) -> None:
    """Neither side's line is lost."""
    template = _version(tmp_path, "9.0.0")
    for file, text in (
        (template / SOURCE / "ops/stats.py", "theirs"),
        (repository / PACKAGE / "ops/stats.py", "ours"),
    ):
        file.write_text(re.sub(r'^"""[^\n]*', f'"""Says {text}.', file.read_text(), count=1))
    commit(repository)
    update = plan_update(repository, template)
    apply_update(repository, update)
    text = (repository / PACKAGE / "ops/stats.py").read_text()

    assert update.open == (f"{PACKAGE}/ops/stats.py",)
    assert ("Says ours." in text, "Says theirs." in text) == (True, True)
