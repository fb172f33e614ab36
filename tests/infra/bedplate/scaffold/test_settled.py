"""What needs no template engine is settled without one, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bedplate.scaffold.settled import settle

if TYPE_CHECKING:
    from pathlib import Path

ANSWERS = {"name": "fraud", "odd": "{{ 7 * 7 }}", "list": ["a"]}


def _settled(folder: Path, *copied: str) -> list[str]:
    return list(settle(folder, ANSWERS, copied))


@pytest.mark.parametrize(
    ("content", "made"),
    [
        (b"plain\r\n", b"plain\r\n"),
        (b"{{cookiecutter.name}} and {{ cookiecutter.name }}", b"fraud and fraud"),
        # An answer is put in as it is: it is no template.
        (b"{{cookiecutter.odd}}", b"{{ 7 * 7 }}"),
        (b"\0{% no text %}", b"\0{% no text %}"),
    ],
)
def test_a_file_that_is_settled_is_copied(tmp_path: Path, content: bytes, made: bytes) -> None:
    """Without a mark, with answers alone, or no text at all."""
    (tmp_path / "it").write_bytes(content)

    assert _settled(tmp_path) == ["it"]
    assert (tmp_path / "it").read_bytes() == made


@pytest.mark.parametrize(
    "content",
    [
        b"{{cookiecutter.name | upper}}",
        b"{{cookiecutter.name}} {% if cookiecutter.name %}x{% endif %}",
        b"{# a remark #}",
        b"{{cookiecutter.unknown}}",
        b"{{cookiecutter.list}}",
        b"{{{cookiecutter.name}}}",
        b"${{ '{{' }} {{cookiecutter.name}}",
    ],
)
def test_a_file_that_needs_the_engine_is_left_to_it(tmp_path: Path, content: bytes) -> None:
    """Whatever is more than an answer, and an answer that nobody gave."""
    (tmp_path / "it").write_bytes(content)

    assert _settled(tmp_path) == []
    assert (tmp_path / "it").read_bytes() == content


def test_a_folder_stands_for_all_that_is_in_it(tmp_path: Path) -> None:
    """But not for names that have to be rendered, nor where one file needs the engine."""
    for name, content in {
        "whole/deep/a": "x",
        "whole/b": "{{cookiecutter.name}}",
        "named/{{cookiecutter.name}}/a": "x",
        "mixed/a": "x",
        "mixed/b[1]": "y",
        "mixed/c": "{% raw %}",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)

    assert _settled(tmp_path) == [
        "mixed/a", "mixed/b[[]1]", "named/{{cookiecutter.name}}", "whole",
    ]  # fmt: skip


def test_what_the_template_only_copies_stays_as_it_is(tmp_path: Path) -> None:
    """A lock, whatever it holds."""
    (tmp_path / "a.lock").write_bytes(b"{{cookiecutter.name}}")

    assert _settled(tmp_path, "*.lock") == ["a.lock"]
    assert (tmp_path / "a.lock").read_bytes() == b"{{cookiecutter.name}}"
