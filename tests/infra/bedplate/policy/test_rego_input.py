"""The input document has the shape that Pulumi's OPA runtime gives a rule."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.plans import BUCKET, PROVIDER, plan, provider, reading, resource, urn

from bedplate.policy.rego_input import (
    dumps,
    is_open,
    layer_inputs,
    narrowed,
    openings,
    resource_text,
    stack_entry,
    stack_text,
    tree_of,
)

if TYPE_CHECKING:
    from bedplate.engine.plan import LayerPlan

UNKNOWN = {"$unknown": True}
SECRET = {"$secret": True}

_leaves = st.none() | st.booleans() | st.integers() | st.text()
_values = st.recursive(
    _leaves | st.just(UNKNOWN) | st.just(SECRET),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def test_a_resource_rule_sees_properties_and_reserved_names() -> None:
    """Reserved names win over a property that would pose as one."""
    bucket = resource(BUCKET, inputs={"bucket": "acme", "__type": "aws:ec2/vpc:Vpc"})
    layer = plan(provider(), bucket).layers[0]

    assert layer_inputs(layer)[bucket.urn] == {
        "bucket": "acme",
        "__type": BUCKET,
        "__name": "x",
        "__urn": bucket.urn,
        "__options": {},
        "__provider": {
            "type": "pulumi:providers:aws",
            "name": "main",
            "urn": PROVIDER,
            "properties": {"region": "me-central-1"},
        },
        "__properties": {"bucket": "acme", "__type": "aws:ec2/vpc:Vpc"},
    }


def test_a_resource_without_provider_has_an_empty_one() -> None:
    """Rules tell an explicit provider from none; one that the plan lacks has no properties."""
    bare = resource(BUCKET, "bare", provider=None)
    lost = resource(BUCKET, "lost")
    inputs = layer_inputs(plan(bare, lost).layers[0])

    assert inputs[bare.urn]["__provider"] == {}
    assert inputs[lost.urn]["__provider"] == {
        "type": "pulumi:providers:aws",
        "name": "main",
        "urn": PROVIDER,
        "properties": {},
    }


def test_a_stack_rule_sees_the_stack_and_all_dependencies() -> None:
    """The stack comes first, as in Pulumi; resources carry what they depend on."""
    bucket = resource(BUCKET)
    policy = reading("aws:s3/bucketPolicy:BucketPolicy", "p", {}, "bucket", bucket)
    layer = plan(bucket, policy).layers[0]
    stack, first, second = seen_by_a_stack_rule(layer)

    assert stack["__type"] == "pulumi:pulumi:Stack"
    assert (first["__urn"], first["dependencies"]) == (urn(BUCKET, "x"), [])
    assert second["dependencies"] == [bucket.urn]
    assert second["propertyDependencies"] == {"bucket": [bucket.urn]}


def test_dependencies_win_over_a_property_of_that_name() -> None:
    """A rule never takes what a program wrote for what a resource depends on."""
    bucket = resource(BUCKET, inputs={"dependencies": ["all"], "propertyDependencies": {"a": 1}})
    _, seen = seen_by_a_stack_rule(plan(bucket).layers[0])

    assert (seen["dependencies"], seen["propertyDependencies"]) == ([], {})
    assert seen["__urn"] == bucket.urn


@settings(max_examples=40)
@given(inputs=st.dictionaries(st.text(), _values), whole=st.booleans())
def test_a_resource_is_told_in_pieces_as_it_is_told_whole(
    *, inputs: dict[str, Any], whole: bool
) -> None:
    """Whatever its properties are, its text holds the document, on one line."""
    bucket = resource(BUCKET, inputs=inputs)
    (document,) = layer_inputs(plan(bucket).layers[0]).values()
    text = resource_text(document, dumps(document["__provider"]), whole=whole)

    assert "\n" not in text
    assert json.loads(text) == {k: v for k, v in document.items() if whole or k != "__properties"}


def seen_by_a_stack_rule(layer: LayerPlan) -> list[dict[str, Any]]:
    """Return what a stack rule sees of a layer."""
    inputs = layer_inputs(layer)
    entries = (stack_entry(one, inputs[one.urn], dumps(inputs[one.urn])) for one in layer.resources)
    found: list[dict[str, Any]] = json.loads(stack_text(layer, entries))["resources"]
    return found


def test_openings_are_found_on_the_way_at_the_place_and_below() -> None:
    """A marker anywhere on a path, or under it, leaves the path open; beside it does not."""
    document = {"a": {"b": UNKNOWN, "c": [{"d": SECRET}, {"d": 1}]}, "e": {"f": "x"}, "g": SECRET}

    assert openings(document, "a.b") == ("unknown",)
    assert openings(document, "a.b.c.d") == ("unknown",)
    assert openings(document, "a.c.*.d") == ("secret",)
    assert openings(document, "a") == ("secret", "unknown")
    assert openings(document, "e.f") == ()
    assert openings(document, "a.nothing") == ()


@given(_values)
def test_the_empty_path_of_a_value_is_open_where_a_marker_stands(value: Any) -> None:
    """Both ways of looking for markers agree."""
    assert is_open(value) == bool(openings({"v": value}, "v"))


@settings(max_examples=40)
@given(st.dictionaries(st.text(), _values))
def test_an_input_is_one_line_of_json(document: dict[str, Any]) -> None:
    """Engines are fed line by line."""
    line = dumps(document)

    assert "\n" not in line
    assert json.loads(line) == document


def test_a_tree_narrows_a_document_to_its_paths() -> None:
    """Mappings on the way stay; what is none, and a marker, is there as a whole."""
    tree = tree_of(["tags.owner", "spec.*.image", "rules.name", "hidden.part"])
    document = {
        "tags": {"owner": "ml", "team": "x"},
        "spec": {"a": {"image": "i", "other": 1}},
        "rules": [{"name": "n", "other": 1}],
        "hidden": SECRET,
        "acl": "public-read",
    }

    assert tree == {
        "tags": {"owner": None}, "spec": None, "rules": {"name": None}, "hidden": {"part": None},
    }  # fmt: skip
    assert narrowed(document, tree) == {
        "tags": {"owner": "ml"},
        "spec": document["spec"],
        "rules": document["rules"],
        "hidden": SECRET,
    }
    assert tree_of(["tags", "tags.owner"]) == tree_of(["tags.owner", "tags"]) == {"tags": None}
    assert narrowed({"tags": None}, tree) == {"tags": None}


def test_a_list_on_the_way_is_looked_at_whole() -> None:
    """A path that forgets the star does not pass over what it can't see."""
    document = {"rules": [{"name": "n"}, {"name": UNKNOWN}]}

    assert openings(document, "rules.name") == ("unknown",)
    assert openings(document, "rules.*.port") == ()
