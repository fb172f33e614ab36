"""Waivers of grave findings: signed by who may approve them, and over what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.waivers import TODAY, finding, public_key, sign, standing, waivers

from bedplate.policy.decision import decide

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.policy.decision import Decision
    from bedplate.policy.waivers import WaiverFile

HIGH = {"severity": "high", "policy": "ENC-001"}
"""What makes a finding one of a policy whose waivers must be signed."""
SIGNED = {"policy": "ENC-001"}
"""What makes a waiver one of that policy."""


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _statuses(decision: Decision) -> list[str]:
    return [ruling.status for ruling in decision.rulings]


def _notes(decision: Decision) -> list[str]:
    return [str(note) for note in decision.notes]


@pytest.mark.parametrize("severity", ["critical", "high"])
def test_a_grave_waiver_is_signed(tmp_path: Path, severity: str) -> None:
    """Without a signature it does not hold; with its approver's it does."""
    change = SIGNED | {"expires": "2026-12-01"}
    unsigned = waivers(tmp_path, change)
    grave = finding(**HIGH | {"severity": severity})
    before = decide([grave], unsigned, standing(), TODAY)
    after = decide([grave], sign(tmp_path, unsigned), standing(), TODAY)

    assert (_statuses(before), before.exit_code) == (["unsigned"], 1)
    assert _notes(before) == [
        (
            f"waivers.yaml:2:5: W-1: a waiver of a {severity} policy must be signed, and "
            "approvals/waivers has no signature of it. "
            "Fix: have Bob Baker run `bedplate waiver sign W-1`."
        )
    ]
    assert (_statuses(after), after.exit_code) == (["in force"], 0)


def _edited(folder: Path, **change: str) -> WaiverFile:
    """Sign a waiver, then change the file."""
    sign(folder, waivers(folder, SIGNED))
    return waivers(folder, SIGNED | change)


def _broken(folder: Path) -> WaiverFile:
    sign(folder, waivers(folder, SIGNED))
    (folder / "approvals/waivers/W-1.dsse.json").write_text("{}")
    return waivers(folder, SIGNED)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (
            lambda folder: _edited(folder, expires="2026-12-30"),
            "it was changed after it was signed",
        ),
        (
            lambda folder: sign(folder, waivers(folder, SIGNED), number=2),
            "the signature does not count: it is not by {keyid}",
        ),
        (
            lambda folder: sign(folder, waivers(folder, SIGNED), kind="text/plain"),
            (
                "the signature does not count: it signs a 'text/plain', "
                "not a 'application/vnd.bedplate.waiver.v1+json'"
            ),
        ),
        (_broken, "the text is no DSSE envelope: it has no signatures"),
    ],
)
def test_a_bad_signature_is_refused(tmp_path: Path, made: Any, why: str) -> None:
    """One of another text, by another person, of another kind, or none at all."""
    from bedplate import dsse  # noqa: PLC0415

    decision = decide([finding(**HIGH)], made(tmp_path), standing(), TODAY)
    what = why.format(keyid=dsse.public_key(public_key()).keyid)

    assert (_statuses(decision), decision.exit_code) == (["bad signature"], 1)
    assert _notes(decision) == [
        f"waivers.yaml:2:5: W-1: {what}. Fix: have Bob Baker run `bedplate waiver sign W-1`."
    ]


def test_a_signature_that_is_not_needed_must_be_good_too(tmp_path: Path) -> None:
    """Whoever signs a waiver of a medium policy vouches for its text."""
    sign(tmp_path, waivers(tmp_path, {}))
    edited = waivers(tmp_path, {"reason": "Another."})

    assert _statuses(decide([finding()], edited, standing(), TODAY)) == ["bad signature"]


@pytest.mark.parametrize(
    ("key", "what", "fix"),
    [
        (
            "",
            "its signature can't be checked: the environment has no public key of Carol Clark",
            "add `public_key` to governance.approvals.approvers",
        ),
        (
            "junk",
            "the text is no SSH public key",
            "have Carol Clark run `bedplate waiver sign W-1`",
        ),
    ],
)
def test_a_signature_needs_a_key_to_be_checked_with(
    tmp_path: Path, key: str, what: str, fix: str
) -> None:
    """An approver without a key can approve only what need not be signed."""
    found = sign(tmp_path, waivers(tmp_path, SIGNED | {"approved_by": "Carol Clark"}))
    decision = decide([finding(**HIGH)], found, standing(people={"Carol Clark": key}), TODAY)

    assert _statuses(decision) == ["bad signature"]
    assert _notes(decision) == [f"waivers.yaml:2:5: W-1: {what}. Fix: {fix}."]
