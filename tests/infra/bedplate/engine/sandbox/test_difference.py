"""Differences between old and new inputs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedplate.engine.sandbox.difference import differences, top_level
from bedplate.engine.sandbox.replacement import replaces

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
mappings = st.dictionaries(st.text(max_size=4), values, max_size=4)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("a", "update")]),
        ({}, {"a": None}, [("a", "add")]),
        ({"a": {"b": 1}}, {"a": {}}, [("a.b", "delete")]),
        ({"a": [{"b": 1}, 2]}, {"a": [{"b": 2}, 2]}, [("a[0].b", "update")]),
        ({"a": [1]}, {"a": [1, 2]}, [("a", "update")]),
        ({"a": "x"}, {"a": {"$unknown": True}}, [("a", "update")]),
    ],
)
def test_differences(old: Any, new: Any, expected: list[tuple[str, str]]) -> None:
    """Each path that differs is named, as deep as both sides have the same shape."""
    assert expected == list(differences(old, new))


@given(mappings, mappings)
def test_equal_inputs_and_no_others_have_no_difference(old: Any, new: Any) -> None:
    """There is a difference exactly where the inputs are not equal."""
    assert (old == new) == (not list(differences(old, new)))
    assert not list(differences(old, old))


@pytest.mark.parametrize("path", ["a", "a.b", "a[0].b", "a[0]"])
def test_top_level(path: str) -> None:
    """A path lies in its first property."""
    assert top_level(path) == "a"


@pytest.mark.parametrize(
    ("type_token", "key", "expected"),
    [
        ("aws:s3/bucket:Bucket", "bucket", True),
        ("aws:s3/bucket:Bucket", "tags", False),
        ("aws:ec2/vpc:Vpc", "cidrBlock", True),
        ("aws:ec2/vpc:Vpc", "region", True),
        ("aws:iam/role:Role", "name", True),
        ("aws:new/thing:Thing", "name", False),
    ],
)
def test_replacement(type_token: str, key: str, expected: bool) -> None:  # noqa: FBT001
    """A new name, region or one of the named properties replaces the resource."""
    assert expected is replaces(type_token, key)
