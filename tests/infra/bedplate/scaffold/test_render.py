"""A template is baked whole or not at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bedplate.errors import BedplateError, UsageError
from bedplate.scaffold.questions import questions
from bedplate.scaffold.render import default_of, render

if TYPE_CHECKING:
    from pathlib import Path


def _files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def test_a_folder_is_baked_under_its_own_name(template: Path, tmp_path: Path) -> None:
    """The folder is called as asked for, and nothing else is left beside it."""
    target = tmp_path / "here" / "anything"
    target.parent.mkdir()
    render(template, {"project_name": "Fraud scoring"}, target)

    assert (target / "README.md").read_text() == "# Fraud scoring\n"
    assert (target / "ci.yml").read_text() == "github\n"
    assert [path.name for path in target.parent.iterdir()] == ["anything"]


def test_questions_come_with_help_and_default(template: Path) -> None:
    """A default may be made from an earlier answer."""
    name, slug, ci = questions(template)

    assert (name.help, ci.choices) == ("Name of the model", ("github", "gitlab"))
    assert default_of(slug, {"project_name": "Fraud scoring"}) == "fraud-scoring"


def test_wrong_answers_are_all_told_at_once(template: Path, tmp_path: Path) -> None:
    """A choice that does not exist and a question that is not asked, each with a remedy."""
    with pytest.raises(UsageError) as caught:
        render(template, {"ci": "githib", "slog": "x", "slug": "a\nb"}, tmp_path / "new")

    assert caught.value.message.splitlines() == [
        "`githib` is no choice for ci. Fix: did you mean `github`?",
        "The template does not ask for `slog`. Fix: did you mean `slug`?",
        (
            "The answer for slug is too long or holds a line break. "
            "Fix: answer with at most 200 printable characters."
        ),
    ]
    assert not (tmp_path / "new").exists()


def test_what_the_hook_refuses_is_told_in_its_words(template: Path, tmp_path: Path) -> None:
    """The template's own sentence is the message, and nothing is left."""
    target = tmp_path / "here" / "new"
    target.parent.mkdir()
    with pytest.raises(UsageError) as caught:
        render(template, {"project_name": "a/b", "slug": "ab"}, target)

    expected = "The name must not hold a slash. Fix: use letters and spaces."
    assert caught.value.message == expected
    assert list(target.parent.iterdir()) == []


def test_a_hook_that_breaks_off_shows_no_traceback(template: Path, tmp_path: Path) -> None:
    """Its last line says why."""
    (template / "hooks/post_gen_project.py").write_text("raise ValueError('no such thing')\n")
    with pytest.raises(BedplateError) as caught:
        render(template, {}, tmp_path / "new")

    assert caught.value.message == (
        "The template can't be baked: ValueError: no such thing. Fix: report it."
    )
    assert not (tmp_path / "new").exists()


def test_a_folder_that_exists_is_left_alone(template: Path, tmp_path: Path) -> None:
    """Nothing is ever written into a folder that is there."""
    (tmp_path / "there").mkdir()
    with pytest.raises(UsageError, match=r"exists already\. Fix: name a folder"):
        render(template, {}, tmp_path / "there")

    assert list((tmp_path / "there").iterdir()) == []


def test_a_missing_parent_is_named(template: Path, tmp_path: Path) -> None:
    """The folder above the new one must exist."""
    with pytest.raises(UsageError) as caught:
        render(template, {}, tmp_path / "no" / "new")

    expected = f"There is no folder {tmp_path / 'no'}. Fix: make it, or name another."
    assert caught.value.message == expected


def test_a_full_disk_leaves_nothing(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that fails half-way is one sentence, and no folder."""

    def full(*_arguments: object, **_named: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cookiecutter.generate.generate_files", full)
    target = tmp_path / "here" / "new"
    target.parent.mkdir()
    with pytest.raises(UsageError) as caught:
        render(template, {}, target)

    expected = (
        f"{target} can't be made: no space left on device. "
        "Fix: name a folder that you may write to, on a disk with room."
    )
    assert caught.value.message == expected
    assert list(target.parent.iterdir()) == []


def test_a_folder_without_questions_is_no_template(tmp_path: Path) -> None:
    """What can't be read is named, with a remedy."""
    with pytest.raises(BedplateError, match=re.escape("Fix: name a cookiecutter template.")):
        questions(tmp_path)


def test_a_strangers_module_in_the_temporary_folder_is_not_run(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python looks beside a hook for what it imports; anybody may write into that folder."""
    shared = tmp_path / "shared"
    shared.mkdir()
    for name in ("json", "re", "types"):
        (shared / f"{name}.py").write_text("raise SystemExit('not ours')\n")
    monkeypatch.setattr("tempfile.tempdir", str(shared))
    place = tmp_path / "work" / "toy-model"
    place.parent.mkdir()

    render(template, {}, place)

    assert place.is_dir()
