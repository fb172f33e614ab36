"""OSCAL: read back by compliance-trestle's models, which hold the schema of NIST."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.reports import NOW, environment, full, report
from support.waivers import finding
from trestle.oscal.assessment_results import AssessmentResults, Model

from bedplate.policy.formats import oscal

if TYPE_CHECKING:
    from pathlib import Path

    from trestle.oscal.assessment_results import Result

    from bedplate.policy.formats.report import Report


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _read(made: Report) -> AssessmentResults:
    """Return assessment results as trestle reads them; it refuses what the schema does not have."""
    return Model.model_validate_json(oscal.render(made)).assessment_results


def _result(made: Report) -> Result:
    return _read(made).results[0]


def test_trestle_reads_it(tmp_path: Path) -> None:
    """A result an environment; the same check gives the same document, a later one another."""
    made = full(tmp_path)
    read = _read(made)

    assert [result.title for result in read.results] == [
        "Environment prod",
        "Environment dev",
        "Environment test",
    ]
    assert oscal.render(made) == oscal.render(full(tmp_path))
    later = _read(replace(made, now=NOW + timedelta(days=1)))
    assert later.uuid != read.uuid


def test_a_wrong_document_is_refused(tmp_path: Path) -> None:
    """The reader reads more than JSON."""
    document = oscal.document(full(tmp_path))
    document["assessment-results"]["results"][0]["risks"][0]["status"] = "on holiday"

    with pytest.raises(ValueError, match="status"):
        Model.model_validate_json(json.dumps(document))


def test_each_policy_is_an_observation_of_what_it_judged(tmp_path: Path) -> None:
    """Passes are evidence too: which policy saw which resource."""
    findings = [
        finding("one", verdict="pass", message=""),
        finding("two"),
        finding("three", verdict="not_applicable"),
    ]
    result = _result(report(tmp_path, environment(tmp_path, *findings)))
    (observation,) = result.observations or []
    verdicts = {prop.name: prop.value for prop in observation.props or []}

    assert observation.title == "ENC-007: Image repositories are encrypted with a customer key"
    assert verdicts == {
        "policy": "ENC-007",
        "severity": "medium",
        "pass": "1",
        "fail": "1",
        "not_applicable": "1",
    }
    assert [str(subject.title).rsplit("::", 1)[-1] for subject in observation.subjects or []] == [
        "one",
        "two",
    ]
    assert [evidence.description for evidence in observation.relevant_evidence or []] == [
        "stacks/prod.yaml:3: medium advisory: two: It is not blue. Fix: Paint it."
    ]


def test_a_clause_is_satisfied_where_all_that_maps_to_it_holds(tmp_path: Path) -> None:
    """One policy that is broken, open or waived is enough against it; none asked says nothing."""

    def states(verdict: str) -> dict[str, str]:
        # It is not in the catalogue, so that the findings tell its clauses.
        findings = [finding("b", policy="ACME-001", verdict=said) for said in ("pass", verdict)]
        result = _result(report(tmp_path, environment(tmp_path, *findings)))
        return {
            one.target.target_id: one.target.status.state.value
            for one in result.findings or []
            if one.target.status
        }

    for verdict in ("pass", "not_applicable"):
        assert states(verdict) == {"gdpr_32": "satisfied"}
    for verdict in ("fail", "unresolved", "error"):
        assert states(verdict) == {"gdpr_32": "not-satisfied"}
    nobody = environment(tmp_path, finding(verdict="not_applicable"))
    assert _result(report(tmp_path, nobody)).findings is None


def test_a_waiver_is_an_approved_deviation_with_its_deadline(tmp_path: Path) -> None:
    """An auditor sees what was accepted, by whom, and until when; it stays not satisfied."""
    result = _result(full(tmp_path))
    risks = {risk.title: risk for risk in result.risks or []}
    waived = risks["ENC-007: scratch"]
    props = {prop.name: prop.value for prop in waived.props or []}

    statuses = {title: risk.status.model_dump(mode="json") for title, risk in risks.items()}

    assert statuses.pop("ENC-007: scratch") == "deviation-approved"
    assert set(statuses.values()) == {"open"}
    assert waived.deadline is not None
    assert waived.deadline.isoformat() == "2026-12-31T23:59:59+00:00"
    assert (props["waiver"], props["ticket"], props["approved-by"]) == (
        "W-1",
        "SEC-12",
        "Bob Baker",
    )
    assert (waived.mitigating_factors or [])[0].description.startswith("Waived by W-1 (SEC-12)")


def test_references_lead_somewhere(tmp_path: Path) -> None:
    """Every observation and risk that is referred to is there, once."""
    for result in _read(full(tmp_path)).results:
        observations = [one.uuid for one in result.observations or []]
        risks = [one.uuid for one in result.risks or []]
        lists = [
            *(one.related_observations or [] for one in result.findings or []),
            *(risk.related_observations or [] for risk in result.risks or []),
        ]
        related = {ref.observation_uuid for refs in lists for ref in refs}
        named = {ref.risk_uuid for one in result.findings or [] for ref in one.related_risks or []}

        assert len(set(observations)) == len(observations)
        assert len(set(risks)) == len(risks)
        assert related <= set(observations)
        assert named <= set(risks)


def test_what_could_not_be_judged_says_so(tmp_path: Path) -> None:
    """A result without observations tells why."""
    _, bad, refused = _read(full(tmp_path)).results

    assert bad.observations is None
    assert "`mars` is no region" in bad.description
    assert "The program failed: 1" in refused.description
