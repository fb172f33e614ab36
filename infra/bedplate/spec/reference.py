"""The texts of docs/reference that follow from the models: two schemas and one page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bedplate.spec.gpu_types import GPU_TYPES
from bedplate.spec.platform import PlatformSpec
from bedplate.spec.regions import REGIONS
from bedplate.spec.schema import JsonSchema, blueprint_schema, environment_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

GENERATED = "<!-- Written by `make docs`; change the models, not this page. -->"
"""First line of a generated page."""

_INTRODUCTION = """\
# Environment file

One file in `stacks/` for each environment; `common.yaml` beside them holds what they share. Both
have the same sections. Order: blueprint (what it extends first), then `common.yaml`, then the
environment. Mappings merge, lists replace, `null` removes.

Quote what looks like a number and is a name: account ids, versions, cost centres.

*Required* means that one of the three files must state it, once its section is there at all.
Editors read the same facts from [environment.schema.json](environment.schema.json)."""

_KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "mapping",
}
"""JSON Schema's types, in words."""


def environment_schema_text() -> str:
    """Return docs/reference/environment.schema.json."""
    return _json(environment_schema())


def blueprint_schema_text() -> str:
    """Return docs/reference/blueprint.schema.json."""
    return _json(blueprint_schema())


def _json(schema: JsonSchema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def environment_page() -> str:
    """Return docs/reference/environment.md: each field with its type, default and meaning."""
    whole = PlatformSpec.model_json_schema()
    plain = {k: v for k, v in whole["properties"].items() if _model(v, whole) is None}
    parts = [GENERATED, _INTRODUCTION, _section("Top level", "", _rows(plain, whole, "", whole))]
    for name, schema in whole["properties"].items():
        found = _model(schema, whole)
        if found is None:
            continue
        prefix = name + found[1]
        rows = _rows(found[0]["properties"], whole, f"{prefix}.", found[0])
        needed = " Required." if name in whole["required"] else ""
        parts.append(_section(f"`{name}`", _line(found[0]["description"]) + needed, rows))
    return "\n\n".join([*parts, _regions()]) + "\n"


def _section(title: str, text: str, rows: Iterator[str]) -> str:
    head = "| Field | Type | Default | Meaning |\n|---|---|---|---|"
    found = list(rows)
    table = "\n".join([head, *found]) if found else "There is nothing to set."
    return "\n\n".join(part for part in (f"## {title}", text, table) if part)


def _rows(
    properties: JsonSchema, whole: JsonSchema, prefix: str, owner: JsonSchema
) -> Iterator[str]:
    """Yield a row for each field; a field that is a section itself is spelt out instead."""
    for name, schema in properties.items():
        found = _model(schema, whole)
        if found is not None:
            inner, mark = found
            yield from _rows(inner["properties"], whole, f"{prefix}{name}{mark}.", inner)
            continue
        needed = name in owner.get("required", [])
        default = "*required*" if needed else _default(schema.get("default"))
        meaning = _line(schema.get("description", ""))
        yield f"| `{prefix}{name}` | {_cell(_type(schema))} | {default} | {_cell(meaning)} |"


def _model(schema: JsonSchema, whole: JsonSchema) -> tuple[JsonSchema, str] | None:
    """Return the section that a field holds, and how its path goes on: "", "[]" or ".<name>"."""
    if "$ref" in schema:
        definition: JsonSchema = whole["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
        return definition, ""
    for option in schema.get("anyOf", []):
        if "$ref" in option:
            return _model(option, whole)
    if "$ref" in schema.get("items", {}):
        inner = _model(schema["items"], whole)
        return (inner[0], "[]") if inner else None
    others = schema.get("additionalProperties")
    named = [*schema.get("patternProperties", {}).values(), *([others] if others else [])]
    for values in named:
        if isinstance(values, dict) and "$ref" in values:
            inner = _model(values, whole)
            return (inner[0], ".<name>") if inner else None
    return None


def _type(schema: JsonSchema) -> str:
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    if values:
        return " | ".join(f"`{value}`" for value in values)
    options = [option for option in schema.get("anyOf", []) if option != {"type": "null"}]
    if options:
        return " or ".join(_type(option) for option in options)
    if "type" not in schema:
        return "anything"
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}"
    if schema["type"] == "object":
        below = schema.get("additionalProperties")
        return f"mapping to {_type(below) if isinstance(below, dict) else 'anything'}"
    kind = "date" if schema.get("format") == "date" else _KINDS[schema["type"]]
    return kind + _bounds(schema)


def _bounds(schema: JsonSchema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f", {low} to {high}"
    above = schema.get("exclusiveMinimum")
    parts = []
    if above is not None:
        parts.append(f", more than {above}")
    if low is not None:
        parts.append(f", {low} or more")
    if high is not None:
        parts.append(f", at most {high}")
    return "".join(parts)


def _default(value: Any) -> str:
    if value is None or value in ([], {}):
        return "none"
    if isinstance(value, list):
        return ", ".join(f"`{item}`" for item in value)
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"


def _regions() -> str:
    rows = []
    for name, region in REGIONS.items():
        families = list(
            dict.fromkeys(t.family for t in GPU_TYPES.values() if t.name in region.gpu_types)
        )
        offered = ", ".join(families) or "none"
        rows.append(f"| `{name}` | {region.country} | {' '.join(region.zones)} | {offered} |")
    head = "| Region | Country | Zones | GPU families |\n|---|---|---|---|"
    text = (
        "What Bedplate knows of each region. A GPU type that a region is not known to offer is\n"
        "refused: check with `aws ec2 describe-instance-type-offerings`."
    )
    return "\n\n".join(["## Regions", text, "\n".join([head, *rows])])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _line(text: str) -> str:
    return " ".join(text.split())
