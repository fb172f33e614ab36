"""A value of an environment file is changed, and nothing else."""

from __future__ import annotations

import json
from difflib import ndiff
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from support.plans import ROOT

from bedplate.operate.stack_file import edited, stated
from bedplate.spec.difference import ABSENT

FILE = """\
# Head.
environment: prod   # its name

# The cluster.
cluster:
    version:   "1.35"  # pinned
    # who may
    admins: [ "a",  'b' ]
pools:
  - {name: one}
  # last
teams: {fraud: {quota: 1}, claims: {quota: 2}}
# Tail.
"""


def _changes(text: str, values: dict[tuple[str, ...], Any]) -> list[str]:
    lines = ndiff(text.splitlines(), edited(text, values).splitlines())
    return [line for line in lines if line[0] in "+-"]


@pytest.mark.parametrize(
    ("path", "value", "lines"),
    [
        (("cluster", "version"), "1.36", ['-     version:   "1.35"  # pinned',
                                          '+     version: "1.36"    # pinned']),
        (("teams", "fraud", "quota"), 3, [
            "- teams: {fraud: {quota: 1}, claims: {quota: 2}}",
            "+ teams: {fraud: {quota: 3}, claims: {quota: 2}}"]),
        (("cluster", "admins"), ABSENT, ["-     admins: [ \"a\",  'b' ]"]),
        (("cluster", "version"), ABSENT, ['-     version:   "1.35"  # pinned']),
        (("teams", "old"), None, [
            "- teams: {fraud: {quota: 1}, claims: {quota: 2}}",
            "+ teams: {fraud: {quota: 1}, claims: {quota: 2}, old: null}"]),
        (("mesh", "replicas"), 3, ["+ mesh: {replicas: 3}"]),
        (("x",), ["yes", "a: b", "1.0", 2.0], ['+ x: [yes, "a: b", "1.0", 2]']),
        (("nowhere", "at", "all"), ABSENT, []),
    ],
)  # fmt: skip
def test_one_value_is_one_line(path: tuple[str, ...], value: Any, lines: list[str]) -> None:
    """Comments, order, spaces and quotes of every other line stay."""
    assert _changes(FILE, {path: value}) == lines


def test_a_section_that_is_left_empty_goes() -> None:
    """Comments stay: they may speak of what follows."""
    values: dict[tuple[str, ...], Any] = {
        ("cluster", "version"): ABSENT,
        ("cluster", "admins"): ABSENT,
    }

    assert not stated(edited(FILE, values), ("cluster",))
    assert "# who may" in edited(FILE, values)


@pytest.mark.parametrize("name", ["common", "dev", "prod", "staging"])
def test_an_edit_of_nothing_changes_nothing(name: str) -> None:
    """The files of the reference platform."""
    text = (ROOT / f"stacks/{name}.yaml").read_text()

    assert edited(text, {}) == text


def test_line_ends_stay_as_they_are() -> None:
    """A file from Windows stays one, and one without a last line break too."""
    bare = edited(FILE.rstrip("\n"), {("cluster", "version"): "1.36"})
    text = FILE.replace("\n", "\r\n")
    found = edited(text, {("cluster", "version"): "1.36"})

    assert found.count("\r\n") == found.count("\n") == text.count("\n")
    assert bare.endswith("# Tail.")


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True),
        st.one_of(
            st.integers(-9, 9), st.booleans(), st.text(st.characters(codec="ascii"), max_size=12)
        ),
        max_size=5,
    ),
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=12),
)
@settings(max_examples=30)
def test_whatever_is_written_is_read_back(tree: dict[str, Any], value: str) -> None:
    """Texts that YAML would read as something else are quoted."""
    text = "".join(f"{key}: {json.dumps(item)}\n" for key, item in tree.items())  # JSON is YAML
    found = YAML(typ="safe", pure=True).load(edited(text, {("added", "here"): value}))

    assert found == {**tree, "added": {"here": value}}
