"""What is recorded: releases with their approvals, and ledgers; or why there is none."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from support.report_pages import AUTHOR, NOW

from bedplate.governance import gate as gates
from bedplate.governance.assessment import Options
from bedplate.governance.ledger import Entry, append
from bedplate.governance.outlook import outlook
from bedplate.report.environment import gathered
from bedplate.report.records import DEPLOYER, LAST, ledger_state, release_state
from bedplate.spec.resolve import resolve

if TYPE_CHECKING:
    from pathlib import Path

    from support.html_tree import Element
    from support.report_pages import Platform

pytestmark = pytest.mark.xdist_group("report")


@pytest.mark.parametrize("number", [1, 2], ids=["staging", "prod"])
def test_an_outlook_says_what_the_gate_says(
    made: Platform, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks fewer policies, and comes to the same refusals."""
    found = made.assessments[number]
    monkeypatch.setattr(gates, "simulated", lambda *_: found.plan)
    environment = resolve(found.environment, made.options.stacks)
    asked = gates.gate(found.environment, made.options, DEPLOYER, NOW)
    worked_out = outlook(found, environment, made.options, DEPLOYER, NOW)

    assert sorted(worked_out.refusals) == sorted(asked.refusals)
    assert (worked_out.release, worked_out.approvals) == (asked.release, asked.approvals)
    assert [one.policy for one in worked_out.assessment.findings if one.policy == "APR-001"]


def test_an_outlook_needs_a_plan(made: Platform) -> None:
    """Whoever asks without one made a mistake."""
    environment = resolve("prod", made.options.stacks)

    with pytest.raises(ValueError, match="needs the plan"):
        outlook(made.assessments[3], environment, made.options, DEPLOYER, NOW)


def test_a_release_that_may_be_deployed_says_so(page: Element) -> None:
    """With who signed, in which role, until when."""
    text = page.by_id("releases").text

    assert f"✓ nothing stands in its way Release {_short(page, 'prod')}" in text
    assert f", made 2026-11-24 12:30 UTC by {AUTHOR}." in text
    assert (
        "Layla Haddad platform ✓ approved 2026-11-25 10:30 UTC 2026-12-02 10:30 UTC "
        "Omar Rahman compliance ✓ approved" in text
    )


def _short(page: Element, name: str) -> str:
    rows = [row for row in page.by_id("environments").all("tr") if "Newest release" in row.text]
    cells = [cell.text for cell in rows[0].all("td")]
    return dict(zip(("dev", "staging", "prod", "broken"), cells, strict=True))[name]


def test_a_release_that_was_overtaken_says_what_changed(page: Element) -> None:
    """The value before and after."""
    text = page.by_id("releases").text

    assert "✕ may not be deployed now Release" in text
    assert "It has changed since it was made: gpu_pools.inference-l4.max_gpus: 4 → 3." in text
    assert "dev has no release. Fix: make one with bedplate release dev ." in text


def test_a_ledger_that_was_edited_is_named_with_its_entry(page: Element) -> None:
    """And one that holds says how many entries are signed."""
    text = page.by_id("ledger").text

    assert "ledger/staging.jsonl is not proved to be what was written:" in text
    assert "entry 2: It does not follow from the entry before it" in text
    assert "What is not committed yet removes or edits entries." in text
    assert "✓ chain holds ledger/prod.jsonl : 3 entries, 2 signed by listed approvers" in text
    assert "Nothing is recorded of dev yet." in text


def test_an_edited_release_is_a_sentence(made: Platform, tmp_path: Path) -> None:
    """The report is made all the same."""
    shutil.copytree(made.root, tmp_path / "copy")
    options = Options(tmp_path / "copy/stacks", today=NOW.date())
    (file,) = (tmp_path / "copy/releases/prod").glob("*.json")
    file.write_text(file.read_text().replace(AUTHOR, "Nobody Here"))
    found = gathered(made.assessments[2], options, NOW)

    assert found.release.gate is None
    assert found.release.why.endswith(
        "is not what its digest says: it was edited. "
        "Fix: restore it from git, or write it again with `bedplate release`."
    )


def test_a_release_of_an_environment_without_a_plan_can_not_be_judged(made: Platform) -> None:
    """It is named, and why nothing more is said."""
    (file,) = (made.root / "releases/prod").glob("*.json")
    broken = replace(made.assessments[3], environment="prod")
    found = release_state(broken, None, made.options, NOW)

    assert found.why == (
        f"Release {file.stem} can't be held against its files, which are not valid."
    )


def test_a_broken_ledger_is_a_sentence(tmp_path: Path) -> None:
    """And so is one that ends in the middle, and one that is no ledger at all."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger/prod.jsonl").write_bytes(b'{"half": ')
    found = ledger_state("prod", None, tmp_path / "stacks")

    assert found.entries == ()
    assert found.faults[0].startswith("Entry 1 of ")


def test_of_a_long_ledger_the_last_entries_are_shown(made: Platform, tmp_path: Path) -> None:
    """Newest first; all of them are verified."""
    stacks = tmp_path / "stacks"
    stacks.mkdir()
    for number in range(LAST + 5):
        entry = Entry(NOW, f"Person {number}", "note", "prod", "", {})
        append(tmp_path / "ledger/prod.jsonl", entry)
    found = ledger_state("prod", resolve("prod", made.options.stacks), stacks)

    assert (found.count, len(found.entries), found.keys) == (LAST + 5, LAST, 2)
    assert found.entries[0]["actor"] == f"Person {LAST + 4}"
    assert found.faults == ("It lies in no git repository: a cut at its end would not show.",)
