"""Mutation: each governed property of each golden plan is broken, and some rule must fire.

What is governed and how it is broken is worked out in `support.governed`, from the rules' own
METADATA. Survivors are listed with a reason in `survivors.yaml`.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support.goldens import GOLDEN, PRODUCTION, name_of
from support.kill import score

if TYPE_CHECKING:
    from support.kill import Key

FLOOR = 0.95
"""Least share of faults that must be noticed, of those that break something."""
SHARE = 6
"""Of other plans than production every sixth property is broken: most are the same."""


@cache
def _listed() -> dict[str, list[str]]:
    document: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("survivors.yaml").read_text(encoding="utf-8")
    )
    return {
        kind: [fault for entry in entries for fault in entry["faults"]]
        for kind, entries in document.items()
    }


def _is(key: Key, kind: str) -> bool:
    return any(fnmatchcase(" ".join(key), pattern) for pattern in _listed()[kind])


@pytest.mark.parametrize("path", GOLDEN, ids=name_of)
def test_faults_in_governed_properties_are_noticed(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rate is printed; a survivor that nobody gave a reason for fails the test."""
    found = score(path, 1 if path == PRODUCTION else SHARE)
    counted = [key for key in found.survived if not _is(key, "equivalent")]
    rate = len(found.killed) / (len(found.killed) + len(counted))
    with capsys.disabled():
        print(  # noqa: T201 - the rate is to be seen
            f"\n{name_of(path)}: {len(found.killed)} faults noticed, {len(counted)} not, "
            f"{len(found.survived) - len(counted)} equivalent: {rate:.1%}"
        )

    assert [" ".join(key) for key in sorted(counted) if not _is(key, "gap")] == []
    assert rate >= FLOOR


def test_every_survivor_has_a_reason() -> None:
    """An entry without one would only hide a fault."""
    text = Path(__file__).with_name("survivors.yaml").read_text(encoding="utf-8")
    entries = [entry for part in yaml.safe_load(text).values() for entry in part]

    assert len(entries) >= 1
    assert [entry for entry in entries if not entry.get("reason") or not entry["faults"]] == []
