"""CI files and Dockerfiles of a model repository, judged by their own linters."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from support.bakes import bake
from support.plans import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("ci-lint")


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository that is checked by GitHub."""
    return bake(tmp_path_factory.mktemp("github"), ci="github")


@pytest.fixture(scope="module")
def gitlab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository that is checked by GitLab."""
    return bake(tmp_path_factory.mktemp("gitlab"), ci="gitlab")


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.needs("zizmor")
def test_zizmor_finds_nothing(github: Path) -> None:
    """No workflow has more rights, credentials or foreign text than it needs."""
    _run(github, "zizmor", "--offline", "--no-progress", ".github/workflows")


@pytest.mark.needs("actionlint")
def test_actionlint_finds_nothing(github: Path) -> None:
    """Every expression and every shell script of a workflow is sound."""
    files = [str(path) for path in sorted((github / ".github" / "workflows").glob("*.yml"))]
    _run(github, "actionlint", *files)


@pytest.mark.needs("zizmor")
@pytest.mark.needs("actionlint")
def test_our_own_workflow_is_held_to_the_same() -> None:
    """The weekly run of model repositories without their locks."""
    _run(ROOT, "zizmor", "--offline", "--no-progress", ".github/workflows")
    _run(ROOT, "actionlint", ".github/workflows/unlocked.yml")


@pytest.mark.needs("check-jsonschema")
def test_the_schemas_of_both_hosts_accept_the_files(github: Path, gitlab: Path) -> None:
    """A misspelled key would be ignored, or stop everything."""
    files = [str(path) for path in sorted((github / ".github" / "workflows").glob("*.yml"))]
    _run(github, "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files)
    builtin = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    _run(gitlab, "check-jsonschema", *builtin, ".gitlab-ci.yml")


@pytest.mark.needs("hadolint")
def test_hadolint_finds_nothing(github: Path) -> None:
    """Both images are built as Dockerfiles should be."""
    _run(github, "hadolint", "docker/serve.Dockerfile", "docker/train.Dockerfile")


@pytest.mark.needs("promtool")
def test_every_alert_fires_and_clears(github: Path) -> None:
    """Prometheus itself runs the tests of the rules."""
    _run(github, "promtool", "check", "rules", "monitoring/rules/model.yaml")
    files = sorted(str(path) for path in (github / "monitoring" / "tests").glob("*.yaml"))
    _run(github, "promtool", "test", "rules", *files)
