"""SARIF: held against Microsoft's validator and the published schema."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from support.reports import environment, full, report
from support.waivers import finding

from bedplate.policy.finding import Source
from bedplate.policy.formats import sarif
from bedplate.policy.formats.report import repository_root


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _results(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the results of the full report by the first resource they name, else by rule."""
    (run,) = sarif.document(full(folder))["runs"]
    found: dict[str, dict[str, Any]] = {}
    for result in run["results"]:
        names = result["locations"][0].get("logicalLocations", [{}])
        found.setdefault(names[0].get("name", result["ruleId"]), result)
    return found


def _place(result: dict[str, Any]) -> tuple[str, int, int | None]:
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    region = physical["region"]
    return physical["artifactLocation"]["uri"], region["startLine"], region.get("startColumn")


@pytest.mark.needs("sarif-multitool")
@pytest.mark.parametrize("empty", [False, True])
def test_the_validator_of_sarif_has_no_error(tmp_path: Path, *, empty: bool) -> None:
    """Nothing to say but that the tool has no page of its own on the web."""
    log, said = tmp_path / "out.sarif", tmp_path / "said.sarif"
    made = report(tmp_path, environment(tmp_path)) if empty else full(tmp_path)
    log.write_text(sarif.render(made))
    command = ["sarif-multitool", "validate", str(log), "--output", str(said)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    (run,) = json.loads(said.read_text(encoding="utf-8-sig"))["runs"]

    assert done.returncode == 0, done.stdout
    rules = {result["ruleId"].split("/")[0] for result in run["results"]}
    assert rules <= {"SARIF2005"}, run["results"]


@pytest.mark.needs("sarif-multitool")
def test_it_fits_the_published_schema(tmp_path: Path) -> None:
    """The schema of SARIF 2.1.0, as it lies beside its validator."""
    program = shutil.which("sarif-multitool")
    assert program is not None
    schema = json.loads((Path(program).resolve().parent / "sarif-2.1.0.json").read_text())
    wrong = json.loads(sarif.render(full(tmp_path)))
    jsonschema.validate(wrong, schema)
    wrong["runs"][0]["results"][0]["level"] = "blocked"

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


def test_a_violation_sits_on_the_line_to_change(tmp_path: Path) -> None:
    """Below the root of the repository; what is set outside of it, at the environment's file."""
    found = _results(tmp_path)

    assert _place(found["broken"]) == ("stacks/prod.yaml", 7, 19)
    assert _place(found["erred"]) == ("stacks/prod.yaml", 1, None)
    assert _place(found["outside"]) == ("stacks/prod.yaml", 1, None)
    assert found["outside"]["message"]["text"] == (
        "prod: outside: It is not blue. Fix: Paint it. "
        "It is set in /usr/lib/blueprints/uae/blueprint.yaml:9."
    )
    assert _place(found["BEDPLATE-FILE"]) == ("stacks/prod.yaml", 4, 7)
    assert _place(found["BEDPLATE-WAIVER"]) == ("waivers.yaml", 3, 5)


@pytest.mark.parametrize(
    ("name", "kind", "level", "blocks"),
    [
        ("broken", "fail", "error", True),
        ("outside", "fail", "error", True),
        ("open", "fail", "error", True),
        ("erred", "fail", "error", True),
        ("advice", "fail", "warning", False),
        ("low", "fail", "note", False),
        ("scratch", "fail", "warning", False),
    ],
)
def test_the_level_says_what_blocks(
    tmp_path: Path, name: str, kind: str, level: str, *, blocks: bool
) -> None:
    """An error stops a deployment, and nothing else does."""
    result = _results(tmp_path)[name]

    assert (result["kind"], result["level"]) == (kind, level)
    assert result["properties"]["blocks"] is blocks


def test_an_open_verdict_that_does_not_block_is_open(tmp_path: Path) -> None:
    """SARIF has a word for it; its level is then none."""
    one = environment(tmp_path, finding(verdict="unresolved"))
    (result,) = sarif.document(report(tmp_path, one))["runs"][0]["results"]

    assert (result["kind"], result["level"]) == ("open", "none")


def test_what_is_waived_is_suppressed_with_its_reason(tmp_path: Path) -> None:
    """Who allowed it, why, by which ticket and until when."""
    found = _results(tmp_path)

    assert found["scratch"]["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": (
                "Waived by W-1 (SEC-12) until 2026-12-31, approved by Bob Baker: "
                "The store is emptied every night."
            ),
            "properties": {"waiver": "W-1", "ticket": "SEC-12", "expires": "2026-12-31"},
        }
    ]
    assert [name for name, result in found.items() if "suppressions" in result] == ["scratch"]


def test_rules_have_help_severity_and_clauses(tmp_path: Path) -> None:
    """Every policy of the catalogue, and those that only a finding tells of."""
    (run,) = sarif.document(full(tmp_path))["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    rule = rules["ENC-001"]

    assert rule["name"] == "BucketsAreEncryptedWithACustomerKey"
    assert rule["shortDescription"] == {"text": "Buckets are encrypted with a customer key."}
    assert rule["properties"]["security-severity"] == "8.0"
    assert rule["properties"]["tags"][:2] == ["security", "encryption"]
    assert "gdpr:32" in rule["properties"]["tags"]
    assert rule["help"]["text"].endswith(f"Maps to: {', '.join(rule['properties']['tags'][2:])}.")
    assert rules["ACME-001"]["shortDescription"] == {"text": "ACME-001."}
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_result_is_known_while_lines_move(tmp_path: Path) -> None:
    """The fingerprint depends on policy, resource and environment, not on place or words."""

    def fingerprints(*findings: Any) -> list[str]:
        one = environment(tmp_path, *findings)
        (run,) = sarif.document(report(tmp_path, one))["runs"]
        return [result["partialFingerprints"]["bedplateFinding/v1"] for result in run["results"]]

    first = finding("a")
    moved = replace(first, source=Source("stacks/prod.yaml", 99, 1, ""), message="Other words.")
    others = (finding("b"), finding("a", policy="ENC-001"), finding("a", level="advisory"))

    assert fingerprints(first) == fingerprints(moved)
    assert len(set(fingerprints(first, *others))) == 4


def test_a_refusal_is_told_by_the_invocation(tmp_path: Path) -> None:
    """An environment that could not be judged is no success, whatever the others are."""
    (run,) = sarif.document(full(tmp_path))["runs"]
    (invocation,) = run["invocations"]

    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 1)
    assert invocation["toolExecutionNotifications"] == [
        {"level": "error", "message": {"text": "test: The program failed: 1\n2. Fix: mend it."}}
    ]


def test_the_root_is_that_of_the_repository(tmp_path: Path) -> None:
    """The nearest folder with `.git` above the stacks; else the one that holds them."""
    stacks = tmp_path / "platform" / "stacks"
    stacks.mkdir(parents=True)

    assert repository_root(stacks) == tmp_path / "platform"
    (tmp_path / ".git").mkdir()
    assert repository_root(stacks) == tmp_path
