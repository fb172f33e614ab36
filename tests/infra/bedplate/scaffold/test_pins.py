"""Where a repository pins Bedplate is found, and only the version is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bedplate.scaffold.pins import newer, pins_of, repinned

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("requirements.in", "bedplate==0.1.0\n", [(1, "0.1.0")]),
        ("requirements.in", "# bedplate==0.0.1\nbedplate[opa] == 0.1.0  # ours\n", [(2, "0.1.0")]),
        ("requirements.in", "bedplate-extra==9\nmy-bedplate==1\n", []),
        ("requirements.in", "bedplate>=0.1\n", [(1, "")]),
        ("requirements.in", "bedplate\n", [(1, "")]),
        ("requirements/ci.in", "bedplate==0.1.0rc1\n", [(1, "0.1.0rc1")]),
        ("pyproject.toml", 'name = "bedplate"\ndependencies = [\n  "bedplate==0.1.0",\n]\n',
         [(3, "0.1.0")]),
        ("pyproject.toml", 'dependencies = ["bedplate~=0.1"]\n', [(1, "")]),
        ("pyproject.toml", 'dependencies = ["bedplate==0.1.0", "x"]\n', [(1, "0.1.0")]),
        ("requirements.lock", "bedplate==0.1.0\n", []),
    ],
)  # fmt: skip
def test_a_pin_is_found(tmp_path: Path, name: str, text: str, found: list[tuple[int, str]]) -> None:
    """Other packages, comments and locks are not taken for one."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)

    assert [(pin.line, pin.version) for pin in pins_of(tmp_path)] == found


def test_only_the_version_changes() -> None:
    """Extras, spaces, comments and other lines stay."""
    text = '# bedplate==0.0.1\nbedplate[opa] == 0.1.0  # ours\r\nx==0.1.0\n"bedplate==0.1.0",\n'

    assert repinned(text, "0.2.0") == text.replace("== 0.1.0", "== 0.2.0").replace(
        '"bedplate==0.1.0"', '"bedplate==0.2.0"'
    )


@pytest.mark.parametrize(
    ("one", "other", "is_newer"),
    [("0.10.0", "0.9.0", True), ("0.1.0", "0.1.0", False), ("0.1.0", "1.0", False)],
)
def test_versions_are_compared_by_number(one: str, other: str, *, is_newer: bool) -> None:
    """Ten comes after nine."""
    assert newer(one, other) is is_newer
