"""Property values between the wire and the Plan."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from bedplate.engine import wire

numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
plain = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), plain, max_size=4))
def test_plain_values_survive_the_wire(properties: dict[str, Any]) -> None:
    """What goes onto the wire comes back equal, numbers and order of lists included."""
    assert properties == wire.to_plan(wire.from_plan(properties))


@given(st.dictionaries(st.text(), plain | st.just({"$secret": True}), max_size=4))
def test_markers_survive_the_wire(properties: dict[str, Any]) -> None:
    """A secret that a Plan knows of is a secret on the wire."""
    assert properties == wire.to_plan(wire.from_plan(properties))


@pytest.mark.parametrize("text", sorted(wire.UNKNOWN_TEXTS))
def test_every_kind_of_unknown_is_marked(text: str) -> None:
    """Each type of value has its own text for unknown."""
    struct = Struct()
    struct.update({"a": text, "b": [text]})

    assert wire.to_plan(struct) == {"a": {"$unknown": True}, "b": [{"$unknown": True}]}


def test_secrets_lose_their_value() -> None:
    """Nothing of a secret's value, whatever its shape, reaches the Plan."""
    struct = Struct()
    secret: dict[str, Any] = {
        wire.SIGNATURE: wire.SECRET_SIGNATURE,
        "value": {"user": "a", "password": "b"},
    }
    struct.update({"a": secret, "b": [{"c": secret}]})
    hidden = {"$secret": True}

    assert wire.to_plan(struct) == {"a": hidden, "b": [{"c": hidden}]}


def test_references_and_assets() -> None:
    """A reference to a resource is its URN; an asset says where its content is."""
    struct = Struct()
    struct.update(
        {
            "vpc": {wire.SIGNATURE: wire.RESOURCE_SIGNATURE, "urn": "urn:a", "id": "vpc-1"},
            "code": {wire.SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "path": "a.py"},
        }
    )

    assert wire.to_plan(struct) == {"code": {"$asset": {"path": "a.py"}}, "vpc": "urn:a"}


def test_marking_a_property_secret() -> None:
    """Marking hides a value once; a missing or null property stays as it is."""
    struct = wire.from_plan({"a": "x", "b": None, "c": {"$secret": True}})
    for key in ("a", "b", "c", "missing"):
        wire.mark_secret(struct, key)

    secret = {"$secret": True}
    assert wire.to_plan(struct) == {"a": secret, "b": None, "c": secret}
    assert struct.fields["c"].struct_value.fields["value"].string_value == wire.PLACEHOLDER
