"""Verb `check`: what is shown, what is written, and the exit code."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from bedplate.cli.findings_table import grouped, line
from bedplate.errors import Problem
from bedplate.governance.assessment import Options
from bedplate.policy.finding import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from bedplate.governance.assessment import Assessment
    from bedplate.operate.cost import Cost
    from bedplate.policy.finding import Finding

ENDPOINT = (
    "stacks/prod.yaml:7:19: ZT-001 critical: The API endpoint of cluster is open to anywhere. "
    "Fix: set cluster.endpoint_access to private."
)
COLUMNS = "Environment Layers Resources Passed Failed Errors Open Waived USD/hour USD/month Verdict"
NOTES = [
    "Costs run from idle to full scale throughout; `bedplate cost ENV` shows parts.",
    "+ prod: no price for ebs:gp3-gib, ec2:g6.2xlarge.",
]

pytestmark = pytest.mark.usefixtures("project")


def test_findings_stand_above_a_table_of_environments(
    run: Callable[..., Any],
    assessed: Callable[..., Any],
    assessment: Callable[..., Assessment],
    finding: Callable[..., Finding],
) -> None:
    """What blocks comes first, then what is open, then advice; passes are only counted."""
    advice = finding(
        policy="GPU-005",
        severity="low",
        level="advisory",
        message="Near the budget",
        remediation="raise it",
    )
    open_one = finding(policy="ENC-001", severity="high", verdict="unresolved")
    broken = finding(policy="OPS-001", severity="medium", verdict="error", source=None)
    passed = finding(verdict="pass", message="")
    assessed(assessment("prod", advice, open_one, passed, passed, finding(), broken))
    done = run("check")
    verdicts = "1 critical, 1 low advisory 1 medium 1 high 0"

    assert (done.code, done.err) == (1, "")
    assert done.rows == [
        "prod: blocked",
        ENDPOINT,
        ENDPOINT.replace("stacks/prod.yaml:7:19", "cluster").replace(
            "ZT-001 critical", "OPS-001 medium error"
        ),
        ENDPOINT.replace("ZT-001 critical", "ENC-001 high unresolved"),
        "stacks/prod.yaml:7:19: GPU-005 low advisory: Near the budget. Fix: raise it.",
        "",
        COLUMNS,
        f"prod foundation 3 2 {verdicts} 1.00 to 4.00+ 730 to 2,920+ blocked",
        *NOTES,
    ]


def test_problems_of_the_files_stand_alone(
    run: Callable[..., Any], assessed: Callable[..., Any], assessment: Callable[..., Assessment]
) -> None:
    """Files that can't be resolved have no plan and no price; each problem has its place."""
    problems = (
        Problem("stacks/prod.yaml", 3, 1, "aws.region", "`mars` is no region", "choose one"),
        Problem("stacks/prod.yaml", 9, 5, "budget", "it is missing", "add it"),
    )
    none = {"tier": None, "plan": None, "cost": None}
    refused = assessment("dev", refusal="The program failed. Fix: mend it.", **none)
    assessed(refused, assessment("prod", problems=problems, **none))
    done = run("check")

    assert done.code == 1
    assert done.rows == [
        "dev: blocked",
        "The program failed. Fix: mend it.",
        "",
        "prod: blocked",
        "stacks/prod.yaml:3:1: aws.region: `mars` is no region. Fix: choose one.",
        "stacks/prod.yaml:9:5: budget: it is missing. Fix: add it.",
        "",
        COLUMNS,
        "dev - - - - - - - - - blocked",
        "prod - - - - - - - - - blocked",
    ]


def test_a_clean_environment_is_a_line_of_the_table(
    run: Callable[..., Any],
    assessed: Callable[..., Any],
    assessment: Callable[..., Assessment],
    cost: Cost,
) -> None:
    """Nothing stands above the table, and where everything is priced nothing below."""
    assessed(assessment("prod", cost=replace(cost, unpriced=())))
    done = run("check")

    assert (done.code, len(done.rows)) == (0, 3)
    assert done.rows[2] == NOTES[0]


def test_a_narrow_terminal_shows_what_matters_most(
    run: Callable[..., Any],
    assessed: Callable[..., Any],
    assessment: Callable[..., Assessment],
    finding: Callable[..., Finding],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Columns that say nothing anywhere are left out; no name and no verdict is broken."""
    monkeypatch.setenv("COLUMNS", "80")
    assessed(assessment("staging"), assessment("prod", finding(verdict="unresolved")))
    done = run("check")

    assert done.rows[3:8] == [
        "Environment Resources Failed Open USD/hour USD/month Verdict",
        "staging 3 0 0 1.00 to 730 to clean",
        "4.00+ 2,920+",
        "prod 3 0 1 critical 1.00 to 730 to unresolved",
        "4.00+ 2,920+",
    ]
    assert all(len(line) <= 80 for line in done.out.splitlines()[3:7])


@pytest.mark.parametrize(("count", "shown"), [(4, 4), (5, 3), (300, 3)])
def test_many_findings_of_one_line_are_told_once(
    finding: Callable[..., Finding], count: int, shown: int
) -> None:
    """A wrong region is one mistake, however many resources lie in it; another line is another."""
    many = [finding(message=f"Bucket {number} lies abroad") for number in range(count)]
    other = finding(source=Source("stacks/prod.yaml", 9, 1, ""))
    head = "stacks/prod.yaml:7:19: ZT-001 critical"
    rest = f"{head}: {count - shown} further resources likewise; `--format json` lists them."

    assert list(grouped([*many, other])) == [
        *(line(one) for one in many[:shown]),
        *([rest] if count > shown else []),
        line(other),
    ]


@pytest.mark.parametrize(
    ("verdicts", "tier", "code"),
    [
        ([], "production", 0),
        (["pass", "not_applicable", "waived"], "production", 0),
        (["unresolved"], "development", 0),
        (["unresolved"], "production", 3),
        (["unresolved", "fail"], "production", 1),
        (["error"], "development", 1),
    ],
)
def test_the_gravest_environment_decides_the_exit_code(
    run: Callable[..., Any],
    assessed: Callable[..., Any],
    assessment: Callable[..., Assessment],
    finding: Callable[..., Finding],
    verdicts: list[str],
    tier: str,
    code: int,
) -> None:
    """Blocked before open before clean, whichever environment comes first."""
    findings = [finding(verdict=verdict) for verdict in verdicts]
    assessed(assessment("dev"), assessment("prod", *findings, tier=tier), assessment("staging"))

    assert run("check").code == code


def test_json_is_whole_and_fits_its_schema(
    run: Callable[..., Any],
    assessed: Callable[..., Any],
    assessment: Callable[..., Assessment],
    finding: Callable[..., Finding],
    cost: Cost,
    root: Path,
) -> None:
    """Environments with findings and cost, and a summary; the same from the cache."""
    absent = finding(policy="RES-001", verdict="not_applicable", source=None)
    here = Source(str(Path.cwd() / "infra/main.py"), 3, 1, "")
    own = finding(source=here)
    assessed(assessment("prod", absent, finding(verdict="pass"), own))
    done = run("check", "--format", "json")
    found = json.loads(done.out)

    assert (done.code, done.err) == (1, "")
    schema = json.loads((root / "docs/reference/findings.schema.json").read_text())
    jsonschema.validate(found, schema)
    counts = dict.fromkeys(("unresolved", "waived", "error"), 0)
    verdicts = {"pass": 1, "fail": 1, "not_applicable": 1} | counts
    mandatory = {"enforcement": "mandatory"}
    source = {"file": "infra/main.py", "line": 3, "column": 1, "path": ""}
    assert found == {
        "schema": "bedplate.findings/v1",
        "environments": [
            {
                "environment": "prod",
                "tier": "production",
                "outcome": "blocked",
                "layers": ["foundation"],
                "resources": 3,
                "problems": [],
                "refusal": "",
                "findings": [
                    finding(verdict="pass").to_json() | mandatory,
                    own.to_json() | {"source": source} | mandatory,
                ],
                "verdicts": verdicts,
                "waivers": [],
                "cost": cost.to_json(),
            }
        ],
        "summary": {
            "environments": 1,
            "resources": 3,
            "verdicts": verdicts,
            "outcome": "blocked",
            "exit_code": 1,
        },
    }

    assessed(replace(assessment("prod", absent, finding(verdict="pass"), own), cached=True))
    assert run("check", "--format", "json") == done


def test_all_lists_what_applies_to_nothing_too(
    run: Callable[..., Any],
    assessed: Callable[..., Any],
    assessment: Callable[..., Assessment],
    finding: Callable[..., Finding],
) -> None:
    """`--all` keeps policies without a subject in the JSON."""
    assessed(assessment("prod", finding(verdict="not_applicable")))
    done = run("check", "--format", "json", "--all")

    (environment,) = json.loads(done.out)["environments"]
    assert [entry["verdict"] for entry in environment["findings"]] == ["not_applicable"]


def test_a_file_gets_the_result_instead(
    run: Callable[..., Any], assessed: Callable[..., Any], assessment: Callable[..., Assessment]
) -> None:
    """`--output` writes the same document, prints nothing and keeps the exit code."""
    assessed(assessment("prod"))
    shown = run("check", "--format", "json").out
    done = run("check", "--format", "json", "--output", "out.json")

    assert (done.code, done.out, done.err) == (0, "", "")
    assert Path("out.json").read_text() == shown


def test_options_reach_the_assessment(
    run: Callable[..., Any], assessed: Callable[..., Any], assessment: Callable[..., Assessment]
) -> None:
    """Which environments, which folder, which Rego engine, and whether to use the cache."""
    calls = assessed(assessment("prod"))
    run("check")
    run("check", "prod", "--stacks", "stacks", "--rego", "opa", "--no-cache")

    assert calls == [
        (("dev", "prod"), Options(Path("stacks"), cache=Path.cwd() / "cache" / "bedplate")),
        (("prod",), Options(Path("stacks"), rego="opa", cache=None)),
    ]


def test_an_unknown_environment_is_wrong_usage(run: Callable[..., Any]) -> None:
    """It is named before any work begins."""
    done = run("check", "prdo")

    assert (done.code, done.out) == (2, "")
    assert done.err == "There is no environment `prdo` in stacks. Fix: did you mean `prod`?\n"


@pytest.mark.parametrize(
    ("source", "place"),
    [
        (Source("stacks/prod.yaml", 7, 0, "cluster"), "stacks/prod.yaml:7"),
        (Source("stacks/prod.yaml", 0, 0, ""), "stacks/prod.yaml"),
        (Source("/elsewhere/main.py", 3, 1, ""), "/elsewhere/main.py:3:1"),
        (None, "cluster"),
    ],
)
def test_a_finding_names_the_place_as_far_as_it_is_known(
    finding: Callable[..., Finding], source: Source | None, place: str
) -> None:
    """A line without a column, a file without a line, or the resource's name."""
    assert line(finding(source=source)) == ENDPOINT.replace("stacks/prod.yaml:7:19", place)


def test_a_real_check_runs_end_to_end(run: Callable[..., Any]) -> None:
    """With the built-in program and policies: a plan, verdicts and a price, then from the cache."""
    first = run("check", "dev", "--format", "json")
    (environment,) = json.loads(first.out)["environments"]

    assert environment["problems"] == []
    assert environment["refusal"] == ""
    assert environment["resources"] > 200
    assert environment["verdicts"]["pass"] > 500
    assert environment["cost"]["hourly_usd"] > 0
    assert run("check", "dev", "--format", "json") == first
