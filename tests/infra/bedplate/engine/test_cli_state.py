"""The Plan as read from what the CLI writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bedplate.engine.cli_state import from_export, from_preview
from bedplate.engine.order import in_dependency_order
from bedplate.engine.plan import Resource, SourcePosition, default_options
from bedplate.engine.request import LayerRequest
from bedplate.engine.wire import SECRET_SIGNATURE, SIGNATURE

REQUEST = LayerRequest(
    layer="foundation",
    project="bedplate-foundation",
    stack="dev",
    program=Path("/repo/infra/foundation/__main__.py"),
    config={},
    account_id="111122223333",
    region="me-central-1",
)
PREFIX = "urn:pulumi:dev::bedplate-foundation::"
STACK = f"{PREFIX}pulumi:pulumi:Stack::bedplate-foundation-dev"
NETWORK = f"{PREFIX}bedplate:foundation:Network::network"
VPC = f"{PREFIX}bedplate:foundation:Network$aws:ec2/vpc:Vpc::main"
HOME = f"{PREFIX}pulumi:providers:aws::home"
DEFAULT = f"{PREFIX}pulumi:providers:aws::default_7_51_1"
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
CIPHER = {SIGNATURE: SECRET_SIGNATURE, "ciphertext": "v1:abc"}


def state(urn: str, **more: Any) -> dict[str, Any]:
    """Return a resource as Pulumi's state has it."""
    kind = urn.split("::")[2].rpartition("$")[2]
    return {
        "urn": urn,
        "type": kind,
        "custom": not kind.startswith(("bedplate", "pulumi:pulumi")),
    } | more


STATES = [
    state(STACK, outputs={"token": CIPHER, "vpc": "vpc-1"}),
    state(DEFAULT, id="uuid", inputs={"version": "7"}),
    state(HOME, id="uuid", parent=STACK, inputs={"__internal": {}, "region": "x", "version": "7"}),
    state(NETWORK, parent=STACK, inputs={"specPath": "network"}, outputs={"vpcId": "vpc-1"}),
    state(
        VPC,
        id="vpc-1",
        parent=NETWORK,
        protect=True,
        inputs={"tags": {"note": CIPHER}},
        outputs={"arn": "a", "tags": {"note": CIPHER}},
        dependencies=["urn:b", "urn:a", "urn:a"],
        propertyDependencies={"tags": ["urn:b", "urn:a"], "plain": []},
        provider=f"{HOME}::uuid",
        stackTrace=[
            {"sourcePosition": "project:///../../site-packages/pulumi_aws/ec2/vpc.py#9"},
            {},
            {"sourcePosition": "project:///my%20helper.py#12"},
        ],
    ),
    state(f"{PREFIX}aws:s3/bucket:Bucket::old", delete=True),
    state(f"{PREFIX}aws:s3/bucket:Bucket::read", external=True),
]


def test_state_of_a_stack() -> None:
    """The stack, default providers and what is deleted or only read are left out."""
    plan = from_export(REQUEST, {"deployment": {"resources": STATES}})
    secret = {"$secret": True}

    assert [r.urn for r in plan.resources] == [NETWORK, HOME, VPC]
    assert plan.exports == {"token": secret, "vpc": "vpc-1"}
    assert plan.by_urn()[HOME].inputs == {"region": "x"}
    assert plan.by_urn()[NETWORK].outputs == {"specPath": "network", "vpcId": "vpc-1"}
    assert plan.by_urn()[VPC] == Resource(
        urn=VPC,
        type="aws:ec2/vpc:Vpc",
        name="main",
        parent=NETWORK,
        custom=True,
        inputs={"tags": {"note": secret}},
        outputs={"arn": "a", "tags": {"note": secret}},
        dependencies=("urn:a", "urn:b"),
        property_dependencies={"tags": ("urn:a", "urn:b")},
        provider=f"{HOME}::uuid",
        options=default_options(NETWORK) | {"protect": True},
        id="vpc-1",
        spec_path="network",
        source=SourcePosition("/repo/infra/foundation/my helper.py", 12, 0),
    )


def test_empty_stack() -> None:
    """A stack that was never deployed has an empty Plan."""
    assert from_export(REQUEST, {"deployment": {}}).resources == ()


def test_preview_takes_values_from_events() -> None:
    """Events have the outputs; steps that delete or only read are left out."""
    masked = {SIGNATURE: SECRET_SIGNATURE, "ciphertext": "[secret]"}
    bucket = f"{PREFIX}aws:s3/bucket:Bucket::b"
    gone = f"{PREFIX}aws:s3/bucket:Bucket::gone"
    digest = {
        "steps": [
            {"op": "create", "urn": STACK, "newState": state(STACK)},
            {
                "op": "create",
                "urn": bucket,
                "newState": state(bucket, inputs={"tags": "[secret]"}, provider=f"{DEFAULT}::x"),
            },
            {"op": "delete", "urn": gone, "newState": None},
            {"op": "read", "urn": VPC, "newState": state(VPC)},
        ]
    }
    outputs = {"arn": UNKNOWN_TEXT, "tags": masked}
    after = {"inputs": {"tags": masked}, "outputs": outputs, "id": UNKNOWN_TEXT}
    exported = {"inputs": {}, "outputs": {"arn": UNKNOWN_TEXT}, "id": ""}
    events: list[dict[str, Any]] = [
        {"preludeEvent": {}},
        {"resOutputsEvent": {"metadata": {"urn": bucket, "new": after}}},
        {"resOutputsEvent": {"metadata": {"urn": STACK, "new": exported}}},
        {"resOutputsEvent": {"metadata": {"urn": gone, "new": None}}},
    ]
    plan = from_preview(REQUEST, digest, events)
    (resource,) = plan.resources

    assert resource.inputs == {"tags": {"$secret": True}}
    assert resource.outputs == {"arn": {"$unknown": True}, "tags": {"$secret": True}}
    assert (resource.id, resource.provider, resource.source) == (None, None, None)
    assert plan.exports == {"arn": {"$unknown": True}}


@given(st.permutations(range(12)), st.data())
def test_order_does_not_depend_on_the_clis(order: list[int], data: st.DataObject) -> None:
    """Whatever order the CLI reports, what is needed comes first, and the result is one."""
    edges = {
        n: data.draw(st.sets(st.integers(0, n - 1), max_size=3)) if n else set() for n in order
    }
    resources = [
        Resource(
            urn=f"u{n:02}",
            type="t",
            name="n",
            parent=None,
            custom=True,
            inputs={},
            outputs={},
            dependencies=tuple(f"u{other:02}" for other in sorted(edges[n])),
        )
        for n in order
    ]
    ordered = in_dependency_order(resources)
    places = {resource.urn: place for place, resource in enumerate(ordered)}

    assert ordered == in_dependency_order(reversed(resources))
    assert len(ordered) == len(resources)
    assert all(places[need] < places[r.urn] for r in ordered for need in r.dependencies)
