"""How much a waiver may excuse, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from support.waivers import TODAY, finding, sign, standing, waivers

from bedplate.policy.decision import decide

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.policy.decision import Decision


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _statuses(decision: Decision) -> list[str]:
    return [ruling.status for ruling in decision.rulings]


def _notes(decision: Decision) -> list[str]:
    return [str(note) for note in decision.notes]


@pytest.mark.parametrize(
    ("severity", "most"), [("critical", 3), ("high", 10), ("medium", 25), ("low", 50)]
)
def test_breadth_is_capped_by_severity(tmp_path: Path, severity: str, most: int) -> None:
    """As many resources of one layer as the severity allows, and not one more."""
    found = sign(tmp_path, waivers(tmp_path, {"resources": ["scratch*"], "expires": "2026-11-30"}))
    findings = [finding(f"scratch{i}", severity=severity) for i in range(most + 1)]
    enough = decide(findings[:most], found, standing(), TODAY)
    more = decide(findings, found, standing("low"), TODAY)

    assert {f.verdict for f in enough.findings} == {"waived"}
    assert {(f.verdict, f.blocks) for f in more.findings} == {("fail", True)}
    assert _notes(more) == [
        (
            f"waivers.yaml:2:5: W-1: it covers {most + 1} resources of one layer; a waiver of a "
            f"{severity} policy may {most}. Fix: name fewer, or mend the cause."
        )
    ]


def test_breadth_is_counted_in_each_layer(tmp_path: Path) -> None:
    """A caller that sees one layer at a time comes to the same verdict."""
    found = sign(tmp_path, waivers(tmp_path, {"resources": ["scratch*"], "expires": "2026-11-30"}))
    first = [finding(f"scratch{i}", severity="critical") for i in range(3)]
    second = [replace(f, urn=f.urn.replace("foundation", "platform")) for f in first]
    twice = [*first, *first]  # two findings on one resource count once

    for findings in (first, second, [*first, *second], twice):
        decision = decide(findings, found, standing(), TODAY)
        assert {f.verdict for f in decision.findings} == {"waived"}


@pytest.mark.parametrize(
    ("severity", "most"), [("critical", 30), ("high", 90), ("medium", 180), ("low", 365)]
)
def test_the_time_is_capped_by_severity(tmp_path: Path, severity: str, most: int) -> None:
    """As many days as the severity allows, and not one more."""
    statuses = []
    for days in (most, most + 1):
        expires = (date(2026, 11, 1) + timedelta(days)).isoformat()
        found = sign(tmp_path, waivers(tmp_path, {"expires": expires}))
        statuses += _statuses(decide([finding(severity=severity)], found, standing(), TODAY))

    assert statuses == ["in force", "too long"]


@pytest.mark.parametrize(
    ("today", "status", "note"),
    [
        (date(2026, 10, 31), "not yet", "it does not hold before 2026-11-01"),
        (date(2026, 11, 1), "in force", None),
        (date(2026, 12, 16), "in force", None),
        (date(2026, 12, 17), "in force", "it expires on 2026-12-31, in 14 days"),
        (date(2026, 12, 30), "in force", "it expires on 2026-12-31, in 1 day"),
        (date(2026, 12, 31), "in force", "it expires on 2026-12-31, today"),
        (date(2027, 1, 1), "expired", "it expired on 2026-12-31, so that"),
    ],
)
def test_the_day_decides(tmp_path: Path, today: date, status: str, note: str | None) -> None:
    """It holds from its first to its last day, and tells two weeks before that it ends."""
    decision = decide([finding()], waivers(tmp_path, {}), standing(), today)

    assert _statuses(decision) == [status]
    assert (decision.findings[0].verdict == "waived") is (status == "in force")
    assert len(decision.notes) == (note is not None)
    if note:
        assert decision.notes[0].problem.startswith(note)
