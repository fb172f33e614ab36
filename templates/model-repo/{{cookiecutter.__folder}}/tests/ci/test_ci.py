"""What CI may do, and what it runs: pinned, with few rights, and no text of strangers in a shell."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GITLAB = ROOT / ".gitlab-ci.yml"
PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")
MAY_WRITE = {
    ("promote", "contents"), ("promote", "pull-requests"), ("monitor", "actions"),
    ("template-update", "contents"), ("template-update", "pull-requests"), ("train", "id-token"),
}  # fmt: skip


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_has_no_more_rights_than_it_needs(path: Path) -> None:
    flow: dict[str, Any] = yaml.safe_load(path.read_text())

    assert flow["permissions"] == {}
    writes = {
        (path.stem, scope)
        for job in flow["jobs"].values()
        for scope, right in job["permissions"].items() if right == "write"
    }  # fmt: skip
    assert writes <= MAY_WRITE
    assert all("timeout-minutes" in job for job in flow["jobs"].values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_and_shells_take_no_text_from_outside(path: Path) -> None:
    flow: dict[str, Any] = yaml.safe_load(path.read_text())

    steps = [step for job in flow["jobs"].values() for step in job["steps"]]
    assert [
        step["uses"] for step in steps if "uses" in step and not PINNED.match(step["uses"])
    ] == []
    assert [step["run"] for step in steps if "{% raw %}${{{% endraw %}" in step.get("run", "")] == []
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_every_step_of_a_pipeline_is_one_that_exists() -> None:
    from {{cookiecutter.package_name}}.ops.step import STEPS

    text = "".join(
        path.read_text() for path in [*WORKFLOWS, *([GITLAB] if GITLAB.exists() else [])]
    )
    named = set(re.findall(r"ops\.step ([a-z]+)", text))
    for loop in re.findall(r"for step in ([a-z ]+); do", text):
        named |= set(loop.split())

    assert named
    assert named <= set(STEPS)


@pytest.mark.skipif(not GITLAB.exists(), reason="this repository is checked elsewhere")
def test_a_release_is_asked_for_by_a_person_and_carries_its_evidence() -> None:
    jobs: dict[str, Any] = yaml.safe_load(GITLAB.read_text())

    release = jobs[".release"]
    assert [rule["when"] for rule in release["rules"]] == ["manual"]
    assert any("MODEL_CARD.md" in line for line in release["script"])
    assert {"release-dev", "release-staging", "release-prod"} <= set(jobs)


@pytest.mark.parametrize("name", ["serve", "train"])
def test_images_are_locked_named_by_digest_and_not_root(name: str) -> None:
    lines = (ROOT / "docker" / f"{name}.Dockerfile").read_text().splitlines()

    froms = [line for line in lines if line.startswith("FROM ")]
    assert all(line.startswith("FROM ${PYTHON_IMAGE}") for line in froms)
    assert any("--require-hashes -r requirements.lock" in line for line in lines)
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    assert not [line for line in lines if re.match(r"(ARG|ENV) .*(TOKEN|SECRET|PASSWORD)", line)]
