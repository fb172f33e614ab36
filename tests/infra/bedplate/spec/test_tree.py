"""Merging of trees, for any tree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bedplate.spec.tree import Node, Origin, Plain, merge, plain, stripped, walk

AT = Origin("a.yaml", 1, 1, "environment")

KEYS = st.sampled_from(["a", "b", "c"])
VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)
MAPPINGS = st.dictionaries(KEYS, VALUES, max_size=3)


def _mapping(tree: Node) -> dict[str, Plain]:
    value = plain(tree)
    assert isinstance(value, dict)
    return value


def node(value: Plain) -> Node:
    """Return a tree of plain values."""
    if isinstance(value, dict):
        return Node({key: node(child) for key, child in value.items()}, AT, AT)
    if isinstance(value, list):
        return Node([node(item) for item in value], AT, AT)
    return Node(value, AT, AT)


@given(MAPPINGS, MAPPINGS)
def test_the_file_on_top_wins(a: Plain, b: Plain) -> None:
    """Every leaf and list of the upper file stands in the result, at its own place."""
    merged = dict(walk(merge(node(a), node(b))))
    upper = {path: n for path, n in walk(node(b)) if not isinstance(n.value, dict)}

    assert {path: plain(merged[path]) for path in upper} == {p: plain(n) for p, n in upper.items()}


@given(MAPPINGS, MAPPINGS, KEYS)
def test_a_null_hides_what_lies_below(a: dict[str, Plain], c: dict[str, Plain], key: str) -> None:
    """What is laid on top of a removed key starts anew."""
    merged = merge(merge(node(a), node({key: None})), node(c))
    expected = plain(stripped(node(c)))

    assert isinstance(expected, dict)
    assert _mapping(stripped(merged)).get(key) == expected.get(key)


@given(MAPPINGS)
def test_merge_with_nothing_changes_nothing(a: Plain) -> None:
    """An empty file is neutral on both sides."""
    assert plain(merge(node(a), node({}))) == a
    assert plain(merge(node({}), node(a))) == a


@given(MAPPINGS)
def test_merge_with_itself_changes_nothing(a: Plain) -> None:
    """A file repeated is a file."""
    assert plain(merge(node(a), node(a))) == a


@given(MAPPINGS, MAPPINGS)
def test_stripped_mappings_hold_no_null(a: Plain, b: Plain) -> None:
    """A null removes its key, wherever the mapping lies."""
    tree = stripped(merge(node(a), node(b)))

    assert not [
        path
        for path, found in walk(tree)
        if isinstance(found.value, dict) and any(n.value is None for n in found.value.values())
    ]


def test_null_removes_and_lists_replace() -> None:
    """The rules of design, on one example."""
    base: Plain = {"keep": 1, "drop": {"x": 1}, "list": [1, 2], "deep": {"a": 1, "b": 2}}
    over: Plain = {"drop": None, "list": [3], "deep": {"b": 3}}

    merged = plain(stripped(merge(node(base), node(over))))

    assert merged == {"keep": 1, "list": [3], "deep": {"a": 1, "b": 3}}
