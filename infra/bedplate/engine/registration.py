"""One registered resource, and its translation into the Plan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from bedplate.engine import wire
from bedplate.engine.order import in_dependency_order
from bedplate.engine.plan import (
    SPEC_PATH_INPUT,
    STACK_TYPE,
    Resource,
    SourcePosition,
    default_options,
    spec_path_of,
)
from bedplate.engine.stack_frames import SDK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.protobuf.struct_pb2 import Struct
    from pulumi.runtime.proto import alias_pb2, resource_pb2

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s)")
_UNIT_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


@dataclass(slots=True)
class Registration:
    """What the program asked for and what it was answered."""

    urn: str
    """URN of the resource."""
    request: resource_pb2.RegisterResourceRequest
    """The request as it came."""
    inputs: dict[str, Any]
    """Its properties as a Plan holds them."""
    outputs: Struct
    """Its outputs on the wire; a component adds its own later."""
    id: str | None
    """Identifier; None for a component."""


def to_resources(registrations: Mapping[str, Registration]) -> tuple[Resource, ...]:
    """Return the Plan's resources, in the order of their dependencies."""
    nodes = {
        urn: (_parent(registration), registration.inputs.get(SPEC_PATH_INPUT))
        for urn, registration in registrations.items()
    }
    return in_dependency_order(
        _resource(registration, spec_path_of(urn, nodes))
        for urn, registration in registrations.items()
    )


def _resource(registration: Registration, spec_path: str | None) -> Resource:
    request = registration.request
    depends = request.propertyDependencies
    return Resource(
        urn=registration.urn,
        type=request.type,
        name=request.name,
        parent=_parent(registration),
        custom=request.custom,
        inputs=registration.inputs,
        outputs=wire.outputs_to_plan(registration.outputs, request.object, registration.inputs),
        dependencies=tuple(sorted(set(request.dependencies))),
        property_dependencies={
            key: tuple(sorted(depends[key].urns)) for key in sorted(depends) if depends[key].urns
        },
        provider=(request.provider or None) if request.custom else None,
        options=_options(registration),
        id=registration.id,
        spec_path=spec_path,
        source=_source(request),
    )


def _parent(registration: Registration) -> str | None:
    parent = registration.request.parent
    return None if not parent or parent.split("::")[2] == STACK_TYPE else parent


def _options(registration: Registration) -> dict[str, Any]:
    request = registration.request
    options = default_options(_parent(registration)) | {
        "additionalSecretOutputs": sorted(request.additionalSecretOutputs),
        "aliasURNs": [*request.aliasURNs, *(alias.urn for alias in request.aliases if alias.urn)],
        "aliases": [_alias(alias) for alias in request.aliases if not alias.urn],
        "deleteBeforeReplace": request.deleteBeforeReplace,
        "ignoreChanges": list(request.ignoreChanges),
        "protect": request.protect,
        "retainOnDelete": request.retainOnDelete,
    }
    if request.HasField("customTimeouts"):
        timeouts = request.customTimeouts
        seconds = {key.name: _seconds(text) for key, text in timeouts.ListFields()}
        options["customTimeouts"] = seconds
    return options


def _alias(alias: alias_pb2.Alias) -> dict[str, Any]:
    spec = alias.spec
    return {field.name: value for field, value in spec.ListFields()}


def _seconds(duration: str) -> float:
    """Return a duration such as ``1h30m`` in seconds."""
    return sum(float(count) * _UNIT_SECONDS[unit] for count, unit in _DURATION.findall(duration))


def _source(request: resource_pb2.RegisterResourceRequest) -> SourcePosition | None:
    """Return the first place outside the SDKs on the way to the resource's constructor."""
    for frame in request.stackTrace.frames:
        path = unquote(urlsplit(frame.pc.uri).path)
        if path and SDK not in path:
            return SourcePosition(path, frame.pc.line, frame.pc.column)
    return None
