"""Asks the Python policy pack about a plan, over its real protocol, as Pulumi's engine would."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from bedplate.engine.plan import STACK_TYPE
from bedplate.engine.wire import from_plan
from bedplate.policy.finding import stack_urn
from bedplate.policy.pulumi_pack.analyzer import Analyzer
from bedplate.policy.pulumi_pack.server import MAXIMUM_MESSAGE_BYTES, start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bedplate.engine.plan import LayerPlan, Resource

Said: TypeAlias = list[analyzer_pb2.AnalyzeDiagnostic]
"""Diagnostics."""


@contextmanager
def running_pack() -> Iterator[analyzer_pb2_grpc.AnalyzerStub]:
    """Start the pack and give a client of it."""
    server, port = start(Analyzer())
    options = [("grpc.max_send_message_length", MAXIMUM_MESSAGE_BYTES)]
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
            stub = analyzer_pb2_grpc.AnalyzerStub(channel)
            yield stub
            stub.Cancel(empty_pb2.Empty())
    finally:
        server.stop(grace=None)


def configure(
    stub: analyzer_pb2_grpc.AnalyzerStub, layer: LayerPlan, stacks: Path, *, is_preview: bool = True
) -> None:
    """Tell the pack which stack it is about."""
    stub.ConfigureStack(
        analyzer_pb2.AnalyzerStackConfigureRequest(
            stack=layer.stack,
            project=layer.project,
            organization="organization",
            dry_run=is_preview,
            config={"bedplate:stacks": str(stacks)},
        )
    )


def asked_alone(stub: analyzer_pb2_grpc.AnalyzerStub, layer: LayerPlan) -> Said:
    """Return what the pack says of each resource on its own."""
    found: Said = []
    for resource in layer.resources:
        request = analyzer_pb2.AnalyzeRequest(
            type=resource.type,
            urn=resource.urn,
            name=resource.name,
            properties=from_plan(resource.inputs),
            options=_options(resource),
            provider=_provider(layer, resource),
        )
        found += stub.Analyze(request).diagnostics
    return found


def asked_whole(
    stub: analyzer_pb2_grpc.AnalyzerStub, layer: LayerPlan
) -> analyzer_pb2.AnalyzeResponse:
    """Return what the pack says of the stack; properties are outputs then, as Pulumi's are."""
    stack = analyzer_pb2.AnalyzerResource(
        type=STACK_TYPE,
        urn=stack_urn(layer.stack, layer.project),
        name=f"{layer.project}-{layer.stack}",
    )
    resources = [
        analyzer_pb2.AnalyzerResource(
            type=resource.type,
            urn=resource.urn,
            name=resource.name,
            properties=from_plan(resource.outputs),
            options=_options(resource),
            provider=_provider(layer, resource),
            parent=resource.parent or stack.urn,
            dependencies=resource.dependencies,
            propertyDependencies={
                key: analyzer_pb2.AnalyzerPropertyDependencies(urns=urns)
                for key, urns in resource.property_dependencies.items()
            },
        )
        for resource in layer.resources
    ]
    response: analyzer_pb2.AnalyzeResponse = stub.AnalyzeStack(
        analyzer_pb2.AnalyzeStackRequest(resources=[stack, *resources])
    )
    return response


def said_of(layer: LayerPlan, stacks: Path, *, is_preview: bool = True) -> Said:
    """Return all that the pack says of a layer in one run."""
    with running_pack() as stub:
        configure(stub, layer, stacks, is_preview=is_preview)
        return [*asked_alone(stub, layer), *asked_whole(stub, layer).diagnostics]


def _options(resource: Resource) -> analyzer_pb2.AnalyzerResourceOptions:
    options = resource.options
    return analyzer_pb2.AnalyzerResourceOptions(
        protect=options.get("protect", False),
        ignoreChanges=options.get("ignoreChanges", []),
        deleteBeforeReplace=options.get("deleteBeforeReplace", False),
        additionalSecretOutputs=options.get("additionalSecretOutputs", []),
        aliases=options.get("aliasURNs", []),
        parent=resource.parent or "",
    )


def _provider(layer: LayerPlan, resource: Resource) -> analyzer_pb2.AnalyzerProviderResource | None:
    if resource.provider is None:
        return None
    urn = resource.provider.rpartition("::")[0]
    provider = layer.by_urn().get(urn)
    return analyzer_pb2.AnalyzerProviderResource(
        type=provider.type if provider else "",
        properties=from_plan(provider.inputs if provider else {}),
        urn=urn,
        name=urn.rpartition("::")[2],
    )
