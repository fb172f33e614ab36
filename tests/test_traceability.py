"""Every requirement has a feature, a place and a test, and all that the table names is there."""

from __future__ import annotations

import shutil
from pathlib import Path

import traceability
import yaml

ROOT = Path(__file__).resolve().parents[1]
IDS = [*(f"M{number}" for number in range(1, 25)), *(f"P{number}" for number in range(1, 10))]


def test_every_requirement_has_a_row() -> None:
    """In their order, each with a file and a test at least."""
    rows = traceability.rows(ROOT)

    assert list(rows) == IDS
    assert [name for name, row in rows.items() if not (row["modules"] and row["tests"])] == []


def test_all_that_it_names_is_there() -> None:
    """Documents, files, and tests by their names."""
    assert list(traceability.faults(ROOT)) == []


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    """A file that was moved and a test that was renamed do not stay in the table."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "templates/model-repo/{{x}}").mkdir(parents=True)
    shutil.copy(__file__, tmp_path / "tests/test_here.py")
    rows = {
        "M1": {
            "must": "",
            "feature": "",
            "docs": "gone.md",
            "modules": ["tests/test_here.py", "model:gone.py"],
            "tests": [
                "tests/test_here.py::test_gone",
                "tests/test_here.py::IDS",
                "gone.py::test_a",
            ],
        },
        "M2": {"must": ""},
    }
    (tmp_path / traceability.DATA).write_text(yaml.safe_dump(rows))

    assert list(traceability.faults(tmp_path)) == [
        "M1: there is no document gone.md",
        "M1: there is no model:gone.py",
        "M1: there is no test tests/test_here.py::test_gone",
        "M1: there is no test tests/test_here.py::IDS",
        "M1: there is no test gone.py::test_a",
        "M2: has other keys than it should",
    ]


def test_the_page_has_a_line_for_each() -> None:
    """With a link to the document that explains it."""
    page = traceability.page(ROOT)
    rows = [line for line in page.splitlines() if line.startswith(("| M", "| P"))]

    assert [row.split()[1] for row in rows] == IDS
    assert "([Engines](engines.md))" in page
    assert "([Add resources of your own](../how-to/own-component.md))" in page
