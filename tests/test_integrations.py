"""The check in other people's pipelines: the action, the GitLab component, the pre-commit hook."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bedplate.scaffold.render import render

ROOT = Path(__file__).resolve().parents[1]
BEDPLATE = Path(sys.executable).with_name("bedplate")
LOCK = "requirements/run.lock"
MAKE_LOCK = (
    "Run `uv pip compile --universal --generate-hashes --no-annotate --no-strip-extras "
    f"-c requirements.lock pyproject.toml -o {LOCK}`."
)
WORKFLOW = """\
on: push
permissions: {}
jobs:
  check:
    runs-on: ubuntu-24.04
    permissions: {contents: read, security-events: write}
    steps:
      - id: bedplate
        uses: ./
        with: {environments: prod, fail-on: never}
      - run: echo "$VERDICT"
        env: {VERDICT: "${{ steps.bedplate.outputs.verdict }}"}
"""

Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a platform's repository that checks clean."""
    made = tmp_path_factory.mktemp("platform") / "acme-ml"
    render(ROOT / "templates/platform-repo", {"blueprint": "starter"}, made)
    return made


@pytest.fixture
def faulty(clean: Path, tmp_path: Path) -> Path:
    """Return one with a fault, which needs no simulation to be found."""
    made = tmp_path / "acme-ml"
    shutil.copytree(clean, made)
    dev = made / "stacks/dev.yaml"
    dev.write_text(dev.read_text().replace("tier: development", "tier: testing"))
    return made


@pytest.fixture(scope="module")
def action() -> dict[str, Any]:
    """Return the action."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return found


def _step(action: dict[str, Any], key: str, value: str) -> dict[str, Any]:
    (found,) = (step for step in action["runs"]["steps"] if step.get(key) == value)
    return dict(found)


def _shell(script: str, folder: Path, scratch: Path, **variables: str) -> Done:
    """Run a step as a runner does: bash, stopping at the first error, with the runner's files."""
    given = {
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(scratch / "output"),
        "GITHUB_STEP_SUMMARY": str(scratch / "summary.md"),
        "RUNNER_TEMP": str(scratch),
        "XDG_CACHE_HOME": str(scratch / "cache"),
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=os.environ | given | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def _check(action: dict[str, Any], folder: Path, scratch: Path, **inputs: str) -> Done:
    step = _step(action, "id", "check")
    assert set(step["env"]) == {"PYTHON", "ENVIRONMENTS", "STACKS", "FAIL_ON", "XDG_CACHE_HOME"}
    defaults = {
        "PYTHON": sys.executable,
        "ENVIRONMENTS": action["inputs"]["environments"]["default"],
        "STACKS": action["inputs"]["stacks"]["default"],
        "FAIL_ON": action["inputs"]["fail-on"]["default"],
    }
    return _shell(step["run"], folder, scratch, **{**defaults, **inputs})


@pytest.mark.needs("check-jsonschema", "zizmor")
def test_the_action_is_one_for_the_host_and_its_linter() -> None:
    """Its schema accepts it, and no expression stands in a script."""
    schema = ("--builtin-schema", "vendor.github-actions")
    subprocess.run(["check-jsonschema", *schema, "action.yml"], cwd=ROOT, check=True)
    subprocess.run(["zizmor", "--offline", "--no-progress", "action.yml"], cwd=ROOT, check=True)


@pytest.mark.needs("actionlint")
def test_a_workflow_that_uses_the_action_is_sound(tmp_path: Path) -> None:
    """Its inputs and outputs are those that it has; another one is refused."""
    workflows = tmp_path / ".github/workflows"
    workflows.mkdir(parents=True)
    shutil.copy(ROOT / "action.yml", tmp_path)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)

    def lint(text: str) -> Done:
        (workflows / "check.yml").write_text(text)
        return subprocess.run(
            ["actionlint"], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    sound, wrong = lint(WORKFLOW), lint(WORKFLOW.replace("fail-on", "fails"))

    assert (sound.returncode, sound.stdout) == (0, "")
    assert 'input "fails" is not defined in action "Bedplate check"' in wrong.stdout


def test_what_the_action_installs_is_pinned(action: dict[str, Any]) -> None:
    """Every package with a hash, in the versions of the one lock, and none of them left out."""
    pins = _pins(LOCK)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    direct = {re.split(r"[^\w.-]", each)[0] for each in project["dependencies"]}

    assert (
        f'--require-hashes \\\n  -r "$GITHUB_ACTION_PATH/{LOCK}"'
        in (_step(action, "id", "install")["run"])
    )
    assert {name.replace(".", "-") for name in direct} - {name for name, _ in pins} == set(), (
        MAKE_LOCK
    )
    assert pins - _pins("requirements.lock") == set(), MAKE_LOCK


def _pins(lock: str) -> set[tuple[str, str]]:
    entries = re.split(r"\n(?=[a-z])", (ROOT / lock).read_text())[1:]
    assert all("--hash=sha256:" in entry for entry in entries)
    split = (re.split(r"(?:\[.*])?==|\s", entry, maxsplit=2) for entry in entries)
    return {(name, version) for name, version, _ in split}


def test_a_clean_platform_passes_the_action(
    action: dict[str, Any], clean: Path, tmp_path: Path
) -> None:
    """Its verdict, its findings and a summary for people are there for the steps after it."""
    done = _check(action, clean, tmp_path, ENVIRONMENTS="dev")
    sarif = json.loads((tmp_path / "bedplate.sarif").read_text())

    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "output").read_text().splitlines() == [
        "verdict=clean",
        f"sarif={tmp_path}/bedplate.sarif",
    ]
    assert sarif["version"] == "2.1.0"
    assert "| dev | **clean** |" in (tmp_path / "summary.md").read_text()


def test_a_fault_fails_the_action_and_stands_on_its_line(
    action: dict[str, Any], faulty: Path, tmp_path: Path
) -> None:
    """The annotation has file and line; where findings only inform, the verdict tells."""
    done = _check(action, faulty, tmp_path)
    lenient = _check(action, faulty, tmp_path, FAIL_ON="never")

    assert (done.returncode, lenient.returncode) == (1, 0)
    assert "::error file=stacks/dev.yaml,line=4,col=7" in done.stdout
    assert (tmp_path / "output").read_text().splitlines()[0::2] == ["verdict=blocked"] * 2


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"FAIL_ON": "high"}, "::error::fail-on is high. Fix: use blocked or never."),
        ({"STACKS": "gone"}, "gone is not a folder. Fix: name a folder of environment files"),
        ({"ENVIRONMENTS": "dev qa"}, "qa"),
    ],
)
def test_wrong_inputs_of_the_action_are_told(
    action: dict[str, Any], faulty: Path, tmp_path: Path, inputs: dict[str, str], said: str
) -> None:
    """They fail it, also where findings only inform."""
    done = _check(action, faulty, tmp_path, **{"FAIL_ON": "never", **inputs})

    assert done.returncode == 2
    assert said in done.stdout + done.stderr


def test_the_action_hands_the_findings_over(action: dict[str, Any], tmp_path: Path) -> None:
    """As code scanning wants them: compressed, as text, for the commit and ref of the run."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/gh"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$SARIF.said"\n')
    program.chmod(0o755)
    sarif = tmp_path / "found.sarif"
    sarif.write_text('{"version": "2.1.0"}')
    done = _shell(
        _step(action, "name", "Show the findings on the lines")["run"],
        tmp_path,
        tmp_path,
        PATH=f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        SARIF=str(sarif),
        GITHUB_REPOSITORY="acme/ml",
        GITHUB_SHA="c0ffee",
        GITHUB_REF="refs/pull/1/merge",
    )
    sent = base64.b64decode((tmp_path / "found.sarif.b64").read_text())

    assert done.returncode == 0, done.stderr
    assert gzip.decompress(sent) == sarif.read_bytes()
    assert (tmp_path / "found.sarif.said").read_text().splitlines() == [
        *("api", "repos/acme/ml/code-scanning/sarifs", "--method", "POST"),
        *("-f", "commit_sha=c0ffee", "-f", "ref=refs/pull/1/merge"),
        *("-F", f"sarif=@{sarif}.b64"),
    ]


def _component() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the component's inputs, and its body with their defaults put in."""
    text = (ROOT / "templates/bedplate-check/template.yml").read_text()
    head, body = text.split("\n---\n")
    inputs = yaml.safe_load(head)["spec"]["inputs"]
    used = set(re.findall(r"\$\[\[ inputs\.(\w+) ]]", body))
    assert used == set(inputs)
    for name, given in inputs.items():
        body = body.replace(f"$[[ inputs.{name} ]]", json.dumps(given["default"]))
    return inputs, yaml.safe_load(body)


@pytest.mark.needs("check-jsonschema")
def test_the_component_is_a_pipeline_that_gitlab_takes(tmp_path: Path) -> None:
    """With every input at its default."""
    (tmp_path / "ci.yml").write_text(yaml.safe_dump(_component()[1]))
    builtin = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    done = subprocess.run(
        ["check-jsonschema", *builtin, "ci.yml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_component_fails_on_a_fault_and_leaves_both_reports(
    faulty: Path, tmp_path: Path
) -> None:
    """Whatever comes after the verdict does not change it."""
    job = _component()[1]["bedplate-check"]
    install, check = job["script"][:2], job["script"][2:]
    (faulty / ".bedplate/venv/bin").mkdir(parents=True)
    (faulty / ".bedplate/venv/bin/bedplate").symlink_to(BEDPLATE)
    variables = {name: str(value) for name, value in job["variables"].items()}
    done = _shell(
        "\n".join(check), faulty, tmp_path, **{**variables, "XDG_CACHE_HOME": str(tmp_path)}
    )

    assert "pip install --quiet --require-hashes" in install[1]
    assert done.returncode == 1
    assert "stacks/dev.yaml:4:7: tier: `testing` is not one of the values." in done.stdout
    found = json.loads((faulty / "findings.json").read_text())
    assert [each["location"]["lines"]["begin"] for each in found] == [4]
    assert json.loads((faulty / "findings.sarif").read_text())["version"] == "2.1.0"


def test_the_hook_checks_when_something_of_the_platform_changes(faulty: Path) -> None:
    """Its entry is a command of ours, and its pattern names what an environment depends on."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    command = shlex.split(hook["entry"])
    done = subprocess.run(
        [str(BEDPLATE), *command[1:]], cwd=faulty, capture_output=True, text=True, check=False
    )
    files = ("stacks/dev.yaml", "waivers.yaml", "policies/own/a.rego", "README.md", "docs/stacks/a")

    assert (hook["language"], command[0], done.returncode) == ("python", "bedplate", 1)
    assert [bool(re.search(hook["files"], name)) for name in files] == [True] * 3 + [False] * 2
