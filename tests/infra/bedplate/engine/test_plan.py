"""The Plan's JSON form, and how a resource finds its spec path."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedplate.engine.plan import (
    LayerPlan,
    Plan,
    Resource,
    SourcePosition,
    default_options,
    spec_path_of,
)
from bedplate.errors import EngineError

BUCKET = "urn:pulumi:dev::bedplate-foundation::aws:s3/bucket:Bucket::models"

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
properties = st.dictionaries(st.text(max_size=8), values, max_size=3)
resources = st.builds(
    Resource,
    urn=st.text(max_size=8),
    type=st.text(max_size=8),
    name=st.text(max_size=8),
    parent=st.none() | st.text(max_size=8),
    custom=st.booleans(),
    inputs=properties,
    outputs=properties,
    dependencies=st.lists(st.text(max_size=8), max_size=3).map(tuple),
    property_dependencies=st.dictionaries(
        st.text(max_size=8), st.lists(st.text(max_size=8), max_size=2).map(tuple), max_size=2
    ),
    provider=st.none() | st.text(max_size=8),
    options=properties,
    id=st.none() | st.text(max_size=8),
    spec_path=st.none() | st.text(max_size=8),
    source=st.none()
    | st.builds(SourcePosition, st.text(max_size=8), st.integers(0), st.integers(0)),
)
plans = st.builds(
    Plan,
    environment=st.text(max_size=8),
    layers=st.lists(
        st.builds(
            LayerPlan,
            layer=st.text(max_size=8),
            project=st.text(max_size=8),
            stack=st.text(max_size=8),
            resources=st.lists(resources, max_size=3).map(tuple),
            exports=properties,
        ),
        max_size=2,
    ).map(tuple),
)


def bucket(**changes: Any) -> Resource:
    """Return a small resource."""
    values = {
        "urn": BUCKET,
        "type": "aws:s3/bucket:Bucket",
        "name": "models",
        "parent": None,
        "custom": True,
        "inputs": {"bucket": "acme-models"},
        "outputs": {"bucket": "acme-models", "arn": "arn:aws:s3:::acme-models"},
    }
    return Resource(**(values | changes))


@given(plans)
def test_a_plan_survives_its_json_text(plan: Plan) -> None:
    """Reading what was written gives the same Plan, whatever the properties hold."""
    read = Plan.from_json(json.loads(plan.dumps()))

    assert plan == read
    assert plan.dumps() == read.dumps()


def test_json_form_of_a_resource() -> None:
    """The JSON form has exactly the documented keys and plain values."""
    resource = bucket(
        dependencies=("urn:a",),
        property_dependencies={"bucket": ("urn:a",)},
        spec_path="stores",
        source=SourcePosition("/p/__main__.py", 3, 0),
        options=default_options(None),
        id="acme-models",
    )

    expected = {
        "urn": BUCKET,
        "type": "aws:s3/bucket:Bucket",
        "name": "models",
        "parent": None,
        "custom": True,
        "inputs": {"bucket": "acme-models"},
        "outputs": {"bucket": "acme-models", "arn": "arn:aws:s3:::acme-models"},
        "dependencies": ["urn:a"],
        "property_dependencies": {"bucket": ["urn:a"]},
        "provider": None,
        "options": {
            "additionalSecretOutputs": [],
            "aliasURNs": [],
            "aliases": [],
            "customTimeouts": {},
            "deleteBeforeReplace": False,
            "ignoreChanges": [],
            "parent": "",
            "protect": False,
            "retainOnDelete": False,
        },
        "id": "acme-models",
        "spec_path": "stores",
        "source": {"file": "/p/__main__.py", "line": 3, "column": 0},
    }

    assert expected == resource.to_json()


def test_text_does_not_depend_on_the_order_of_keys() -> None:
    """Two Plans that differ only in the order of their mappings have the same text."""
    one = LayerPlan("foundation", "p", "dev", (bucket(inputs={"a": 1, "b": 2}),))
    two = LayerPlan("foundation", "p", "dev", (bucket(inputs={"b": 2, "a": 1}),))

    assert Plan("dev", (one,)).dumps() == Plan("dev", (two,)).dumps()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"schema": "bedplate.plan/v0"},
            'The plan has schema "bedplate.plan/v0", not "bedplate.plan/v1".',
        ),
        (
            {"schema": "bedplate.plan/v1"},
            "The plan is not valid bedplate.plan/v1 ('layers').",
        ),
    ],
)
def test_other_json_is_refused(data: dict[str, Any], message: str) -> None:
    """Anything but this version's JSON gets one sentence with a fix."""
    with pytest.raises(EngineError) as caught:
        Plan.from_json(data)

    fix = "Fix: write the plan again with this version of bedplate."
    assert f"{message} {fix}" == str(caught.value)


def test_spec_path_is_that_of_the_nearest_ancestor() -> None:
    """A resource takes the path of the nearest component; a team's own resource has none."""
    nodes = {
        "platform": (None, None),
        "network": ("platform", "network"),
        "subnet": ("network", None),
        "own": (None, None),
    }

    expected = ["network", "network", None, None]
    paths = [spec_path_of(urn, nodes) for urn in ("subnet", "network", "platform", "own")]

    assert expected == paths
