"""A stand-in for a provider: the real Pulumi CLI talks to it, and nothing is deployed.

Run as ``python -m bedplate.engine.sandbox.provider ENGINE``; it listens on loopback only, prints
its port for the CLI, and answers with the simulator's outputs, so that both engines agree.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    plugin_pb2,
    provider_pb2,
    provider_pb2_grpc,
    resource_pb2,
    resource_pb2_grpc,
)

from bedplate.engine import wire
from bedplate.engine.outputs import Account, Subject, functions, simulate
from bedplate.engine.plan import UNKNOWN
from bedplate.engine.sandbox.difference import Change, differences, top_level
from bedplate.engine.sandbox.drift import drift_of
from bedplate.engine.sandbox.replacement import replaces
from bedplate.engine.sandbox.session import BANNER, NO_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from google.protobuf.struct_pb2 import Struct

_MAXIMUM_MESSAGE_BYTES: Final = 400 * 1024 * 1024
"""As large as Pulumi's own limit: a stack's exports can exceed gRPC's default of 4 MB."""
_THREADS: Final = 8

_Kind = provider_pb2.PropertyDiff.Kind
_KINDS: Final = {
    ("add", False): _Kind.ADD,
    ("add", True): _Kind.ADD_REPLACE,
    ("delete", False): _Kind.DELETE,
    ("delete", True): _Kind.DELETE_REPLACE,
    ("update", False): _Kind.UPDATE,
    ("update", True): _Kind.UPDATE_REPLACE,
}


class StandInProvider(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the CLI as a package's own provider would, without AWS or a cluster."""

    def __init__(
        self,
        engine_address: str | None = None,
        account_id: str = NO_ACCOUNT,
        package: str = "aws",
        drift: Path | None = None,
    ) -> None:
        self.engine_address, self.package, self.drift = engine_address, package, drift
        self.account = Account(account_id, "us-east-1")

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - remote call
        """State what this provider can do: secrets stay marked in what it is sent and returns."""
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - remote call
        """Return the version of the installed SDK, whose provider this stands in for."""
        return plugin_pb2.PluginInfo(version=version(f"pulumi-{self.package}"))

    def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - remote call
        """Return an empty schema; programs bring their own SDK."""
        return provider_pb2.GetSchemaResponse(schema=f'{{"name": "{self.package}"}}')

    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - remote call
        """Accept any configuration."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - remote call
        """Compare configurations; another region, account or cluster is another provider."""
        moved = {"allowedAccountIds", "clusterIdentifier", "region"}
        return _diff(_changes(request), lambda key: key in moved)

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - remote call
        """Learn region, account and default tags, and say that this is a sandbox."""
        self.account = self.account.through_provider(wire.to_plan(request.args))
        self._announce()
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - remote call
        """Accept any inputs and set no defaults: both engines show what the program wrote."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - remote call
        """Compare old and new inputs property by property."""
        return _diff(_changes(request), lambda key: replaces(_type_of(request.urn), key))

    def Create(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - remote call
        """Answer with identifier and outputs; a preview knows neither."""
        identifier, properties = self._outputs(request.urn, request.properties, request.preview)
        return provider_pb2.CreateResponse(id=identifier, properties=properties)

    def Read(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - remote call
        """Return what is recorded, or plausible outputs of something that existed before.

        What the sandbox's drift file says of it wins.
        """
        found = drift_of(self.drift, request.urn)
        if found is None:
            return provider_pb2.ReadResponse()
        properties = request.properties
        if not request.inputs.fields:
            _, properties = self._outputs(request.urn, request.properties, preview=False)
        # A provider gives back as inputs what a program would have to ask for.
        asked = {key: value for key, value in found.items() if key in request.inputs.fields}
        return provider_pb2.ReadResponse(
            id=request.id,
            properties=_updated(properties, found),
            inputs=_updated(request.inputs, asked),
        )

    def Update(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - remote call
        """Answer with the new outputs."""
        _, properties = self._outputs(request.urn, request.news, request.preview)
        return provider_pb2.UpdateResponse(properties=properties)

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - remote call
        """Forget the resource: the CLI removes it from its state."""
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802 - remote call
        """Answer a data source, or refuse one that is not known."""
        answer = functions.answer(request.tok, wire.to_plan(request.args), self.account)
        if answer is None:
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED,
                f"The sandbox can't answer the function {request.tok}. "
                "Fix: preview without --sandbox.",
            )
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(wire.from_plan(answer or {}))
        return response

    def Construct(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - remote call
        """Register a component whose children only the real provider knows, without any."""
        with grpc.insecure_channel(request.monitorEndpoint) as channel:
            monitor = resource_pb2_grpc.ResourceMonitorStub(channel)
            made = monitor.RegisterResource(
                resource_pb2.RegisterResourceRequest(
                    type=request.type,
                    name=request.name,
                    parent=request.parent,
                    object=request.inputs,
                    dependencies=request.dependencies,
                    acceptSecrets=True,
                )
            )
            monitor.RegisterResourceOutputs(
                resource_pb2.RegisterResourceOutputsRequest(urn=made.urn, outputs=request.inputs)
            )
        return provider_pb2.ConstructResponse(urn=made.urn, state=request.inputs)

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - remote call
        """Do nothing: every call ends at once."""
        return empty_pb2.Empty()

    def _outputs(self, urn: str, inputs: Struct, preview: bool) -> tuple[str, Struct]:  # noqa: FBT001
        values = wire.to_plan(inputs)
        type_token, name = _type_of(urn), urn.split("::", 3)[3]
        simulated = simulate(Subject(type_token, name, urn, values, self.account))
        if preview:
            return "", wire.from_plan(_as_previewed(values, simulated.computed))
        outputs = type(inputs)()
        outputs.CopyFrom(inputs)
        wire.update(outputs, simulated.computed)
        return simulated.id, outputs

    def _announce(self) -> None:
        if self.engine_address is None:
            return
        with grpc.insecure_channel(self.engine_address) as channel:
            engine_pb2_grpc.EngineStub(channel).Log(
                engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=BANNER)
            )


def _updated(struct: Struct, values: Mapping[str, Any]) -> Struct:
    changed = type(struct)()
    changed.CopyFrom(struct)
    wire.update(changed, values)
    return changed


def _type_of(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


def _as_previewed(inputs: Any, outputs: Any) -> Any:
    """Return outputs of which only the inputs are known."""
    if isinstance(inputs, dict) and isinstance(outputs, dict):
        unknown = {key: dict(UNKNOWN) for key in outputs if key not in inputs}
        known = {key: _as_previewed(value, outputs.get(key)) for key, value in inputs.items()}
        return {**known, **unknown}
    return inputs


def _changes(request: Any) -> list[tuple[str, Change]]:
    """Compare the values themselves: a changed secret is a change."""
    old = wire.to_plan(wire.reveal(request.old_inputs))
    return list(differences(old, wire.to_plan(wire.reveal(request.news))))


def _diff(changes: Sequence[tuple[str, Change]], is_replacing: Callable[[str], bool]) -> Any:
    detailed = {
        path: provider_pb2.PropertyDiff(
            kind=_KINDS[change, is_replacing(top_level(path))], inputDiff=True
        )
        for path, change in changes
    }
    keys = {top_level(path) for path, _ in changes}
    changed = provider_pb2.DiffResponse.DiffChanges
    return provider_pb2.DiffResponse(
        changes=changed.DIFF_SOME if changes else changed.DIFF_NONE,
        diffs=sorted(keys),
        replaces=sorted(key for key in keys if is_replacing(key)),
        detailedDiff=detailed,
        hasDetailedDiff=True,
    )


def serve(provider: StandInProvider) -> tuple[grpc.Server, int]:
    """Start serving on a free port of the loopback interface and return server and port."""
    server = grpc.server(
        ThreadPoolExecutor(_THREADS),
        options=[
            ("grpc.max_receive_message_length", _MAXIMUM_MESSAGE_BYTES),
            ("grpc.max_send_message_length", _MAXIMUM_MESSAGE_BYTES),
        ],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def main(arguments: Sequence[str]) -> None:
    """Serve until the CLI ends the process; the port on standard output is Pulumi's protocol.

    Arguments are ``--account=<twelve digits>``, ``--package=<name>``, ``--drift=<file>`` and, from
    the CLI, its own address.
    """
    engine, account, package, drift = None, NO_ACCOUNT, "aws", None
    for argument in arguments:
        if argument.startswith("--account="):
            account = argument.partition("=")[2]
        elif argument.startswith("--package="):
            package = argument.partition("=")[2]
        elif argument.startswith("--drift="):
            drift = Path(argument.partition("=")[2])
        elif not argument.startswith("-"):
            engine = argument
    server, port = serve(StandInProvider(engine, account, package, drift))
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    server.wait_for_termination()


if __name__ == "__main__":
    main(sys.argv[1:])
