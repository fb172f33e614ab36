"""The JSON Schemas accept what may be written in a file, and refuse what may not."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bedplate.spec.platform import PlatformSpec
from bedplate.spec.schema import EXAMPLES, blueprint_schema, environment_schema

ENVIRONMENT = Draft202012Validator(environment_schema())
BLUEPRINT = Draft202012Validator(blueprint_schema())


def _errors(validator: Draft202012Validator, value: object) -> list[tuple[str, str]]:
    """Return path and failed keyword of each error."""
    return sorted((error.json_path, str(error.validator)) for error in validator.iter_errors(value))


@pytest.mark.parametrize("schema", [environment_schema(), blueprint_schema()])
def test_a_schema_is_one(schema: dict[str, Any]) -> None:
    """Both schemas are valid JSON Schemas of draft 2020-12, and so is each example in them."""
    Draft202012Validator.check_schema(schema)

    assert [_errors(Draft202012Validator(schema), e) for e in schema["examples"]] == [[]]


def test_an_environment_may_be_partial() -> None:
    """Everything may be left to the blueprint or to common.yaml, at every depth."""
    partial = {
        "governance": {"personal_data": {"retention_days": 30}},
        "gpu_pools": {"inference": {"max_gpus": 2}},
        "teams": {"fraud": {"gpu_quota": 1}},
    }

    assert _errors(ENVIRONMENT, {}) == []
    assert _errors(ENVIRONMENT, partial) == []


def test_null_removes_at_every_depth() -> None:
    """A section, a value in it, an entry of a mapping and its values may be removed."""
    removed = {
        "integrations": None,
        "network": {"dns_firewall": None, "egress": None, "zones": None},
        "gpu_pools": {"inference": None, "batch": {"purchase": None}},
        "prices": {"hourly_usd": {"eks:cluster": None}},
    }

    assert _errors(ENVIRONMENT, removed) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"netwrok": {}}, ("$", "additionalProperties")),
        ({"network": {"egres": "nat"}}, ("$.network", "anyOf")),
        ({"network": {"egress": "open"}}, ("$.network", "anyOf")),
        ({"gpu_pools": {"Big Pool": {}}}, ("$.gpu_pools", "additionalProperties")),
        ({"aws": {"account_id": 111122223333}}, ("$.aws", "anyOf")),
        ({"aws": {"region": "me-central-9"}}, ("$.aws", "anyOf")),
        ({"protect": "yes"}, ("$.protect", "type")),
        ({"description": "an environment has none"}, ("$", "additionalProperties")),
    ],
)
def test_a_wrong_environment_is_refused(value: object, expected: tuple[str, str]) -> None:
    """Unknown keys, wrong types and unknown values are errors in the editor already."""
    assert _errors(ENVIRONMENT, value) == [expected]


def test_an_item_of_a_list_is_whole() -> None:
    """Lists replace, so an item of a list states all that it needs."""
    approver = {"governance": {"approvals": {"approvers": [{"name": "Ann"}]}}}

    assert _errors(ENVIRONMENT, approver) == [("$.governance", "anyOf")]


def test_a_blueprint_describes_itself_and_names_no_environment() -> None:
    """`description` is required; `blueprint` and `environment` belong to environments."""
    assert _errors(BLUEPRINT, {"description": "x", "extends": "starter", "protect": False}) == []
    assert _errors(BLUEPRINT, {"extends": "starter"}) == [("$", "required")]
    assert _errors(BLUEPRINT, {"description": "x", "environment": "dev"}) == [
        ("$", "additionalProperties")
    ]


@pytest.mark.parametrize(("model", "field"), EXAMPLES)
def test_examples_are_valid(model: str, field: str) -> None:
    """The example of a field is one that the field takes."""
    definitions = environment_schema()["$defs"]
    schema = definitions[model]["properties"][field] | {"$defs": definitions}

    assert schema["examples"] == [EXAMPLES[model, field]]
    assert _errors(Draft202012Validator(schema), EXAMPLES[model, field]) == []


def test_every_field_is_described() -> None:
    """An editor has a sentence for each key."""
    schema = environment_schema()
    models = {"": schema, **schema["$defs"]}
    silent = [
        f"{name}.{key}"
        for name, model in models.items()
        for key, field in model["properties"].items()
        if not field.get("description")
    ]

    assert silent == []


def test_no_section_is_left_out() -> None:
    """The schema has the sections of the spec, all of them and no other."""
    assert list(environment_schema()["properties"]) == list(PlatformSpec.model_fields)
