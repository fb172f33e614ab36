"""Markdown: read by a real parser, so that a table is a table and text is text."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from support.reports import HARD, environment, full, report
from support.waivers import finding

from bedplate.policy.finding import printable
from bedplate.policy.formats import markdown

if TYPE_CHECKING:
    from pathlib import Path

    from markdown_it.token import Token


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _shown(token: Token) -> str:
    """Return what a reader sees of a token's text; markup in it would leave a mark."""
    kinds = {"text", "text_special", "entity"}
    return "".join(
        child.content if child.type in kinds else f"<{child.type}>"
        for child in token.children or []
    )


def _tables(text: str) -> list[list[list[str]]]:
    """Return the rows of each table as a reader sees them."""
    tables: list[list[list[str]]] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for before, token in itertools.pairwise(tokens):
        if before.type == "table_open":
            tables.append([])
        elif before.type == "tr_open":
            tables[-1].append([])
        if before.type in {"th_open", "td_open"}:
            tables[-1][-1].append(_shown(token))
    return tables


def test_tables_say_what_to_change_where(tmp_path: Path) -> None:
    """A summary, the findings with their lines, and the waivers; no text becomes markup."""
    summary, findings, waivers = _tables(markdown.render(full(tmp_path)))

    assert summary[1:] == [
        ["prod", "<strong_open>blocked<strong_close>", "3", "1", "5", "1", "1", "1", "1"],
        ["dev", "<strong_open>blocked<strong_close>", *["0"] * 7],
        ["test", "<strong_open>blocked<strong_close>", *["0"] * 7],
    ]
    assert findings[1] == [
        "stacks/prod.yaml:7",
        "ENC-001",
        "high",
        "broken",
        f"{HARD}. Fix: Paint it.",
    ]
    assert [row[2] for row in findings[1:]] == [
        "high",
        "critical",
        "high unresolved",
        "low error",
        "high",
        "high advisory",
        "low advisory",
        "medium waived",
    ]
    assert waivers[1:] == [
        ["W-1", "ENC-007", "SEC-12", "Bob Baker", "2026-12-31", "in force", "1"],
        ["W-2", "ENC-007", "SEC-12", "Bob Baker", "2026-11-24", "expired", "0"],
    ]


def test_problems_and_refusals_are_told(tmp_path: Path) -> None:
    """An environment without findings says why."""
    text = markdown.render(full(tmp_path))

    assert "aws.region: \\`mars\\` is no region. Fix: did you mean \\`me-central-1\\`?" in text
    assert "\nThe program failed: 1 2. Fix: mend it.\n" in text
    assert "W-2: it expired on 2026-11-24, so that what it excused counts again." in text


def test_a_clean_check_is_one_table(tmp_path: Path) -> None:
    """Nothing to change, nothing to read."""
    one = environment(tmp_path, finding(verdict="pass", message=""))
    text = markdown.render(report(tmp_path, one))

    assert "##" not in text
    assert _tables(text)[0][1][1] == "<strong_open>clean<strong_close>"


def test_a_long_list_says_that_it_was_cut(tmp_path: Path) -> None:
    """Code hosts refuse a text that is too long; the count stays true."""
    findings = [finding(f"bucket-{number}") for number in range(markdown.MOST + 7)]
    text = markdown.render(report(tmp_path, environment(tmp_path, *findings)))

    assert len(_tables(text)[1]) == markdown.MOST + 1
    assert "\n7 further findings are not listed here.\n" in text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"])))
def test_any_message_is_shown_as_it_is(tmp_path: Path, text: str) -> None:
    """Whatever a rule says is one cell, and what a reader sees of it is what it said."""
    message = printable(text)
    one = environment(tmp_path, finding(message=message, remediation=""))
    (row,) = _tables(markdown.render(report(tmp_path, one)))[1][1:]
    expected = " ".join((message.rstrip(".") or "no message").split())

    assert row[-1] == f"{expected}."
