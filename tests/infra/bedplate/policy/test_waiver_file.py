"""`waivers.yaml`: what is read, and every fault at once, at its line."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.waivers import ENTRY, waivers

from bedplate.policy.finding import LONGEST
from bedplate.policy.waiver_file import load_waivers
from bedplate.policy.waivers import NO_WAIVERS, Waiver, WaiverFile

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """\
waivers:
  - id: W-2026-1
    policy: ENC-001
    resources: ["scratch-*", "urn:pulumi:prod::p::aws:s3/bucket:Bucket::logs"]
    reason: >
      The vendor encrypts
      before it uploads.
    ticket: "4711"
    requested_by: Alice Adams
    approved_by: Bob Baker
    created: 2026-11-01
    expires: 2026-12-01
    environments: [prod]
"""

BAD = """\
waivers:
  - id: W 1
    policy: everything
    resources: scratch
    reason: ""
    ticket: 4711
    requested_by: Alice
    aproved_by: Bob
    created: 01.11.2026
    expires: 2026-02-30
  - {id: W-2, policy: ENC-001}
  - id: W-3
    policy: ENC-001
    resources: [scratch, 7]
    reason: "a\\u202Eb"
    ticket: T-1
    requested_by: Alice
    created: 2026-11-02
    expires: 2026-11-01
    environments: [prd, mars]
  - nothing
  - id: W-3
    policy: ENC-001
    resources: [scratch]
    reason: It is enough.
    ticket: T-1
    requested_by: Alice
    created: 2026-11-02
    expires: 2026-11-03
more: 1
"""


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _read(folder: Path, text: str, **more: Any) -> WaiverFile:
    (folder / "waivers.yaml").write_text(text)
    return load_waivers(folder, **more)


def test_a_waiver_is_read_whole(tmp_path: Path) -> None:
    """Every field, its place, and text on several lines as one."""
    expected = Waiver(
        id="W-2026-1",
        policy="ENC-001",
        resources=("scratch-*", "urn:pulumi:prod::p::aws:s3/bucket:Bucket::logs"),
        reason="The vendor encrypts before it uploads.",
        ticket="4711",
        requested_by="Alice Adams",
        approved_by="Bob Baker",
        created=date(2026, 11, 1),
        expires=date(2026, 12, 1),
        environments=("prod",),
        file="waivers.yaml",
        line=2,
        column=5,
    )

    assert _read(tmp_path, WHOLE, environments=("dev", "prod")) == WaiverFile((expected,))


def test_no_file_is_no_waiver(tmp_path: Path) -> None:
    """A platform repository need not have one; an empty one, or an empty list, is the same."""
    assert load_waivers(tmp_path) == NO_WAIVERS
    for text in ("", "# none\n", "waivers:\n", "waivers: []\n"):
        assert _read(tmp_path, text) == NO_WAIVERS


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Each at its line, with a remedy; no entry with a fault is among the waivers."""
    found = _read(tmp_path, BAD, environments=("dev", "prod"))
    needed = "id, policy, resources, reason, ticket, requested_by, created, expires"

    assert found.waivers == ()
    assert [str(problem).removeprefix("waivers.yaml:") for problem in found.problems] == [
        (
            "2:9: waivers[0].id: `W 1` is no id. "
            "Fix: use letters, digits, `.`, `_` and `-`, at most 64."
        ),
        (
            "3:13: waivers[0].policy: `everything` is no id of a policy. "
            "Fix: take one that `bedplate policies` lists."
        ),
        "4:16: waivers[0].resources: it is no list. Fix: write it as a list of texts.",
        "5:13: waivers[0].reason: it says nothing. Fix: write a text.",
        "6:13: waivers[0].ticket: it is no text. Fix: put it in quotes.",
        "8:17: waivers[0].aproved_by: unknown key. Fix: did you mean `approved_by`?",
        "9:14: waivers[0].created: `01.11.2026` is no date. Fix: write it as 2026-01-31.",
        "10:14: waivers[0].expires: `2026-02-30` is no date. Fix: write it as 2026-01-31.",
        "11:5: waivers[1]: `created` is missing. Fix: add it.",
        "11:5: waivers[1]: `expires` is missing. Fix: add it.",
        "11:5: waivers[1]: `reason` is missing. Fix: add it.",
        "11:5: waivers[1]: `requested_by` is missing. Fix: add it.",
        "11:5: waivers[1]: `resources` is missing. Fix: add it.",
        "11:5: waivers[1]: `ticket` is missing. Fix: add it.",
        "14:26: waivers[2].resources[1]: it is no text. Fix: put it in quotes.",
        (
            "15:13: waivers[2].reason: it is too long, or can't be shown. "
            f"Fix: write at most {LONGEST} characters that can be printed."
        ),
        "19:14: waivers[2].expires: it lies before `created`. Fix: choose a later day.",
        "20:19: waivers[2].environments: there is no environment `mars`. Fix: use dev, prod.",
        "20:19: waivers[2].environments: there is no environment `prd`. Fix: did you mean `prod`?",
        f"21:5: waivers[3]: it is no mapping. Fix: give it {needed}.",
        "22:9: waivers[4].id: the id `W-3` is taken on line 12. Fix: choose another.",
        "30:7: more: unknown key. Fix: use `waivers`.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "- id: W-1\n",
            (
                "1:1: the file is not a mapping. "
                "Fix: start it with a key, such as `blueprint: starter`."
            ),
        ),
        ("waivers: all\n", "1:10: waivers: it is no list. Fix: begin each waiver with `- id:`."),
        (
            "waivers:\n  - id: [\n",
            (
                "3:1: not YAML: expected the node content, but found '<stream end>'. "
                "Fix: check indentation, quotes and brackets on this line."
            ),
        ),
    ],
)
def test_what_is_no_list_of_waivers_is_a_fault(tmp_path: Path, text: str, expected: str) -> None:
    """Nothing is excused by a file that can't be read."""
    found = _read(tmp_path, text)

    assert found.waivers == ()
    assert str(found.problems[0]).removeprefix("waivers.yaml:").removeprefix(" ") == expected


def test_a_good_waiver_holds_beside_a_bad_one(tmp_path: Path) -> None:
    """An entry with a fault takes no other with it."""
    found = waivers(tmp_path, {"id": "W-1", "ticket": None}, {"id": "W-2"})

    assert [waiver.id for waiver in found.waivers] == ["W-2"]
    assert [str(problem) for problem in found.problems] == [
        "waivers.yaml:2:5: waivers[0]: `ticket` is missing. Fix: add it."
    ]


def test_an_entry_with_a_key_twice_does_not_hold(tmp_path: Path) -> None:
    """Nobody knows which of the two was approved."""
    found = _read(tmp_path, WHOLE.replace("    ticket:", "    policy: ENC-002\n    ticket:"))

    assert found.waivers == ()
    assert [str(problem) for problem in found.problems] == [
        (
            "waivers.yaml:8:5: waivers[0].policy: the key stands twice (first on line 3). "
            "Fix: keep one."
        )
    ]


def test_a_signature_that_cannot_be_read_is_kept_as_one(tmp_path: Path) -> None:
    """It must not count as absent: the rules refuse it."""
    below = tmp_path / "approvals" / "waivers"
    below.mkdir(parents=True)
    (below / "W-1.dsse.json").write_bytes(b"\xff")
    (below / "W-2.dsse.json").mkdir()
    found = waivers(tmp_path, {}, {"id": "W-2"}, {"id": "W-3"})

    assert [waiver.signature for waiver in found.waivers] == ["unreadable", "unreadable", ""]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(ENTRY)), _VALUES)
def test_any_value_is_read_or_refused(tmp_path: Path, key: str, value: Any) -> None:
    """No value of any field breaks the reader, and none lets a waiver in half."""
    found = waivers(tmp_path, {key: value}, {"id": "other"})

    assert len(found.waivers) + bool(found.problems) >= 2
    assert "other" in {waiver.id for waiver in found.waivers}
