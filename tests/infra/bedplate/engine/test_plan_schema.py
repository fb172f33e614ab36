"""The documented JSON Schema of a Plan, against real Plans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bedplate.engine.plan import SCHEMA, Plan
from bedplate.engine.simulator import LayerRequest, simulate_layer

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pulumi_aws.*")

PROGRAM = """\
import pulumi
import pulumi_aws as aws

home = aws.Provider("home", region="me-central-1")
vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(provider=home))
secret = pulumi.Output.secret("x")
aws.ec2.Subnet("a", vpc_id=vpc.id, tags={"s": secret}, opts=pulumi.ResourceOptions(protect=True))
aws.lambda_.Function("f", role="r", code=pulumi.FileArchive("."))
pulumi.export("secret", secret)
"""


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """Return a validator of the documented schema, which is itself valid."""
    root = Path(__file__).parents[4]
    schema = json.loads((root / "docs" / "reference" / "plan.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture
def plan(tmp_path: Path) -> dict[str, Any]:
    """Return the JSON form of a Plan with most of what a Plan can hold."""
    program = tmp_path / "__main__.py"
    program.write_text(PROGRAM)
    request = LayerRequest(
        layer="foundation",
        project="bedplate-foundation",
        stack="dev",
        program=program,
        config={},
        account_id="111122223333",
        region="me-central-1",
    )
    read: dict[str, Any] = json.loads(Plan("dev", (simulate_layer(request),)).dumps())
    return read


def test_a_real_plan_is_valid(validator: Draft202012Validator, plan: dict[str, Any]) -> None:
    """What the engine writes is what the schema describes."""
    assert list(validator.iter_errors(plan)) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("urn", "no-urn"),
        ("inputs", None),
        ("inputs", {"a": {"$secret": "shown"}}),
        ("inputs", {"a": [{"$unknown": True, "more": 1}]}),
        ("options", {}),
        ("extra", 1),
        ("source", {"file": "x", "line": -1, "column": 0}),
    ],
)
def test_other_shapes_are_not_valid(
    validator: Draft202012Validator, plan: dict[str, Any], key: str, value: object
) -> None:
    """A resource of another shape, or a marker with a value, is refused."""
    plan["layers"][0]["resources"][0][key] = value

    assert not validator.is_valid(plan)


def test_version(validator: Draft202012Validator, plan: dict[str, Any]) -> None:
    """The schema is of exactly the version that the engine writes."""
    assert plan["schema"] == SCHEMA
    assert not validator.is_valid(plan | {"schema": "bedplate.plan/v2"})
