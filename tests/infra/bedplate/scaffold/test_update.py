"""An update follows the template and loses nothing of the team's."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from support.templates import FIRST, GATES, commit

from bedplate.errors import UsageError
from bedplate.scaffold.record import BASE, RECORD, read_record
from bedplate.scaffold.update import apply_update, plan_update

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Second = Callable[[dict[str, str | None]], Path]


def _kinds(repository: Path, template: Path) -> dict[str, str]:
    """Update a repository; return what happened, by file, less the record's own."""
    update = plan_update(repository, template)
    apply_update(repository, update)
    return {c.path: c.kind for c in update.changes if c.path not in (RECORD, BASE)}


def test_managed_files_follow_and_answers_stay(repository: Path, second: Second) -> None:
    """A file that the team did not touch is replaced; files come and go with the template."""
    template = second({"ci.yml": "{{ cookiecutter.ci }} 2\n", "new.md": "n\n", "ops/old.txt": None})

    assert _kinds(repository, template) == {
        "ci.yml": "updated",
        "new.md": "added",
        "ops/old.txt": "removed",
    }
    assert (repository / "ci.yml").read_text() == "gitlab 2\n"
    assert not (repository / "ops/old.txt").exists()
    assert read_record(repository).version == "2"


def test_owned_files_never_change(repository: Path, second: Second) -> None:
    """Neither the team's edits nor untouched files of the team follow the template."""
    template = second({"model.py": "weight = 2\n", "data/new.csv": "x\n"})

    assert _kinds(repository, template) == {"data/new.csv": "added"}
    assert (repository / "model.py").read_text() == "weight = 1\n"


def test_edits_in_other_places_are_merged(repository: Path, second: Second) -> None:
    """Both the team's line and the template's are there afterwards."""
    gates = repository / "ops/gates.txt"
    gates.write_text(GATES.replace("gate 2\n", "gate 2, stricter\n"))
    commit(repository)
    template = second({"ops/gates.txt": GATES.replace("gate 17\n", "gate 17, new\n")})

    assert _kinds(repository, template) == {"ops/gates.txt": "merged"}
    expected = GATES.replace("gate 2\n", "gate 2, stricter\n")
    assert gates.read_text() == expected.replace("gate 17\n", "gate 17, new\n")


def test_a_conflict_is_marked_and_keeps_both(repository: Path, second: Second) -> None:
    """Where both changed one line, both stand between git's markers."""
    gates = repository / "ops/gates.txt"
    gates.write_text(GATES.replace("gate 7\n", "mine\n"))
    commit(repository)
    template = second({"ops/gates.txt": GATES.replace("gate 7\n", "theirs\n")})
    update = plan_update(repository, template)
    apply_update(repository, update)

    assert update.open == ("ops/gates.txt",)
    text = gates.read_text()
    marked = "<<<<<<< yours\nmine\n||||||| as baked\ngate 7\n=======\ntheirs\n>>>>>>> template 2\n"
    assert marked in text


def test_a_file_the_team_deleted_is_offered_beside(repository: Path, second: Second) -> None:
    """It stays deleted; what the template has now lies beside, to be settled."""
    (repository / "ops/gates.txt").unlink()
    commit(repository)
    update = plan_update(repository, second({"ops/gates.txt": "all new\n"}))
    apply_update(repository, update)

    assert update.open == ("ops/gates.txt.from-template",)
    assert not (repository / "ops/gates.txt").exists()
    assert (repository / "ops/gates.txt.from-template").read_text() == "all new\n"


def test_a_file_gone_from_the_template_that_the_team_changed_stays(
    repository: Path, second: Second
) -> None:
    """What somebody wrote is never removed."""
    (repository / "ops/old.txt").write_text("mine\n")
    commit(repository)

    assert _kinds(repository, second({"ops/old.txt": None})) == {}
    assert (repository / "ops/old.txt").read_text() == "mine\n"


def test_the_same_template_changes_nothing(repository: Path, template: Path) -> None:
    """An update twice is an update once."""
    assert plan_update(repository, template).changes == ()


def test_two_updates_in_a_row_end_where_the_second_does(repository: Path, second: Second) -> None:
    """After an update the next one starts from what was updated to."""
    template = second({"ci.yml": "two\n"})
    _kinds(repository, template)
    commit(repository)

    assert plan_update(repository, template).changes == ()


def test_a_full_disk_is_a_sentence_and_leaves_no_temporary_file(
    repository: Path, second: Second, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written before stays whole, and git brings it back."""
    update = plan_update(repository, second({"ci.yml": "two\n"}))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(UsageError) as caught:
        apply_update(repository, update)

    assert caught.value.message == (
        f"{repository / 'ci.yml'} can't be written: no space left on device. "
        "Fix: make room, run `git restore .` and `git clean -f` there, then repeat."
    )
    assert (repository / "ci.yml").read_text() == "gitlab\n"
    assert not list(repository.glob(".ci.yml.*"))


def test_uncommitted_changes_are_refused(repository: Path, second: Second) -> None:
    """What git could not bring back is not put at risk."""
    (repository / "ci.yml").write_text("mine\n")
    with pytest.raises(UsageError) as caught:
        plan_update(repository, second({}))

    assert caught.value.message == (
        f"{repository} has changes that are not committed. "
        "Fix: commit or stash them; an update can then be taken back."
    )


def test_a_repository_of_another_make_is_refused(tmp_path: Path, template: Path) -> None:
    """Without a record there is nothing to start from."""
    with pytest.raises(UsageError) as caught:
        plan_update(tmp_path, template)

    assert caught.value.message == (
        f"{tmp_path} has no .bedplate-template.json. "
        "Fix: name a repository that `bedplate new`, `bedplate new-model` or a template made."
    )


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", ".git/hooks/post-commit"])
def test_a_base_that_reaches_outside_is_refused(
    repository: Path, template: Path, name: str
) -> None:
    """A tampered archive can't write anywhere else."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "x")
    (repository / BASE).write_bytes(packed.getvalue())
    commit(repository)
    with pytest.raises(UsageError) as caught:
        plan_update(repository, template)

    assert caught.value.message == (
        f"{repository / RECORD} can't be read: {BASE} names '{name}', which lies outside the "
        f"repository. Fix: restore {RECORD} and {BASE} from the repository's history."
    )


@pytest.mark.parametrize("text", ["", "{}", '{"schema": "other/v1"}', "[]"])
def test_a_broken_record_is_refused(repository: Path, template: Path, text: str) -> None:
    """Whatever is wrong with it, the answer is a sentence."""
    (repository / RECORD).write_text(text)
    with pytest.raises(UsageError, match=r"can.t be read: .* Fix: restore"):
        plan_update(repository, template)


def test_the_record_is_of_the_form_that_the_reader_knows(repository: Path) -> None:
    """Answers, version and the files as baked are all there."""
    record = read_record(repository)

    assert record.answers["ci"] == "gitlab"
    assert {*record.base, *record.owned} == set(FIRST)
    assert json.loads((repository / RECORD).read_text())["template"] == "toy"
