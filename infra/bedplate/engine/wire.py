"""Property values on Pulumi's wire, and as a Plan holds them.

Pulumi sends properties as protobuf structures in which a secret, an unknown value or an asset is a
structure or string with a reserved signature (source: pulumi/runtime/rpc.py of the Python SDK).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Struct, Value
from pulumi.runtime import rpc

from bedplate.engine.plan import SECRET, UNKNOWN

SIGNATURE: Final = rpc._special_sig_key  # noqa: SLF001 - the SDK has no public name for it
"""Key that marks a structure as something other than a mapping."""
SECRET_SIGNATURE: Final = rpc._special_secret_sig  # noqa: SLF001 - likewise
"""Value of that key in a secret."""
RESOURCE_SIGNATURE: Final = rpc._special_resource_sig  # noqa: SLF001 - likewise
"""Value of that key in a reference to a resource."""
PLACEHOLDER: Final = "bedplate-simulated-secret"
"""What a program reads where a Plan only knows that there is a secret."""
UNKNOWN_TEXTS: Final = frozenset(
    {
        rpc.UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""Texts that stand for an unknown string, boolean, number, list, asset, archive and mapping
(source: pulumi/pulumi sdk/go/common/resource/plugin/rpc.go)."""


def to_plan(struct: Struct) -> dict[str, Any]:
    """Return properties as a Plan holds them: keys sorted, secrets and unknown values replaced."""
    fields = struct.fields
    return {key: _value_to_plan(fields[key]) for key in sorted(fields)}


def outputs_to_plan(outputs: Struct, request: Struct, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return outputs as `to_plan` does; `inputs` is what it returned for the request.

    Most outputs are inputs come back: comparing them costs less than to translate them again.
    """
    fields, asked = outputs.fields, request.fields
    return {
        key: inputs[key]
        if key in asked and asked[key] == fields[key]
        else _value_to_plan(fields[key])
        for key in sorted(fields)
    }


def _value_to_plan(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return dict(UNKNOWN) if text in UNKNOWN_TEXTS else text
    if kind == "number_value":
        return _number(value.number_value)
    if kind == "bool_value":
        return value.bool_value
    if kind == "struct_value":
        return _struct_to_plan(value.struct_value)
    if kind == "list_value":
        return [_value_to_plan(item) for item in value.list_value.values]
    return None


def _number(number: float) -> int | float:
    """Return a whole number as an integer: the wire knows floating point only."""
    return int(number) if number.is_integer() else number


def _struct_to_plan(struct: Struct) -> Any:
    fields = struct.fields
    if SIGNATURE not in fields:
        return to_plan(struct)
    signature = fields[SIGNATURE].string_value
    if signature == SECRET_SIGNATURE:
        return dict(SECRET)
    if signature == RESOURCE_SIGNATURE:
        return fields["urn"].string_value
    # What is left is an asset or an archive: its content, path or address says what it is.
    return {"$asset": {key: item for key, item in to_plan(struct).items() if key != SIGNATURE}}


def from_plan(properties: Mapping[str, Any]) -> Struct:
    """Return properties for the wire; a secret's value is a placeholder."""
    struct = Struct()
    update(struct, properties)
    return struct


def update(struct: Struct, properties: Mapping[str, Any]) -> None:
    """Set these properties in a structure."""
    for key, value in properties.items():
        struct.fields[key].CopyFrom(_value_from_plan(value))


def mark_secret(struct: Struct, key: str) -> None:
    """Make one property of a structure secret, unless it is missing, null or secret already."""
    value = struct.fields.get(key)
    if value is not None and not value.HasField("null_value") and not _is_secret(value):
        struct.fields[key].CopyFrom(_secret(value))


def reveal(struct: Struct) -> Struct:
    """Return a copy in which every secret is its plain value; only for comparing values."""
    copy = Struct()
    for key, value in struct.fields.items():
        copy.fields[key].CopyFrom(_revealed(value))
    return copy


def _revealed(value: Value) -> Value:
    if _is_secret(value):
        return _revealed(value.struct_value.fields["value"])
    if value.HasField("struct_value"):
        return Value(struct_value=reveal(value.struct_value))
    if value.HasField("list_value"):
        items = [_revealed(item) for item in value.list_value.values]
        return Value(list_value=ListValue(values=items))
    return value


def holds(marker: Mapping[str, bool], value: Any) -> bool:
    """Tell whether a Plan's value is this marker (``SECRET``, ``UNKNOWN``) or has it inside."""
    if isinstance(value, dict):
        return value == marker or any(holds(marker, item) for item in value.values())
    return isinstance(value, list) and any(holds(marker, item) for item in value)


def _is_secret(value: Value) -> bool:
    fields = value.struct_value.fields if value.HasField("struct_value") else {}
    return SIGNATURE in fields and fields[SIGNATURE].string_value == SECRET_SIGNATURE


def _secret(value: Value) -> Value:
    fields = {SIGNATURE: Value(string_value=SECRET_SIGNATURE), "value": value}
    return Value(struct_value=Struct(fields=fields))


def _value_from_plan(value: Any) -> Value:
    if isinstance(value, Mapping):
        if value == SECRET:
            return _secret(Value(string_value=PLACEHOLDER))
        if value == UNKNOWN:
            return Value(string_value=rpc.UNKNOWN)
        return Value(struct_value=from_plan(value))
    if isinstance(value, list | tuple):
        return Value(list_value=ListValue(values=[_value_from_plan(item) for item in value]))
    return _scalar(value)


def _scalar(value: Any) -> Value:
    if isinstance(value, bool):
        return Value(bool_value=value)
    if isinstance(value, int | float):
        return Value(number_value=value)
    if isinstance(value, str):
        return Value(string_value=value)
    return Value(null_value=NULL_VALUE)
