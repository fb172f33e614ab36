"""`opa eval` and conftest ask a platform's own rules too, and say of them what `check` says."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from support.goldens import golden_plan
from support.plans import POLICIES, ROOT

from bedplate.governance.assessment import Options
from bedplate.governance.judgement import assessed
from bedplate.governance.opa_documents import opa_document
from bedplate.policy.decision import decide, standing_of
from bedplate.policy.own_scaffold import NewRule, new_files
from bedplate.policy.waivers import NO_WAIVERS
from bedplate.spec.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PLAN = ROOT / "tests" / "golden" / "stacks" / "dev.plan.json"
RULES = (
    NewRule("tagging", "project", "aws:s3/bucket:Bucket", "tags.project", "critical",
            "iso27001:A.5.9", "OWN"),
    NewRule("tagging", "room", "kubernetes:core/v1:Namespace", "metadata.labels.room", "high",
            "iso27001:A.5.9", "OWN", admission=True),
)  # fmt: skip
"""Rules that the reference platform breaks: one on plans, one at admission."""
CLAUSE = """\
package bedplate

import rego.v1

answer(task) := hits if {
\ttask.package == "acme"
\thits := data.acme[task.rule] with input as input.inputs[task.input]
\t\twith data.config as input.config
}
"""

Verdict = tuple[str, str, bool]
"""Policy, resource, and whether it blocks."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a platform repository with own rules of either kind."""
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    for rule in RULES:
        files = new_files(rule, tmp_path / "policies", tmp_path / "tests" / "policies", None)
        for file, text in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    return tmp_path


def _checked(folder: Path) -> set[Verdict]:
    """Return what `bedplate check` says by own rules."""
    today, environment = datetime.now(UTC).date(), resolve("dev", folder / "stacks")
    findings = assessed(environment, golden_plan(PLAN), Options(folder / "stacks")).findings
    decision = decide(findings, NO_WAIVERS, standing_of(environment.spec), today)
    return {
        (one.policy, one.urn, one.blocks)
        for one in decision.findings
        if one.policy.startswith("OWN-") and one.verdict == "fail"
    }


def _document(folder: Path) -> Path:
    """Write what `bedplate preview dev --format opa` writes."""
    environment, file = resolve("dev", folder / "stacks"), folder / "dev.opa.json"
    file.write_text(opa_document(environment, golden_plan(PLAN), folder / "stacks"))
    return file


def _denied(folder: Path) -> list[dict[str, Any]]:
    """Return all that `opa eval` says, with our policies and the repository's."""
    command = ["opa", "eval", "--data", str(POLICIES), "--data", str(folder / "policies")]
    command += ["--strict-builtin-errors", "--format", "raw", "--input", str(_document(folder))]
    done = subprocess.run(
        [*command, "[data.bedplate.deny, data.bedplate.warn]"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    deny, warn = json.loads(done.stdout)
    return [*deny, *warn]


def _own(said: Iterable[dict[str, Any]]) -> set[Verdict]:
    return {
        (one["policy"], one["urn"], one["level"] == "mandatory")
        for one in said
        if one["policy"].startswith("OWN-")
    }


@pytest.mark.needs("opa")
def test_opa_eval_asks_own_rules(folder: Path) -> None:
    """On plans and at admission, with the levels of the environment."""
    expected = _checked(folder)

    assert {policy for policy, _, _ in expected} == {"OWN-001", "OWN-101"}
    assert {blocks for _, _, blocks in expected} == {True, False}
    assert _own(_denied(folder)) == expected


@pytest.mark.needs("conftest")
def test_conftest_asks_own_rules(folder: Path) -> None:
    """Where it is the house rule, own rules count as ours do."""
    packs = ["--policy", str(POLICIES), "--policy", str(folder / "policies")]
    command = ["conftest", "test", *packs, "--namespace", "bedplate", "--output", "json"]
    done = subprocess.run(
        [*command, str(_document(folder))], capture_output=True, text=True, check=False
    )
    (result,) = json.loads(done.stdout)
    said = [one["metadata"] for key in ("failures", "warnings") for one in result.get(key, ())]

    assert done.returncode == 1
    assert _own(said) == _checked(folder)


@pytest.mark.needs("opa")
def test_a_package_of_another_name_takes_a_clause(folder: Path) -> None:
    """Until it is there, each of its rules is denied for not being asked."""
    (rule,) = (folder / "policies" / "own").rglob("*.rego")
    rule.write_text(rule.read_text().replace("package own", "package acme"))
    unasked = (
        "OWN-001: The rule acme.deny_own_001 is not loaded; add the folder of its pack, and a "
        "clause of answer for a package of another name."
    )
    before = _denied(folder)
    (folder / "policies" / "opa").mkdir()
    (folder / "policies" / "opa" / "acme.rego").write_text(CLAUSE)

    assert unasked in [one["msg"] for one in before]
    assert _own(_denied(folder)) == _checked(folder)
