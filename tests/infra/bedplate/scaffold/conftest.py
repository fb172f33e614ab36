"""A small template in two versions, and a repository baked from the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.templates import FIRST, commit, write_template

from bedplate.scaffold.render import render

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Return version 1 of the template."""
    return write_template(tmp_path, "1", FIRST)


@pytest.fixture
def repository(tmp_path: Path, template: Path) -> Path:
    """Return a repository baked from version 1, committed."""
    folder = tmp_path / "work" / "toy-model"
    folder.parent.mkdir()
    render(template, {"ci": "gitlab"}, folder)
    commit(folder)
    return folder


@pytest.fixture
def second(tmp_path: Path) -> Callable[[dict[str, str | None]], Path]:
    """Return what makes version 2 of the template: the first with some files changed or gone."""

    def make(changes: dict[str, str | None]) -> Path:
        files = {name: text for name, text in {**FIRST, **changes}.items() if text is not None}
        return write_template(tmp_path, "2", files)

    return make
