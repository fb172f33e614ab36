"""Clauses are read whole, or refused at their line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.plans import CONTROLS

from bedplate.policy.controls import Control, load_controls

if TYPE_CHECKING:
    from pathlib import Path


def test_a_clause_is_read(tmp_path: Path) -> None:
    """Every field arrives."""
    file = tmp_path / "controls.yaml"
    file.write_text(CONTROLS)

    assert load_controls(file) == (
        {
            "gdpr:32": Control(
                id="gdpr:32",
                regime="GDPR",
                title="Security",
                text="Encrypt.",
                status="in-force",
                effective="2018-05-25",
                source="Official Journal",
                confidence="high",
            )
        },
        [],
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('  title: "Security"\n', "", "1:1: gdpr:32: the control lacks title. Fix: add them."),
        (
            "  confidence: high",
            "  confidence: high\n  colour: blue",
            (
                "1:1: gdpr:32: the control has unknown keys: colour. "
                "Fix: use regime, title, text, status, effective, source, confidence."
            ),
        ),
        (
            "in-force",
            "soon",
            '1:1: gdpr:32: the status is "soon". Fix: use one of in-force, adopted, unclear.',
        ),
        (
            "confidence: high",
            "confidence: sure",
            '1:1: gdpr:32: the confidence is "sure". Fix: use one of high, medium, unverified.',
        ),
    ],
)
def test_a_faulty_clause_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    """A clause without status or source must not reach a report."""
    file = tmp_path / "controls.yaml"
    file.write_text(CONTROLS.replace(old, new, 1))
    controls, problems = load_controls(file)

    assert controls == {}
    assert [str(problem) for problem in problems] == [f"{file}:{message}"]


def test_a_clause_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    """A list of names is no control file."""
    file = tmp_path / "controls.yaml"
    file.write_text('"gdpr:32": Encrypt.\n')
    _, problems = load_controls(file)

    assert [problem.problem for problem in problems] == ["the control is no mapping"]
