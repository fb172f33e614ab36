"""GitHub: workflow commands, read back by the rules that GitHub states for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.reports import HARD, environment, full, report
from support.waivers import finding

from bedplate.policy.formats import github

if TYPE_CHECKING:
    from pathlib import Path

_COMMAND = re.compile(r"::(?P<name>error|warning|notice) (?P<properties>[^:]*)::(?P<data>.*)")


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _decoded(text: str) -> str:
    for escaped, plain in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(escaped, plain)
    return text


def _read(line: str) -> tuple[str, dict[str, str], str]:
    """Return a command's name, properties and message, as the runner reads them."""
    found = _COMMAND.fullmatch(line)
    assert found, line
    pairs = (pair.split("=", 1) for pair in found["properties"].split(","))
    return (
        found["name"],
        {key: _decoded(value) for key, value in pairs},
        _decoded(found["data"]),
    )


def test_commands_stand_at_their_lines_and_what_blocks_comes_first(tmp_path: Path) -> None:
    """GitHub shows the first ten of a kind only."""
    lines = github.render(full(tmp_path)).splitlines()
    commands = [_read(line) for line in lines[:-3]]
    first = commands[0]

    assert [name for name, _, _ in commands] == [*["error"] * 7, *["warning"] * 3, "notice"]
    assert first == (
        "error",
        {"file": "stacks/prod.yaml", "line": "7", "col": "19", "title": "prod: ENC-001 high"},
        f"broken: {HARD}. Fix: Paint it.",
    )
    assert commands[6][1:] == (
        {"file": "stacks/prod.yaml", "line": "1", "title": "test: it could not be judged"},
        "The program failed: 1\n2. Fix: mend it.",
    )
    assert lines[-3:] == [
        ("prod: blocked (1 pass, 5 fail, 1 unresolved, 1 not_applicable, 1 waived, 1 error)"),
        "dev: blocked (nothing was judged)",
        "test: blocked (nothing was judged)",
    ]


def test_a_waived_finding_is_a_notice(tmp_path: Path) -> None:
    """It is seen, and does not look like something to do."""
    (notice,) = [
        _read(line) for line in github.render(full(tmp_path)).splitlines() if "notice" in line
    ]

    assert notice[1]["title"] == "prod: ENC-007 medium waived"
    assert "Waived by W-1 (SEC-12) until 2026-12-31, approved by Bob Baker" in notice[2]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_no_message_starts_a_command_of_its_own(tmp_path: Path, text: str) -> None:
    """Whatever a rule says, it is one command with one message."""
    one = environment(tmp_path, finding(message=text, severity="high"))
    rendered = github.render(report(tmp_path, one))
    first, *rest = rendered.split("\n")

    assert _read(first)[0] == "error"
    assert rest == ["prod: blocked (1 fail)"]
