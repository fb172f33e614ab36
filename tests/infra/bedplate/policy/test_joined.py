"""Files of a package become one module, and a line of it is still found in its file."""

from __future__ import annotations

from bedplate.policy.catalogue import Module
from bedplate.policy.joined import joined

ONE = Module("one.rego", "package acme\n\nimport rego.v1\n\na := 1\n", "acme")
TWO = Module("two.rego", "package acme # ours\n\nb := a\n", "acme")
OTHER = Module("other.rego", "package other\n\nc := 1\n", "other")
IMPORTING = Module("three.rego", "package acme\n\nimport data.other.c\n\nd := c\n", "acme")


def test_files_of_a_package_are_one_module() -> None:
    """Rows of a file keep their distance from its first, so that its place can be told."""
    modules = joined([ONE, OTHER, TWO])

    assert list(modules) == ["package acme", "package other"]
    assert modules["package acme"].text == (
        "package acme\n\nimport rego.v1\n\n\n\n\n\na := 1\n\n\nb := a\n"
    )
    assert modules["package acme"].place(9, 3) == "one.rego:5:3"
    assert modules["package acme"].place(12, 1) == "two.rego:3:1"
    assert modules["package acme"].place(1, 1) == "1:1"


def test_a_file_that_imports_stays_apart() -> None:
    """What it imports is bound in it alone."""
    modules = joined([ONE, IMPORTING])

    assert list(modules) == ["three.rego", "package acme"]
    assert modules["three.rego"].text == IMPORTING.text
    assert modules["three.rego"].place(5, 1) == "three.rego:5:1"
