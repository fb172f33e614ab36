"""The stand-in provider, asked directly."""

from __future__ import annotations

import socket
from typing import Any

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from bedplate.engine import wire
from bedplate.engine.sandbox.provider import StandInProvider, serve

VPC = "urn:pulumi:dev::bedplate-foundation::aws:ec2/vpc:Vpc::main"
BUCKET = "urn:pulumi:dev::bedplate-foundation::aws:s3/bucket:Bucket::models"
SECRET = {"$secret": True}
UNKNOWN = {"$unknown": True}
Changes = provider_pb2.DiffResponse.DiffChanges
Kinds = provider_pb2.PropertyDiff.Kind


@pytest.fixture
def provider() -> StandInProvider:
    """Return a provider that is configured for one account and region."""
    provider = StandInProvider()
    config = {"region": "cn-north-1", "allowedAccountIds": '["111122223333"]'}
    provider.Configure(provider_pb2.ConfigureRequest(args=wire.from_plan(config)), None)
    return provider


def secret(text: str) -> Struct:
    """Return properties with a secret tag."""
    hidden = {wire.SIGNATURE: wire.SECRET_SIGNATURE, "value": text}
    struct = Struct()
    struct.update({"tags": {"note": hidden}})
    return struct


def difference(provider: StandInProvider, urn: str, old: Struct, new: Struct) -> Any:
    """Return the provider's answer to a change of inputs."""
    return provider.Diff(provider_pb2.DiffRequest(urn=urn, old_inputs=old, news=new), None)


def test_create_answers_for_its_account(provider: StandInProvider) -> None:
    """Outputs are those of the configured account, region and partition."""
    request = provider_pb2.CreateRequest(urn=VPC, properties=wire.from_plan({"cidrBlock": "x"}))
    created = provider.Create(request, None)
    outputs = wire.to_plan(created.properties)

    assert outputs["arn"] == f"arn:aws-cn:ec2:cn-north-1:111122223333:vpc/{created.id}"
    assert outputs["cidrBlock"] == "x"


def test_preview_knows_only_the_inputs(provider: StandInProvider) -> None:
    """Before a deployment every computed property, also inside an input, is unknown."""
    cluster = "urn:pulumi:dev::bedplate-foundation::aws:eks/cluster:Cluster::ml"
    inputs = {"name": "ml", "vpcConfig": {"subnetIds": ["a"]}}
    request = provider_pb2.CreateRequest(
        urn=cluster, properties=wire.from_plan(inputs), preview=True
    )
    created = provider.Create(request, None)
    outputs = wire.to_plan(created.properties)

    assert created.id == ""
    assert outputs["name"] == "ml"
    assert outputs["endpoint"] == UNKNOWN
    assert outputs["vpcConfig"] == {"clusterSecurityGroupId": UNKNOWN, "subnetIds": ["a"]}


def test_secrets_stay_marked(provider: StandInProvider) -> None:
    """A secret tag is secret among all outputs that hold it, and its value is kept."""
    created = provider.Create(
        provider_pb2.CreateRequest(urn=BUCKET, properties=secret("hunter2")), None
    )
    outputs = wire.to_plan(created.properties)

    assert outputs["tags"] == outputs["tagsAll"] == {"note": SECRET}
    assert wire.to_plan(wire.reveal(created.properties))["tags"] == {"note": "hunter2"}


def test_a_changed_secret_is_a_change(provider: StandInProvider) -> None:
    """Secrets are compared by value."""
    same = difference(provider, BUCKET, secret("a"), secret("a"))
    other = difference(provider, BUCKET, secret("a"), secret("b"))

    assert (same.changes, other.changes) == (Changes.DIFF_NONE, Changes.DIFF_SOME)


def test_difference_names_each_property(provider: StandInProvider) -> None:
    """A difference is told by path and kind; a changed name replaces."""
    old = wire.from_plan({"bucket": "a", "tags": {"x": "1", "y": "2"}})
    new = wire.from_plan({"bucket": "b", "tags": {"x": "2"}, "forceDestroy": True})
    answer = difference(provider, BUCKET, old, new)

    assert {path: diff.kind for path, diff in answer.detailedDiff.items()} == {
        "bucket": Kinds.UPDATE_REPLACE,
        "forceDestroy": Kinds.ADD,
        "tags.x": Kinds.UPDATE,
        "tags.y": Kinds.DELETE,
    }
    assert list(answer.replaces) == ["bucket"]
    assert list(answer.diffs) == ["bucket", "forceDestroy", "tags"]


def test_another_region_is_another_provider(provider: StandInProvider) -> None:
    """Changing the region or the account replaces the provider; changing tags does not."""
    request = provider_pb2.DiffRequest(
        old_inputs=wire.from_plan({"region": "a", "defaultTags": "{}"}),
        news=wire.from_plan({"region": "b", "defaultTags": "{ }"}),
    )

    assert list(provider.DiffConfig(request, None).replaces) == ["region"]


def test_update_and_delete(provider: StandInProvider) -> None:
    """An update answers with the new inputs; a deletion with nothing."""
    request = provider_pb2.UpdateRequest(urn=VPC, news=wire.from_plan({"cidrBlock": "y"}))
    deleted = provider.Delete(provider_pb2.DeleteRequest(urn=VPC), None)

    assert wire.to_plan(provider.Update(request, None).properties)["cidrBlock"] == "y"
    assert not deleted.ListFields()


def test_read(provider: StandInProvider) -> None:
    """A refresh gives back what is recorded; something that existed before gets outputs."""
    recorded = provider_pb2.ReadRequest(
        id="vpc-1",
        urn=VPC,
        properties=wire.from_plan({"arn": "a"}),
        inputs=wire.from_plan({"cidrBlock": "x"}),
    )
    found = provider.Read(provider_pb2.ReadRequest(id="vpc-1", urn=VPC), None)
    answer = provider.Read(recorded, None)

    assert wire.to_plan(answer.properties) == {"arn": "a"}
    assert found.id == "vpc-1"
    assert "defaultSecurityGroupId" in found.properties.fields


def test_it_listens_on_loopback_only_and_answers_over_grpc() -> None:
    """The server is reachable at 127.0.0.1, and refuses an unknown function with a sentence."""
    server, port = serve(StandInProvider())
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            token = "aws:index/getPartition:getPartition"  # noqa: S105 - a function's name
            answer = stub.Invoke(provider_pb2.InvokeRequest(tok=token))
            with pytest.raises(grpc.RpcError) as caught:
                stub.Invoke(provider_pb2.InvokeRequest(tok="aws:x/y:z"))
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", port), timeout=2)
    finally:
        server.stop(None)

    assert wire.to_plan(getattr(answer, "return"))["partition"] == "aws"
    assert caught.value.details() == (
        "The sandbox can't answer the function aws:x/y:z. Fix: preview without --sandbox."
    )


def test_what_the_cli_asks_first(provider: StandInProvider) -> None:
    """It takes any configuration and inputs as they are, and keeps secrets marked."""
    inputs = wire.from_plan({"a": 1})
    request = provider_pb2.CheckRequest(urn=VPC, news=inputs)

    assert provider.Check(request, None).inputs == inputs
    assert provider.CheckConfig(request, None).inputs == inputs
    assert provider.Handshake(None, None).accept_secrets
    assert provider.GetPluginInfo(None, None).version.startswith("7.")
    assert provider.GetSchema(None, None).schema == '{"name": "aws"}'
    assert not provider.Cancel(None, None).ListFields()
