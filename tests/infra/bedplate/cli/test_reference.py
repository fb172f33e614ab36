"""The page of commands is made from the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.cli.reference import render

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_page_is_current(root: Path) -> None:
    """`make docs` would not change it."""
    assert (root / "docs/reference/cli.md").read_text() == render()


def test_the_page_does_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A narrow or coloured terminal gives the same text."""
    page = render()
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")

    assert render() == page
    assert "\x1b" not in page
