"""JSON Schemas that editors complete and check environment files and blueprints with.

A file is partial: what it leaves out comes from the blueprint or from common.yaml, and ``null``
removes what they say. So nothing is required, except inside the items of lists, which replace.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from bedplate.spec.gpu_types import GPU_TYPES
from bedplate.spec.platform import PlatformSpec
from bedplate.spec.regions import JURISDICTIONS, REGIONS

JsonSchema: TypeAlias = dict[str, Any]
"""A JSON Schema, or part of one."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The version of JSON Schema that is written."""

_TABLES: dict[tuple[str, str], list[str]] = {
    ("AwsSpec", "region"): sorted(REGIONS),
    ("DisasterRecoverySpec", "region"): sorted(REGIONS),
    ("GovernanceSpec", "jurisdictions"): sorted(JURISDICTIONS),
    ("GpuPoolSpec", "instance_types"): list(GPU_TYPES),
}
"""Fields whose values validators look up in a table, by model and field."""

_ADMIN = "arn:aws:iam::111122223333:role/platform-admin"

EXAMPLES: dict[tuple[str, str], Any] = {
    ("ApproverSpec", "role"): "compliance",
    ("AwsSpec", "account_id"): "111122223333",
    ("AwsSpec", "region"): "me-central-1",
    ("ClusterSpec", "admins"): [_ADMIN],
    ("ClusterSpec", "public_access_cidrs"): ["203.0.113.0/24"],
    ("DnsFirewallSpec", "allowed_domains"): ["git.acme.example"],
    ("GovernanceSpec", "jurisdictions"): ["AE"],
    ("GpuPoolSpec", "instance_types"): ["g6.xlarge", "g6.2xlarge"],
    ("GpuPoolSpec", "reservations"): ["cr-0a1b2c3d4e5f67890"],
    ("KserveSpec", "domain"): "models.acme.example",
    ("NetworkSpec", "cidr"): "10.40.0.0/16",
    ("NetworkSpec", "endpoints"): ["bedrock-runtime"],
    ("OwnerSpec", "cost_center"): "4711",
    ("PersonalDataSpec", "purpose"): "fraud detection",
    ("StateSpec", "backend"): "s3://acme-ml-state?region=me-central-1",
    ("StateSpec", "secrets_provider"): "awskms://alias/acme-ml-state?region=me-central-1",
    ("SupplySpec", "charts"): "oci://registry.acme.example/charts",
    ("SupplySpec", "images"): "registry.acme.example/mirror",
    ("WindowSpec", "start"): "19:00",
}
"""One example for each field whose form is not plain from its type, by model and field."""

_ENVIRONMENT_EXAMPLE: JsonSchema = {
    "blueprint": "uae-regulated",
    "environment": "prod",
    "aws": {"account_id": "111122223333", "region": "me-central-1"},
    "network": {"cidr": "10.40.0.0/16"},
    "cluster": {"admins": [_ADMIN]},
    "gpu_pools": {"inference-l4": {"instance_types": ["g6.xlarge"], "max_gpus": 16}},
    "budget": {"hourly_usd": 60, "monthly_usd": 30000},
}

_BLUEPRINT_EXAMPLE: JsonSchema = {
    "description": "As enterprise, in Germany",
    "extends": "enterprise",
    "governance": {"jurisdictions": ["DE"]},
}

_NULL: JsonSchema = {"type": "null"}

_ANNOTATIONS = ("description", "default", "examples")


def environment_schema() -> JsonSchema:
    """Return the schema of an environment file; common.yaml has the same."""
    properties, definitions = _parts()
    return {
        "$schema": DIALECT,
        "title": "Bedplate environment",
        "description": "One environment, or what all environments of a platform share.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "examples": [_ENVIRONMENT_EXAMPLE],
        "$defs": definitions,
    }


def blueprint_schema() -> JsonSchema:
    """Return the schema of a blueprint: an environment's sections, without its identity."""
    properties, definitions = _parts()
    own: JsonSchema = {
        "description": {
            "type": "string",
            "minLength": 1,
            "description": "For whom the blueprint is, in one line.",
        },
        "extends": {
            **PlatformSpec.model_json_schema()["properties"]["blueprint"],
            "description": "Blueprint whose values apply first.",
        },
    }
    own["extends"].pop("title")
    sections = {k: v for k, v in properties.items() if k not in {"blueprint", "environment"}}
    return {
        "$schema": DIALECT,
        "title": "Bedplate blueprint",
        "description": "Named defaults for a kind of organisation.",
        "type": "object",
        "properties": own | sections,
        "required": ["description"],
        "additionalProperties": False,
        "examples": [_BLUEPRINT_EXAMPLE],
        "$defs": definitions,
    }


def _parts() -> tuple[JsonSchema, JsonSchema]:
    """Return the top-level properties and the definitions, both partial."""
    whole = PlatformSpec.model_json_schema()
    definitions: JsonSchema = whole["$defs"]
    for model in (whole, *definitions.values()):
        for field in model["properties"].values():
            if "description" not in field:  # pydantic leaves out what the section says itself
                field["description"] = definitions[_model(field)]["description"]
    listed = _in_lists(whole)
    partial = {
        name: _definition(name, body, partial=name not in listed)
        for name, body in definitions.items()
    }
    return _properties("PlatformSpec", whole["properties"], partial=True), partial


def _model(reference: JsonSchema) -> str:
    name: str = reference["$ref"].rsplit("/", 1)[-1]
    return name


def _in_lists(whole: JsonSchema) -> frozenset[str]:
    """Return the names of the models that stand as items of lists."""

    def references(schema: Any, *, within: bool) -> set[str]:
        if isinstance(schema, list):
            return {name for item in schema for name in references(item, within=within)}
        if not isinstance(schema, dict):
            return set()
        found = {_model(schema)} if within and "$ref" in schema else set()
        for key, value in schema.items():
            found |= references(value, within=within or key == "items")
        return found

    return frozenset(references(whole, within=False))


def _definition(name: str, body: JsonSchema, *, partial: bool) -> JsonSchema:
    required = {} if partial else {"required": body.get("required", [])}
    return {
        "type": "object",
        "description": _line(body["description"]),
        "properties": _properties(name, body["properties"], partial=partial),
        **required,
        "additionalProperties": False,
    }


def _properties(model: str, properties: JsonSchema, *, partial: bool) -> JsonSchema:
    found: JsonSchema = {}
    for name, body in properties.items():
        schema = _mapping({k: v for k, v in body.items() if k != "title"})
        schema["description"] = _line(schema["description"])
        if isinstance(schema.get("default"), dict) or schema.get("default", ...) is None:
            schema.pop("default")  # a section's fields state their own
        _look_up(schema, _TABLES.get((model, name)))
        if (model, name) in EXAMPLES:
            schema["examples"] = [EXAMPLES[model, name]]
        found[name] = _nullable(schema) if partial else schema
    return found


def _mapping(schema: JsonSchema) -> JsonSchema:
    """Close a mapping with patterned keys, and let ``null`` remove an entry of any mapping."""
    for key in ("patternProperties", "additionalProperties"):
        values = schema.get(key)
        if not isinstance(values, dict):
            continue
        if key == "patternProperties":
            schema[key] = {pattern: _nullable(value) for pattern, value in values.items()}
            schema["additionalProperties"] = False
        else:
            schema[key] = _nullable(values)
        break
    return schema


def _look_up(schema: JsonSchema, table: list[str] | None) -> None:
    if table is None:
        return
    if "items" in schema:
        schema["items"] = {"enum": table}
    elif "anyOf" in schema:
        schema["anyOf"] = [{"enum": table}, _NULL]
    else:
        schema.pop("type")
        schema["enum"] = table


def _nullable(schema: JsonSchema) -> JsonSchema:
    """Return a schema that accepts ``null`` too, with its annotations outermost."""
    notes = {key: schema[key] for key in _ANNOTATIONS if key in schema}
    core = {key: value for key, value in schema.items() if key not in notes}
    if "const" in core:
        return {"enum": [core["const"], None], **notes}
    if "enum" in core:
        return {"enum": [*core["enum"], None], **notes}
    if "anyOf" in core:
        options = core["anyOf"] if _NULL in core["anyOf"] else [*core["anyOf"], _NULL]
        return {"anyOf": options, **notes}
    if "$ref" in core:
        return {"anyOf": [core, _NULL], **notes}
    return {**core, "type": [core["type"], "null"], **notes}


def _line(text: str) -> str:
    return " ".join(text.split())
