"""What the tests of the report share: one platform, and its page read as a tree."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from support.html_tree import Element, read
from support.report_pages import platform

if TYPE_CHECKING:
    from support.report_pages import Platform


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """Return the platform with its report, made in its folder as a user would."""
    root = tmp_path_factory.mktemp("platform")
    before = os.getcwd()  # noqa: PTH109 - the working folder, to go back to
    os.chdir(root)
    try:
        return platform(root)
    finally:
        os.chdir(before)


@pytest.fixture(scope="session")
def page(made: Platform) -> Element:
    """Return its page as a tree."""
    return read(made.html)
