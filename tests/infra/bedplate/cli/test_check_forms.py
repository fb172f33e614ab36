"""Verb `check`: every form shows what blocks, what is open and what is waived."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from support.waivers import standing, waivers

from bedplate.governance.assessment import Options

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bedplate.governance.assessment import Assessment
    from bedplate.policy.finding import Finding

FORMS = ("table", "json", "sarif", "junit", "github", "gitlab", "markdown", "oscal")
TODAY = date(2026, 11, 25)


@pytest.fixture
def checked(
    project: Path,
    assessed: Callable[..., Any],
    assessment: Callable[..., Assessment],
    finding: Callable[..., Finding],
) -> Path:
    """Make a check with a violation, a waived one, and a waiver that expired; return its folder."""
    waived = finding(
        policy="ENC-007",
        severity="medium",
        urn="urn:pulumi:prod::bedplate-foundation::aws:ecr/repository:Repository::scratch",
    )
    made = assessment("prod", finding(), waived, standing=standing())
    file = waivers(project, {}, {"id": "W-2", "expires": "2026-11-24"})
    assessed(made.decided(file, TODAY))
    return project


@pytest.mark.usefixtures("checked")
@pytest.mark.parametrize("form", FORMS)
def test_what_is_waived_is_visible_in_every_form(run: Callable[..., Any], form: str) -> None:
    """With the waiver's id, its ticket and its end; the violation, and the waiver that expired."""
    done = run("check", "prod", "--format", form)

    assert (done.code, done.err) == (1, "")
    for text in ("ZT-001", "ENC-007", "W-1", "SEC-12", "2026-12-31", "W-2", "2026-11-24"):
        assert text in done.out, text


@pytest.mark.usefixtures("checked")
def test_the_table_tells_what_is_waived_below_what_is_not(run: Callable[..., Any]) -> None:
    """And last what is to be said of waivers."""
    rows = run("check", "prod").rows

    assert rows[0] == "prod: blocked"
    assert [row.split(": ")[1] for row in rows[1:4]] == [
        "ZT-001 critical",
        "ENC-007 medium waived",
        "W-2",
    ]
    assert rows[2] == (
        "stacks/prod.yaml:7:19: ENC-007 medium waived: The API endpoint of cluster is open to "
        "anywhere. Waived by W-1 (SEC-12) until 2026-12-31, approved by Bob Baker: The store is "
        "emptied every night. Fix: set cluster.endpoint_access to private."
    )


@pytest.mark.usefixtures("checked")
def test_json_has_the_waiver_of_a_finding_and_all_rulings(run: Callable[..., Any]) -> None:
    """The finding names what excuses it; the environment lists what each waiver amounts to."""
    (environment,) = json.loads(run("check", "prod", "--format", "json").out)["environments"]
    statuses = [(one["id"], one["status"], one["findings"]) for one in environment["waivers"]]

    assert statuses == [("W-1", "in force", 1), ("W-2", "expired", 0)]
    assert environment["verdicts"]["waived"] == 1
    assert [one["waiver"] and one["waiver"]["id"] for one in environment["findings"]] == [
        None,
        "W-1",
    ]
    assert [one["blocks"] for one in environment["findings"]] == [True, False]


def test_the_summary_of_a_job_is_added_to_its_file(
    run: Callable[..., Any], checked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub names the file; what an earlier step wrote stays."""
    file = checked / "summary.md"
    file.write_text("earlier\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    first = run("check", "prod", "--format", "github").out.splitlines()[0]

    assert first.startswith("::error file=stacks/prod.yaml,line=7,col=19,title=prod%3A ZT-001")
    assert file.read_text().startswith("earlier\n# Bedplate check\n\n| Environment |")


def test_a_summary_that_cannot_be_written_is_told(
    run: Callable[..., Any], checked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step must not look as if it had reported."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(checked))
    done = run("check", "prod", "--format", "github")

    assert (done.code, done.err) == (
        2,
        (
            f"the job's summary can't be written to {checked}: is a directory. "
            "Fix: mend GITHUB_STEP_SUMMARY, or unset it.\n"
        ),
    )


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("phase", ["design", "deploy"])
def test_the_phase_chooses_which_policies_are_asked(
    run: Callable[..., Any],
    assessed: Callable[..., Any],
    assessment: Callable[..., Assessment],
    phase: str,
) -> None:
    """A pull request needs no approvals; a deployment does."""
    calls = assessed(assessment("prod"))
    run("check", "prod", "--phase", phase)
    ((_, options),) = calls

    assert isinstance(options, Options)
    assert options.phase == phase


PLANTED = "hunter2-planted-secret"
"""What no output may hold."""


def test_a_secret_of_a_program_is_in_no_form(
    run: Callable[..., Any], project: Path, root: Path
) -> None:
    """A team's resource with a secret input is judged by real policies, and told without it."""
    program = project / "infra" / "foundation" / "__main__.py"
    program.parent.mkdir(parents=True)
    text = (root / "infra" / "foundation" / "__main__.py").read_text()
    own = f"""
import pulumi
import pulumi_aws as aws

hidden = pulumi.Output.secret("{PLANTED}")
bucket = aws.s3.Bucket("mine", bucket=hidden, tags={{"owner": hidden}})
aws.s3.BucketPolicy("mine", bucket=bucket.id, policy=hidden)
"""
    program.write_text(text + own)
    done = {form: run("check", "dev", "--format", form) for form in FORMS}

    assert {one.code for one in done.values()} == {1}
    assert "mine" in done["json"].out
    assert [form for form, one in done.items() if PLANTED in one.out + one.err] == []
