"""What of a request is blotted out before it is kept, and what is not kept for want of that."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedplate.components.platform.redaction import processors, redactions, unreadable

FIELDS = ("name", "email", "address")
PERSON = "ann@acme.example"


def kept(body: str, fields: tuple[str, ...] = FIELDS) -> str | None:
    """Return what is kept of a body as the collector would; None where it is dropped."""
    if re.search(unreadable(fields), body):
        return None
    for pattern, replacement in redactions(fields):
        body = re.sub(pattern, re.sub(r"\$\{(\d)\}", r"\\\1", replacement), body)
    return body


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"name": "Ann", "age": 4}', '{"name":"[redacted]", "age": 4}'),
        ('[{"name":"a\\"b"},{"name":"c"}]', '[{"name":"[redacted]"},{"name":"[redacted]"}]'),
        ('{"name": 12.5}', '{"name":"[redacted]"}'),
        ('{"name": ["x", "]"], "z": 1}', '{"name":"[redacted]", "z": 1}'),
        ('{"surname": "kept"}', '{"surname": "kept"}'),
        ('{"x": {"name": null}}', '{"x": {"name":"[redacted]"}}'),
        ('{"address": {"street": "}", "no": [1, {"a": 2}]}}', '{"address":"[redacted]"}'),
        ('{"email": ""}', '{"email":"[redacted]"}'),
    ],
)
def test_keys_are_blotted_out_wherever_they_stand(body: str, expected: str) -> None:
    """Text, numbers, lists and objects, at any depth, and nothing beside them."""
    assert kept(body) == expected


@pytest.mark.parametrize(
    ("tensor", "expected"),
    [
        (
            {"name": "email", "shape": [1], "datatype": "BYTES", "data": [PERSON]},
            {"name": "email", "shape": [1], "datatype": "BYTES", "data": ["[redacted]"]},
        ),
        (
            {"data": [[PERSON], ["]"]], "datatype": "BYTES", "name": "email"},
            {"data": ["[redacted]"], "datatype": "BYTES", "name": "[redacted]"},
        ),
        (
            {"name": "email", "datatype": "BYTES", "parameters": {"a": "}"}, "data": [PERSON]},
            {
                "name": "email",
                "datatype": "BYTES",
                "parameters": {"a": "}"},
                "data": ["[redacted]"],
            },
        ),
        (
            {"name": "amount", "shape": [2], "datatype": "FP32", "data": [1.5, 2]},
            {"name": "amount", "shape": [2], "datatype": "FP32", "data": [1.5, 2]},
        ),
        (
            {"name": "name", "shape": [1], "datatype": "BYTES", "data": ["Ann"]},
            {"name": "name", "shape": [1], "datatype": "BYTES", "data": ["[redacted]"]},
        ),
    ],
)
def test_tensors_of_a_field_are_blotted_out(
    tensor: dict[str, Any], expected: dict[str, Any]
) -> None:
    """By their name, which stays where it begins a tensor, whatever stands between."""
    other = {"name": "age", "shape": [1], "datatype": "INT64", "data": [40]}
    for inputs, outputs in (
        ([tensor, other], [expected, other]),
        ([other, tensor], [other, expected]),
    ):
        body = kept(json.dumps({"id": "1", "inputs": inputs}))

        assert body is not None
        assert json.loads(body) == {"id": "1", "inputs": outputs}


@pytest.mark.parametrize(
    "body",
    [
        '{"inputs":[{"name":"email","shape":[1],"parameters":{"binary_data_size":9}}]}\x00ann',
        json.dumps({"address": {"z": [[]], "a": {"b": {"y": [], "c": [PERSON]}}}}),
        json.dumps({"inputs": [{"name": "email", "data": [[[[PERSON]]]]}]}),
        json.dumps({"inputs": [{"data": [[[[PERSON]]]], "name": "email"}]}),
    ],
)
def test_what_cannot_be_blotted_out_is_not_kept(body: str) -> None:
    """Binary tensors, and values that lie too deep."""
    assert kept(body) is None


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
_keys = st.sampled_from(["email", "address", "age", "x"])


@given(st.dictionaries(_keys, st.just(PERSON) | st.lists(st.just(PERSON)) | _values, max_size=4))
def test_no_value_of_a_field_is_ever_kept(row: dict[str, Any]) -> None:
    """Whatever stands beside it: what is kept is JSON, with the field blotted out and the rest."""
    for ascii_only in (True, False):
        body = kept(json.dumps({"instances": [row]}, ensure_ascii=ascii_only), ("email", "address"))
        if body is None:
            continue
        (found,) = json.loads(body)["instances"]

        assert found == {
            key: "[redacted]" if key in ("email", "address") else value
            for key, value in row.items()
        } or _names_inside(row)


def _names_inside(row: Any) -> bool:
    """Tell whether a field's name stands inside a value, where it is blotted out too."""
    return any(f'"{name}"' in json.dumps(value) for value in row.values() for name in FIELDS)


def test_the_collector_is_told_in_its_own_language() -> None:
    """Quotes and backslashes are escaped once more, dollar signs doubled; no field is no step."""
    made = processors(["iban"])

    assert list(made) == ["filter", "transform"]
    assert {each["error_mode"] for each in made.values()} == {"propagate"}
    first, second, key = made["transform"]["log_statements"]
    assert first.startswith('replace_pattern(log.body, "(\\"name\\"\\\\s*:\\\\s*\\"iban\\"')
    assert first.endswith('"$${1}[\\"[redacted]\\"]")')
    assert second.endswith('"$${1}[\\"[redacted]\\"]$${2}")')
    assert key.endswith('"\\"iban\\":\\"[redacted]\\"")')
    (condition,) = made["filter"]["log_conditions"]
    assert condition.startswith('IsMatch(log.body, "\\"binary_data(?:_size|_output)?\\"\\\\s*:|')
    assert processors([]) == {}
