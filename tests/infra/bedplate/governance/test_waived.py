"""Waivers in a real check: what they excuse, and the day on which they end."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.waivers import public_key, sign, waivers

from bedplate.governance.assessment import Options, assess

if TYPE_CHECKING:
    from bedplate.governance.assessment import Assessment
    from bedplate.policy.finding import Finding

ROOT = Path(__file__).resolve().parents[4]
LAST = date(2026, 12, 31)
"""Last day of the waiver."""
BUDGET = {
    "policy": "GPU-005",
    "resources": ["bedplate-foundation-prod"],
    "requested_by": "Omar Rahman",
    "approved_by": "Layla Haddad",
    "environments": ["prod"],
}
"""A waiver of the budget, of high severity, so that it has to be signed."""


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Options:
    """Return options for a copy of the reference platform whose prod is above its budget."""
    for name in ("stacks", "infra"):
        ignored = shutil.ignore_patterns("bedplate", "__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    monkeypatch.chdir(tmp_path)
    _edit("prod", "hourly_usd: 100", "hourly_usd: 1")
    named = "{name: Layla Haddad, role: platform"
    _edit("common", f"{named}}}", f'{named}, public_key: "{public_key()}"}}')
    return Options(Path("stacks"), cache=tmp_path / "cache", today=LAST)


def _edit(name: str, old: str, new: str) -> None:
    file = Path("stacks") / f"{name}.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def _budget(found: Assessment) -> Finding:
    (finding,) = (f for f in found.findings if f.policy == "GPU-005" and f.level == "mandatory")
    return finding


def test_a_waiver_turns_a_check_green_until_it_ends(options: Options, tmp_path: Path) -> None:
    """Red without it, green with it, red with the date on the day after: from one cache entry."""
    (without,) = assess(("prod",), options)
    sign(tmp_path, waivers(tmp_path, BUDGET))
    (covered,) = assess(("prod",), options)
    (ended,) = assess(("prod",), replace(options, today=date(2027, 1, 1)))

    assert (without.exit_code, _budget(without).verdict, _budget(without).blocks) == (
        1,
        "fail",
        True,
    )
    assert (covered.exit_code, _budget(covered).verdict, covered.cached) == (0, "waived", True)
    assert [str(note) for note in covered.notes] == [
        (
            "waivers.yaml:2:5: W-1: it expires on 2026-12-31, today. "
            "Fix: mend the cause, or have a new one approved."
        )
    ]
    assert (ended.exit_code, _budget(ended).verdict, _budget(ended).blocks) == (1, "fail", True)
    assert [str(note) for note in ended.notes] == [
        (
            "waivers.yaml:2:5: W-1: it expired on 2026-12-31, "
            "so that what it excused counts again. "
            "Fix: mend the cause and remove the waiver, or have a new one approved."
        )
    ]


def _change(folder: Path, **change: Any) -> None:
    """Sign the waiver of the budget, then change the file."""
    sign(folder, waivers(folder, BUDGET))
    waivers(folder, BUDGET | change)


def test_without_its_approvers_signature_it_stays_red(options: Options, tmp_path: Path) -> None:
    """Unsigned, signed by somebody else, or changed since: each is told, and none holds."""
    statuses: list[tuple[str, int]] = []
    for make in (
        lambda: waivers(tmp_path, BUDGET),
        lambda: sign(tmp_path, waivers(tmp_path, BUDGET), number=2),
        lambda: _change(tmp_path, reason="Another."),
    ):
        make()
        (found,) = assess(("prod",), options)
        statuses.append((found.rulings[0].status, found.exit_code))

    assert statuses == [("unsigned", 1), ("bad signature", 1), ("bad signature", 1)]


def test_a_malformed_file_blocks_every_environment(options: Options, tmp_path: Path) -> None:
    """An unknown environment would else make a waiver that nobody ever sees used."""
    waivers(tmp_path, {"environments": ["prd"]})
    (found,) = assess(("dev",), options)

    assert found.exit_code == 1
    assert [str(problem) for problem in found.problems] == [
        (
            "waivers.yaml:2:258: waivers[0].environments: there is no environment `prd`. "
            "Fix: did you mean `prod`?"
        )
    ]


def test_files_that_cannot_be_resolved_say_nothing_of_waivers(
    options: Options, tmp_path: Path
) -> None:
    """Without a plan nobody knows what a waiver would have excused."""
    waivers(tmp_path, {})
    _edit("prod", "network:", "netwrk:")
    (found,) = assess(("prod",), options)

    assert (found.exit_code, found.rulings) == (1, ())
