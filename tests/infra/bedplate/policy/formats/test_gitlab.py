"""GitLab's code quality report: the fields that GitLab documents, and no others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from support.reports import full

from bedplate.policy.formats import gitlab

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "type": {"const": "issue"},
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "lines"],
                "properties": {
                    # Relative to the root of the repository, and not begun with "./".
                    "path": {"type": "string", "pattern": "^[^./][^:]*$"},
                    "lines": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
"""What https://docs.gitlab.com/ci/testing/code_quality/ asks for; GitLab publishes no schema."""


@pytest.fixture
def issues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return the issues of the full report."""
    monkeypatch.chdir(tmp_path)
    found: list[dict[str, Any]] = json.loads(gitlab.render(full(tmp_path)))
    return found


def test_it_is_what_gitlab_documents(issues: list[dict[str, Any]]) -> None:
    """Every field and value; fingerprints tell issues apart."""
    jsonschema.validate(issues, SCHEMA)

    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 11


def test_severities_are_gitlabs(issues: list[dict[str, Any]]) -> None:
    """The gravest is a blocker; what is waived informs."""
    severities = {issue["check_name"]: issue["severity"] for issue in issues}

    assert severities == {
        "ENC-001": "critical",
        "ZT-001": "blocker",
        "ENC-002": "critical",
        "OPS-001": "minor",
        "ACME-001": "critical",
        "GPU-005": "critical",
        "TAG-001": "minor",
        "ENC-007": "info",
        "BEDPLATE-WAIVER": "minor",
        "BEDPLATE-FILE": "blocker",
    }


def test_an_issue_stands_at_its_line(issues: list[dict[str, Any]]) -> None:
    """With all that is to be said, since GitLab shows nothing else."""
    (waived,) = [issue for issue in issues if issue["check_name"] == "ENC-007"]

    assert waived["location"] == {"path": "stacks/prod.yaml", "lines": {"begin": 5}}
    assert waived["description"] == (
        "prod: ENC-007 medium waived: scratch: It is not blue. "
        "Waived by W-1 (SEC-12) until 2026-12-31, approved by Bob Baker: "
        "The store is emptied every night. Fix: Paint it."
    )
