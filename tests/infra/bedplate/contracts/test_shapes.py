"""A value is held against a shape; every fault says where, what and how to mend it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedplate.contracts.shapes import Fault, faults

SHAPE: dict[str, Any] = {
    "type": "object",
    "closed": True,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z]+$"},
        "replicas": {"type": "integer", "minimum": 1, "maximum": 9},
        "mode": {"enum": ["Always", "Never"], "type": "string"},
        "labels": {"type": "object", "values": {"type": "string"}},
        "ports": {"type": "array", "items": {"type": ["integer", "string"]}},
        "either": {"any_of": [{"type": "boolean"}, {"type": "object", "properties": {}}]},
    },
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({}, Fault("name", "a required value is missing", "add it")),
        ({"name": "A"}, Fault("name", "`A` does not have the form", "match ^[a-z]+$")),
        ({"name": "a", "replica": 2}, Fault("replica", "unknown key", "did you mean `replicas`?")),
        ({"name": "a", "replicas": 0}, Fault("replicas", "`0` is too small", "use 1 or more")),
        ({"name": "a", "replicas": 10.0}, Fault("replicas", "`10` is too large", "use 9 or less")),
        (
            {"name": "a", "replicas": True},
            Fault("replicas", "`true` is not a whole number", "write a whole number"),
        ),
        (
            {"name": "a", "replicas": 1.5},
            Fault("replicas", "`1.5` is not a whole number", "write a whole number"),
        ),
        (
            {"name": "a", "mode": "never"},
            Fault("mode", "`never` is not one of the values", "did you mean `Never`?"),
        ),
        (
            {"name": "a", "labels": {"x": 1}},
            Fault("labels.x", "`1` is not text", "write text"),
        ),
        (
            {"name": "a", "ports": [80, {}]},
            Fault("ports[1]", "a mapping is not a whole number or text",
                  "write a whole number or text"),
        ),
        (
            {"name": "a", "either": "x"},
            Fault("either", "`x` is not true or false", "write true or false"),
        ),
        ([], Fault("", "a list is not a mapping", "write a mapping")),
    ],
)  # fmt: skip
def test_says_what_is_wrong(value: Any, fault: Fault) -> None:
    """Each kind of fault has its own words and a remedy."""
    assert list(faults(SHAPE, value)) == [fault]


@pytest.mark.parametrize(
    "value",
    [
        {"name": "a", "replicas": 9.0, "mode": "Always", "ports": [1, "http"], "either": {"x": 1}},
        {"name": "a", "replicas": None, "labels": {"x": "y"}},
    ],
)
def test_accepts_what_fits(value: Any) -> None:
    """A number of Pulumi's wire may be whole; null stands for what is left out."""
    assert list(faults(SHAPE, value)) == []


@given(JSON)
def test_reads_any_value_without_failing(value: Any) -> None:
    """Whatever a file holds, the answer is a list of faults with paths."""
    assert all(fault.problem and fault.fix for fault in faults(SHAPE, value))


@given(JSON)
def test_the_empty_shape_accepts_everything(value: Any) -> None:
    """What is not known is not refused."""
    assert list(faults({}, value)) == []
