"""The simulator's side of Pulumi's resource monitor: it answers a program and keeps what it asked.

The SDK's own ``MockMonitor`` drops most of a request (parent, provider, options, dependencies), so
every request is answered here; the base class only serves calls that need no answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from google.protobuf import empty_pb2
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2

from bedplate.engine import wire
from bedplate.engine.outputs import Account, Subject, functions, simulate
from bedplate.engine.plan import PROVIDER_PREFIX, SECRET, STACK_TYPE, UNKNOWN
from bedplate.engine.registration import Registration
from bedplate.errors import EngineError

if TYPE_CHECKING:
    from bedplate.engine.request import LayerRequest

OPAQUE_COMPONENTS = frozenset({"kubernetes:yaml/v2:ConfigFile"})
"""Components whose children only their provider knows, and that stand in the Plan alone."""

_ADVICE = "Fix: preview this layer with the Pulumi CLI instead (--engine pulumi)."


class _NoMocks(mocks.Mocks):
    """The base class wants mocks; every path that would use them is answered here."""

    def call(self, args: mocks.MockCallArgs) -> Any:
        """Refuse; never called."""
        raise NotImplementedError(args.token)

    def new_resource(self, args: mocks.MockResourceArgs) -> Any:
        """Refuse; never called."""
        raise NotImplementedError(args.name)


class SimulatedMonitor(mocks.MockMonitor):
    """Answers one program as if every resource had been deployed."""

    def __init__(self, request: LayerRequest) -> None:
        super().__init__(_NoMocks())
        self.request = request
        self.account = Account(request.account_id, request.region, request.partition)
        self.registrations: dict[str, Registration] = {}
        self.exports: Struct = Struct()

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Return the URN that Pulumi's engine would give."""
        ancestors = parent.split("::")[2] if parent else STACK_TYPE
        qualified = type_ if ancestors == STACK_TYPE else f"{ancestors}${type_}"
        return f"urn:pulumi:{self.request.stack}::{self.request.project}::{qualified}::{name}"

    def RegisterResource(  # noqa: N802 - the name of the remote call
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        """Record a resource and answer with its identifier and outputs."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == STACK_TYPE:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        self._refuse_unsupported(urn, request)
        inputs = wire.to_plan(request.object)
        outputs = Struct()
        outputs.CopyFrom(request.object)
        identifier = ""
        if request.custom:
            identifier = self._simulate(urn, request, inputs, outputs)
        self.registrations[urn] = Registration(urn, request, inputs, outputs, identifier or None)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identifier, object=outputs)

    def RegisterResourceOutputs(  # noqa: N802 - the name of the remote call
        self, request: resource_pb2.RegisterResourceOutputsRequest
    ) -> Any:
        """Keep the exports of the stack, or the outputs of a component."""
        registration = self.registrations.get(request.urn)
        if registration is None:
            self.exports = request.outputs
        else:
            registration.outputs.MergeFrom(request.outputs)
        return empty_pb2.Empty()

    def ReadResource(  # noqa: N802 - the name of the remote call
        self, request: resource_pb2.ReadResourceRequest
    ) -> resource_pb2.ReadResourceResponse:
        """Answer with another layer's exports, or with an existing resource's outputs."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:StackReference":
            properties = self._stack_reference(request.id)
        else:
            inputs = wire.to_plan(request.properties)
            account = self._account_of(request.provider)
            subject = Subject(request.type, request.name, urn, inputs, account)
            properties = Struct()
            properties.CopyFrom(request.properties)
            wire.update(properties, simulate(subject).computed)
        return resource_pb2.ReadResourceResponse(urn=urn, id=request.id, properties=properties)

    def Invoke(  # noqa: N802 - the name of the remote call
        self, request: resource_pb2.ResourceInvokeRequest
    ) -> resource_pb2.ResourceInvokeResponse:
        """Answer a data source; raises EngineError for one that is not known."""
        arguments = wire.to_plan(request.args)
        answer = functions.answer(request.tok, arguments, self._account_of(request.provider))
        if answer is None:
            raise EngineError(f"The simulator can't answer the function {request.tok}. {_ADVICE}")
        response = resource_pb2.ResourceInvokeResponse()
        getattr(response, "return").CopyFrom(wire.from_plan(answer))
        return response

    def Call(self, request: resource_pb2.ResourceCallRequest) -> Any:  # noqa: N802 - likewise
        """Refuse: methods of resources have no answer."""
        raise EngineError(f"The simulator can't answer the method {request.tok}. {_ADVICE}")

    def RegisterStackTransform(self, request: Any) -> Any:  # noqa: ARG002, N802 - likewise
        """Refuse: a transform that did not run would make the Plan wrong."""
        raise EngineError(
            "The simulator can't run pulumi.runtime.register_resource_transform. "
            "Fix: use register_stack_transformation, or --engine pulumi."
        )

    def _refuse_unsupported(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> None:
        if urn in self.registrations:
            raise EngineError(
                f'Two resources of type {request.type} are both named "{request.name}" ({urn}). '
                "Fix: give one of them another name."
            )
        if request.remote and request.type not in OPAQUE_COMPONENTS:
            raise EngineError(
                f'The simulator can\'t look into "{request.name}", a component of another '
                f"language ({request.type}). {_ADVICE}"
            )
        if request.transforms:
            raise EngineError(
                f'The simulator can\'t run the transforms of "{request.name}". '
                "Fix: use the option transformations, or --engine pulumi."
            )

    def _simulate(
        self,
        urn: str,
        request: resource_pb2.RegisterResourceRequest,
        inputs: dict[str, Any],
        outputs: Struct,
    ) -> str:
        """Add the computed properties of a resource and return its identifier."""
        account = self._account_of(request.provider)
        simulated = simulate(Subject(request.type, request.name, urn, inputs, account))
        wire.update(outputs, simulated.computed)
        for key in request.additionalSecretOutputs:
            wire.mark_secret(outputs, key)
        return request.importId or simulated.id

    def _account_of(self, provider: str) -> Account:
        """Return the account as the resource's provider sees it: its region and default tags."""
        registration = self.registrations.get(provider.rpartition("::")[0])
        if registration is None or not registration.request.type.startswith(PROVIDER_PREFIX):
            return self.account
        return self.account.through_provider(registration.inputs)

    def _stack_reference(self, name: str) -> Struct:
        exports = self.request.stack_references.get(name)
        if exports is None:
            known = ", ".join(sorted(self.request.stack_references)) or "none"
            raise EngineError(
                f'The program reads the stack "{name}", which is not simulated before it '
                f"(known: {known}). Fix: name an earlier layer of the same environment."
            )
        secrets = sorted(key for key, value in exports.items() if wire.holds(SECRET, value))
        unknown = sorted(key for key, value in exports.items() if wire.holds(UNKNOWN, value))
        if unknown:
            # The SDK would turn them into null, and the Plan would silently lack a property.
            raise EngineError(
                f'The stack "{name}" exports values that are not known yet '
                f"({', '.join(unknown)}). Fix: deploy that layer first, or simulate it too."
            )
        return wire.from_plan({"name": name, "outputs": exports, "secretOutputNames": secrets})
