"""`bedplate report`: one file, written whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_report_is_written_on_all_environments(
    run: Callable[..., Any],
    project: Path,
    assessment: Callable[..., Any],
    assessed: Callable[..., list[Any]],
) -> None:
    """In the order in which changes pass through them, whatever their names are."""
    calls = assessed(assessment("prod"), assessment("dev", tier="development"))
    done = run("report")
    html = (project / "report.html").read_text(encoding="utf-8")

    assert (done.code, done.out, done.err) == (0, "Written to report.html.\n", "")
    assert calls[0][0] == ("dev", "prod")
    assert html.index("<strong>dev:</strong>") < html.index("<strong>prod:</strong>")
    assert html.startswith("<!doctype html>")
    assert html.endswith("</html>\n")


def test_environments_that_are_named_stand_as_named(
    run: Callable[..., Any],
    project: Path,
    assessment: Callable[..., Any],
    assessed: Callable[..., list[Any]],
) -> None:
    """And the file is where it is asked for."""
    assessed(assessment("prod"), assessment("dev", tier="development"))
    done = run("report", "prod", "dev", "--output", "stacks/r.html")
    html = (project / "stacks/r.html").read_text(encoding="utf-8")

    assert (done.code, done.out) == (0, "Written to stacks/r.html.\n")
    assert html.index("<strong>prod:</strong>") < html.index("<strong>dev:</strong>")


def test_what_blocks_is_shown_and_does_not_fail_the_report(
    run: Callable[..., Any],
    project: Path,
    assessment: Callable[..., Any],
    assessed: Callable[..., list[Any]],
    finding: Callable[..., Any],
) -> None:
    """`bedplate check` is what stops a pipeline."""
    assessed(assessment("prod", finding(), finding(message="<script>alert(1)</script>")))
    done = run("report", "prod")
    html = (project / "report.html").read_text(encoding="utf-8")

    assert done.code == 0
    assert "<strong>prod:</strong> blocked" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_files_that_are_wrong_are_in_the_report(run: Callable[..., Any], project: Path) -> None:
    """Nothing has to be simulated for that."""
    (project / "stacks/common.yaml").unlink()
    done = run("report", "prod", "--no-cache")
    html = (project / "report.html").read_text(encoding="utf-8")

    assert (done.code, done.err) == (0, "")
    assert "<code>blueprint</code>: a required value is missing. <strong>Fix:</strong>" in html
    assert "prod has no release." in html
    assert "Nothing is recorded of prod yet." in html


def test_a_file_that_can_not_be_written_stays_as_it_was(
    run: Callable[..., Any],
    project: Path,
    assessment: Callable[..., Any],
    assessed: Callable[..., list[Any]],
) -> None:
    """It is a sentence, and nothing half-written is left."""
    assessed(assessment("prod"))
    done = run("report", "prod", "--output", "nowhere/report.html")

    assert (done.code, done.err) == (
        2,
        (
            "nowhere/report.html can't be written: no such file or directory. "
            "Fix: name a file in a folder that exists and that you may write to.\n"
        ),
    )
    assert not list(project.rglob("*report*"))
