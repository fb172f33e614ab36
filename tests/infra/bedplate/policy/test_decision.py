"""What waivers excuse and what blocks: one function, with the day as a parameter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.waivers import BUCKET, ENTRY, TODAY, finding, standing, waivers

from bedplate.policy.decision import Standing, decide, unknown_standing
from bedplate.policy.finding import Excuse
from bedplate.policy.ladder import Ladder
from bedplate.policy.waivers import NO_WAIVERS

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from bedplate.policy.decision import Decision


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _statuses(decision: Decision) -> list[str]:
    return [ruling.status for ruling in decision.rulings]


def _notes(decision: Decision) -> list[str]:
    return [str(note) for note in decision.notes]


def test_a_waiver_that_holds_is_shown_with_the_finding(tmp_path: Path) -> None:
    """The finding is waived, names the waiver, its ticket and its end, and blocks nothing."""
    found = waivers(tmp_path, {})
    decision = decide([finding(), finding("other")], found, standing("low"), TODAY)
    first, second = decision.findings

    assert (first.verdict, first.blocks, second.verdict, second.blocks) == (
        ("waived", False, "fail", True)
    )
    assert first.excuse == Excuse(
        id="W-1",
        ticket="SEC-12",
        reason="The store is emptied every night.",
        requested_by="Alice Adams",
        approved_by="Bob Baker",
        expires="2026-12-31",
        verdict="fail",
    )
    assert (second.excuse, first.message) == (None, "It is not blue.")
    assert (_statuses(decision), _notes(decision)) == (["in force"], [])
    assert decision.rulings[0].findings == 1
    assert decision.exit_code == 1
    assert decide([finding()], found, standing("low"), TODAY).exit_code == 0


@pytest.mark.parametrize(
    ("verdict", "after"),
    [
        ("fail", "waived"),
        ("unresolved", "waived"),
        ("error", "error"),
        ("pass", "pass"),
        ("not_applicable", "not_applicable"),
    ],
)
def test_only_a_violation_or_an_open_verdict_is_excused(
    tmp_path: Path, verdict: str, after: str
) -> None:
    """A rule that broke has said nothing that could be accepted."""
    decision = decide([finding(verdict=verdict)], waivers(tmp_path, {}), standing(), TODAY)

    assert decision.findings[0].verdict == after
    assert (_statuses(decision) == ["in force"]) is (after == "waived")
    if after == "waived":
        assert decision.findings[0].excuse is not None
        assert decision.findings[0].excuse.verdict == verdict


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        ("scratch", ["scratch"]),
        ("scratch*", ["scratch", "scratch-2"]),
        ("scratch-?", ["scratch-2"]),
        (f"{BUCKET}scratch", ["scratch"]),
        (f"{BUCKET}scra*", ["scratch", "scratch-2"]),
        ("logs.a", []),
        ("Scratch", []),
        ("aws:s3/bucket:Bucket", []),
    ],
)
def test_resources_are_named_exactly_or_by_a_pattern(
    tmp_path: Path, pattern: str, covered: list[str]
) -> None:
    """By name or by URN, whole and in its case; a dot stands for a dot."""
    findings = [finding(name) for name in ("scratch", "scratch-2", "logs-a")]
    decision = decide(findings, waivers(tmp_path, {"resources": [pattern]}), standing(), TODAY)
    waived = [f.urn.removeprefix(BUCKET) for f in decision.findings if f.verdict == "waived"]

    assert waived == covered


EXPIRED = (
    "waivers.yaml:2:5: W-1: it expired on 2026-11-24, so that what it excused counts again. "
    "Fix: mend the cause and remove the waiver, or have a new one approved."
)


@pytest.mark.parametrize(
    ("change", "status", "note"),
    [
        ({"expires": "2026-11-24"}, "expired", EXPIRED),
        (
            {"created": "2026-11-26"},
            "not yet",
            "W-1: it does not hold before 2026-11-26. Fix: wait, or correct `created`.",
        ),
        (
            {"created": "2026-11-01", "expires": "2027-05-01"},
            "too long",
            (
                "W-1: it runs for 181 days; a waiver of a medium policy may run for 180. "
                "Fix: choose an earlier `expires`."
            ),
        ),
        (
            {"resources": ["scratch", "scr*"]},
            "too broad",
            (
                "W-1: `scr*` stands for nearly anything. "
                "Fix: give the name at least 4 characters besides wildcards."
            ),
        ),
        (
            {"resources": ["urn:pulumi:prod::*scratch*"]},
            "too broad",
            (
                "W-1: `urn:pulumi:prod::*scratch*` stands for nearly anything. "
                "Fix: write the URN with its project and type, "
                "and give the name at least 4 characters besides wildcards."
            ),
        ),
        (
            {"approved_by": None},
            "unapproved",
            "W-1: nobody has approved it. Fix: have an approver add `approved_by`.",
        ),
        (
            {"requested_by": "bob  BAKER"},
            "unapproved",
            (
                "W-1: Bob Baker approved what Bob Baker asked for. "
                "Fix: have another person approve it."
            ),
        ),
        (
            {"approved_by": "Mallory"},
            "unapproved",
            (
                "W-1: Mallory is no approver of the environment. Fix: ask one of "
                "governance.approvals.approvers: Bob Baker, Carol Clark."
            ),
        ),
        (
            {"resources": ["nothing"]},
            "unused",
            (
                "W-1: it excuses nothing. "
                "Fix: remove it, or name in `environments` those that it is for."
            ),
        ),
        (
            {"policy": "ENC-070"},
            "no such policy",
            "W-1: there is no policy ENC-070. Fix: did you mean ENC-007?",
        ),
        (
            {"policy": "ZZ-999"},
            "no such policy",
            "W-1: there is no policy ZZ-999. Fix: take one that `bedplate policies` lists.",
        ),
    ],
)
def test_a_waiver_that_does_not_hold_is_reported_and_the_finding_stands(
    tmp_path: Path, change: dict[str, Any], status: str, note: str
) -> None:
    """At its line, with a remedy; what it would have excused blocks."""
    decision = decide([finding()], waivers(tmp_path, change), standing("medium"), TODAY)

    assert _statuses(decision) == [status]
    assert [text.removeprefix("waivers.yaml:2:5: ") for text in _notes(decision)] == [
        note.removeprefix("waivers.yaml:2:5: ")
    ]
    assert [(f.verdict, f.blocks, f.excuse) for f in decision.findings] == [("fail", True, None)]
    assert decision.exit_code == 1


def test_a_malformed_file_blocks_and_excuses_nothing(tmp_path: Path) -> None:
    """It is a fault in a file, like any other, even where nothing else is wrong."""
    found = waivers(tmp_path, {"ticket": None})
    decision = decide([finding()], found, standing("medium"), TODAY)

    assert decision.findings[0].verdict == "fail"
    assert [str(problem) for problem in decision.problems] == [
        "waivers.yaml:2:5: waivers[0]: `ticket` is missing. Fix: add it."
    ]
    assert decide([], found, standing(), TODAY).exit_code == 1


def test_a_waiver_counts_where_it_is_meant_to(tmp_path: Path) -> None:
    """One for another environment excuses nothing here and is not mentioned."""
    found = waivers(tmp_path, {"environments": ["dev"]}, {"id": "W-2", "environments": ["prod"]})
    decision = decide([finding()], found, standing(), TODAY)

    assert decision.findings[0].excuse is not None
    assert decision.findings[0].excuse.id == "W-2"
    assert [ruling.waiver.id for ruling in decision.rulings] == ["W-2"]


def test_of_two_waivers_the_first_is_shown(tmp_path: Path) -> None:
    """Both cover the finding, so that neither is reported as unused."""
    decision = decide([finding()], waivers(tmp_path, {}, {"id": "W-2"}), standing(), TODAY)

    assert decision.findings[0].excuse is not None
    assert decision.findings[0].excuse.id == "W-1"
    assert _statuses(decision) == ["in force", "in force"]


def test_a_part_of_the_findings_does_not_make_a_waiver_unused(tmp_path: Path) -> None:
    """A caller that sees one layer only can't tell what happens in the other."""
    found = waivers(tmp_path, {"resources": ["elsewhere"]}, {"id": "W-2", "policy": "ZT-001"})
    decision = decide([finding()], found, standing(), TODAY, whole=False)

    assert (decision.rulings, decision.notes) == ((), ())


def test_of_two_rules_with_one_id_the_graver_decides_what_a_waiver_needs(tmp_path: Path) -> None:
    """A warning beside a denial does not make the denial's waiver easier to have."""
    findings = [finding(severity="low", level="advisory"), finding(severity="critical")]
    found = waivers(tmp_path, {"expires": "2026-11-30"})

    assert _statuses(decide(findings, found, standing(), TODAY)) == ["unsigned"]


def test_nobody_may_waive_where_nothing_is_known(tmp_path: Path) -> None:
    """Without an environment's files, everything blocks and no approver counts."""
    decision = decide(
        [finding(severity="low")], waivers(tmp_path, {}), unknown_standing("prod"), TODAY
    )

    assert (_statuses(decision), decision.exit_code) == (["unapproved"], 1)
    assert "nobody yet" in _notes(decision)[0]


def test_open_verdicts_alone_have_their_own_exit_code() -> None:
    """3 where only they block, 1 as soon as something is broken, 0 where they do not block."""
    open_one = finding(severity="high", verdict="unresolved")
    cases = [[open_one], [open_one, finding(severity="high")], []]
    codes = [decide(found, NO_WAIVERS, standing(), TODAY).exit_code for found in cases]

    assert codes == [3, 1, 0]
    relaxed = standing(open_blocks=False)
    assert decide([open_one], NO_WAIVERS, relaxed, TODAY).exit_code == 0


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["fail", "pass", "error"]))),
    st.dates(),
)
def test_a_decision_keeps_every_finding_and_its_order(
    found: list[tuple[str, Any]], today: date
) -> None:
    """Nothing is dropped; deciding twice changes nothing; nothing becomes a pass."""
    findings = [finding(name, verdict=verdict) for name, verdict in found]
    once = decide(findings, NO_WAIVERS, standing(), today)

    assert [(f.urn, f.verdict) for f in once.findings] == [(f.urn, f.verdict) for f in findings]
    assert decide(once.findings, NO_WAIVERS, standing(), today) == once


def test_a_standing_survives_its_json_form() -> None:
    """It is cached with the findings, since a decision needs both."""
    one = standing("medium", open_blocks=False)

    assert Standing.from_json(json.loads(json.dumps(one.to_json()))) == one
    assert one.ladder == Ladder("medium", open_blocks=False)
    assert set(ENTRY) >= {"id", "policy"}
