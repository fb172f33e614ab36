"""JUnit: read back by junitparser, as test reports are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from junitparser import JUnitXml, TestSuite
from support.reports import environment, full, report
from support.waivers import finding

from bedplate.policy.formats import junit

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.policy.formats.report import Report


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _suites(made: Report) -> dict[str, TestSuite]:
    text = junit.render(made)
    return {suite.name: suite for suite in JUnitXml.fromstring(text.encode())}


def _kinds(suite: TestSuite) -> dict[str, str]:
    """Return how each case ended, by the first word of its name."""
    return {
        case.name.split(":")[0]: type(case.result[0]).__name__ if case.result else "passed"
        for case in suite
    }


def test_each_policy_is_a_case(tmp_path: Path) -> None:
    """What blocks fails, what broke is an error, what is waived or without subject is skipped."""
    assert _kinds(_suites(full(tmp_path))["prod"]) == {
        "files": "passed",
        "ENC-001": "Failure",
        "ENC-002": "Failure",
        "ENC-007": "Skipped",
        "GPU-005": "passed",
        "OPS-001": "Error",
        "RES-007": "Skipped",
        "TAG-001": "passed",
        "ZT-001": "Failure",
        "ACME-001": "Failure",
    }


def test_the_counts_are_those_of_the_cases(tmp_path: Path) -> None:
    """Readers take the totals from the attributes."""
    whole = JUnitXml.fromstring(junit.render(full(tmp_path)).encode())
    before = (whole.tests, whole.failures, whole.errors, whole.skipped)
    whole.update_statistics()  # type: ignore[no-untyped-call]

    assert before == (whole.tests, whole.failures, whole.errors, whole.skipped) == (12, 6, 1, 2)


def test_a_failure_lists_every_resource_with_its_line(tmp_path: Path) -> None:
    """One case holds all that one policy says; the gravest comes first."""
    findings = [
        finding("passed", severity="high", verdict="pass", message=""),
        finding("warned", severity="high", level="advisory"),
        finding("one", severity="high"),
        finding("two", severity="high", message="It is green."),
    ]
    suite = _suites(report(tmp_path, environment(tmp_path, *findings)))["prod"]
    (case,) = [case for case in suite if case.name.startswith("ENC-007")]
    (failure,) = case.result

    assert failure.message == "It is not blue. Fix: Paint it."
    assert (failure.type, failure.text.splitlines()) == (
        "high",
        [
            "stacks/prod.yaml:3: high: one: It is not blue. Fix: Paint it.",
            "stacks/prod.yaml:3: high: two: It is green. Fix: Paint it.",
            "stacks/prod.yaml:3: high advisory: warned: It is not blue. Fix: Paint it.",
        ],
    )


def test_what_does_not_block_is_still_told(tmp_path: Path) -> None:
    """Advice and waivers are in the report, although nothing fails for them."""
    suite = _suites(full(tmp_path))["prod"]
    cases = {case.name.split(":")[0]: case for case in suite}

    assert cases["GPU-005"].system_out == (
        "stacks/prod.yaml:3: high advisory: advice: It is not blue. Fix: Paint it."
    )
    assert "Waived by W-1 (SEC-12) until 2026-12-31" in cases["ENC-007"].result[0].message
    assert "W-2: it expired on 2026-11-24" in junit.render(full(tmp_path))


def test_faults_of_files_and_refusals_fail(tmp_path: Path) -> None:
    """An environment without findings is not one that passed."""
    suites = _suites(full(tmp_path))

    assert _kinds(suites["dev"]) == _kinds(suites["test"]) == {"files": "Failure"}


def test_characters_that_xml_cannot_hold_are_left_out(tmp_path: Path) -> None:
    """A program's message may hold any."""
    one = environment(tmp_path, refusal="a\x00b\x1b[0m\ud800c", code=1)
    (case,) = _suites(report(tmp_path, one))["prod"]

    assert case.result[0].message == "a b [0m c"
