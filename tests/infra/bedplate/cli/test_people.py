"""Who runs a command: named, or by git, and never by a name that looks like another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bedplate.cli.people import person
from bedplate.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file of git's settings that says nothing of who one is."""
    settings = tmp_path / "gitconfig"
    settings.touch()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    monkeypatch.chdir(tmp_path)
    return settings


def test_git_knows_who_one_is(nobody: Path) -> None:
    """A name that is given comes before it."""
    nobody.write_text("[user]\n\tname = Sara Nasser\n")

    assert person(None, "deployer") == "Sara Nasser"
    assert person("Omar Rahman", "deployer") == "Omar Rahman"


@pytest.mark.parametrize("role", ["author", "deployer"])
def test_who_is_not_known_is_told_the_option(nobody: Path, role: str) -> None:
    """Each command has an option of its own for it."""
    with pytest.raises(UsageError) as caught:
        person(None, role)

    assert nobody.is_file()
    assert caught.value.message == (f"Nobody knows who you are. Fix: name yourself by --{role}.")


@pytest.mark.parametrize("name", ["L\u0430yla Haddad", "Omar\u200b Rahman"])
def test_a_name_that_looks_like_another_is_none(nobody: Path, name: str) -> None:
    """By option or by git: else one's own approval would pass for another's."""
    nobody.write_text(f"[user]\n\tname = {name}\n", encoding="utf-8")
    for named in (name, None):
        with pytest.raises(UsageError, match=r"^The deployer's name "):
            person(named, "deployer")
