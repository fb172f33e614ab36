"""The Plan as the Pulumi CLI tells it: from a preview's digest and events, or from a stack's state.

The formats are Pulumi's own (source: ``sdk/go/common/apitype`` of pulumi/pulumi): a resource is a
``ResourceV3``, and an event carries the inputs and outputs of one step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from bedplate.engine.order import in_dependency_order
from bedplate.engine.plan import (
    PROVIDER_PREFIX,
    SECRET,
    SPEC_PATH_INPUT,
    STACK_TYPE,
    UNKNOWN,
    LayerPlan,
    Resource,
    SourcePosition,
    default_options,
    spec_path_of,
)
from bedplate.engine.wire import SECRET_SIGNATURE, SIGNATURE, UNKNOWN_TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from bedplate.engine.request import LayerRequest

_MASK: Final = "[secret]"
"""What the CLI prints in place of a secret."""
_SDK: Final = "/site-packages/pulumi"
_PROVIDER_INTERNALS: Final = frozenset({"__internal", "version", "pluginDownloadURL"})
"""Properties that Pulumi's engine adds to a provider; no program sets them."""
_GONE: Final = ("delete", "discard", "remove", "read", "refresh")
"""Operations that start with these leave nothing that the program would create."""
_OPTION_KEYS: Final = (
    "additionalSecretOutputs",
    "customTimeouts",
    "deleteBeforeReplace",
    "ignoreChanges",
    "protect",
    "retainOnDelete",
)


def from_preview(
    request: LayerRequest, digest: Mapping[str, Any], events: Iterable[Mapping[str, Any]]
) -> LayerPlan:
    """Return the Plan of a preview: its JSON digest with all steps, and its event log."""
    states = {
        step["urn"]: dict(step["newState"])
        for step in digest.get("steps", [])
        if step.get("newState") and not step["op"].startswith(_GONE)
    }
    for event in events:
        metadata = event.get("resOutputsEvent", {}).get("metadata", {})
        after = metadata.get("new")
        if after and metadata["urn"] in states:
            values = {key: after.get(key) or {} for key in ("inputs", "outputs")}
            states[metadata["urn"]] |= values | {"id": after.get("id", "")}
    return _layer(request, states)


def from_export(request: LayerRequest, export: Mapping[str, Any]) -> LayerPlan:
    """Return the Plan that a deployed stack's exported state amounts to."""
    resources = export.get("deployment", {}).get("resources") or []
    states = {
        state["urn"]: state
        for state in resources
        if not state.get("delete") and not state.get("external")
    }
    return _layer(request, states)


def _layer(request: LayerRequest, states: Mapping[str, Mapping[str, Any]]) -> LayerPlan:
    exports = next((s.get("outputs") for s in states.values() if s["type"] == STACK_TYPE), None)
    shown = {urn: state for urn, state in states.items() if not _is_hidden(state)}
    nodes = {
        urn: (_parent(state), (state.get("inputs") or {}).get(SPEC_PATH_INPUT))
        for urn, state in shown.items()
    }
    folder = request.program.resolve().parent
    resources = [_resource(state, spec_path_of(urn, nodes), folder) for urn, state in shown.items()]
    return LayerPlan(
        layer=request.layer,
        project=request.project,
        stack=request.stack,
        resources=in_dependency_order(resources),
        exports=_values(exports or {}),
    )


def _is_hidden(state: Mapping[str, Any]) -> bool:
    """Tell whether a resource is the stack or a default provider, which no program makes."""
    if state["type"] == STACK_TYPE:
        return True
    return state["type"].startswith(PROVIDER_PREFIX) and _is_default_provider(state["urn"])


def _is_default_provider(urn: str) -> bool:
    name = urn.split("::")[3]
    return name == "default" or name.startswith("default_")


def _resource(state: Mapping[str, Any], spec_path: str | None, folder: Path) -> Resource:
    properties: Mapping[str, list[str]] = state.get("propertyDependencies") or {}
    urn, provider = state["urn"], state.get("provider") or None
    inputs, outputs = (_properties(state, key) for key in ("inputs", "outputs"))
    identifier = state.get("id") or None
    return Resource(
        urn=urn,
        type=state["type"],
        name=urn.split("::", 3)[3],
        parent=_parent(state),
        custom=state["custom"],
        inputs=inputs,
        # A component shows its inputs among its outputs, as in the simulator.
        outputs=outputs if state["custom"] else {**inputs, **outputs},
        dependencies=tuple(sorted(set(state.get("dependencies") or ()))),
        property_dependencies={
            key: tuple(sorted(urns)) for key, urns in sorted(properties.items()) if urns
        },
        provider=None if provider is None or _is_default_provider(provider) else provider,
        options=_options(state),
        id=None if identifier in UNKNOWN_TEXTS else identifier,
        spec_path=spec_path,
        source=_source(state, folder),
    )


def _parent(state: Mapping[str, Any]) -> str | None:
    parent: str | None = state.get("parent") or None
    return None if parent is None or f"::{STACK_TYPE}::" in parent else parent


def _properties(state: Mapping[str, Any], key: str) -> dict[str, Any]:
    properties = _values(state.get(key) or {})
    if state["type"].startswith(PROVIDER_PREFIX):
        return {key: properties[key] for key in properties if key not in _PROVIDER_INTERNALS}
    return properties


def _values(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _value(properties[key]) for key in sorted(properties)}


def _value(value: Any) -> Any:
    if isinstance(value, str):
        if value in UNKNOWN_TEXTS:
            return dict(UNKNOWN)
        return dict(SECRET) if value == _MASK else value
    if isinstance(value, dict):
        return dict(SECRET) if value.get(SIGNATURE) == SECRET_SIGNATURE else _values(value)
    if isinstance(value, list):
        return [_value(item) for item in value]
    return value


def _options(state: Mapping[str, Any]) -> dict[str, Any]:
    options = default_options(_parent(state))
    options |= {key: state[key] for key in _OPTION_KEYS if state.get(key)}
    return options | {"aliasURNs": sorted(state.get("aliases") or [])}


def _source(state: Mapping[str, Any], folder: Path) -> SourcePosition | None:
    """Return the first place outside the SDKs on the way to the resource's constructor."""
    for frame in state.get("stackTrace") or []:
        # For example project:///__main__.py#10, relative to the project's folder.
        path, _, line = frame.get("sourcePosition", "").removeprefix("project:///").partition("#")
        if path and _SDK not in path:
            number = line.partition(",")[0]
            file = str((folder / unquote(path)).resolve())
            return SourcePosition(file, int(number) if number.isdigit() else 0, 0)
    return None
