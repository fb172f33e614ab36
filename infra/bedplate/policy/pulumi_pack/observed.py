"""Resources as Pulumi's engine tells a policy pack of them, in the form of the Plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bedplate.engine.order import in_dependency_order
from bedplate.engine.plan import (
    PROVIDER_PREFIX,
    SPEC_PATH_INPUT,
    STACK_TYPE,
    LayerPlan,
    Resource,
    default_options,
    spec_path_of,
)
from bedplate.engine.wire import to_plan
from bedplate.governance.layers import LAYERS, project_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from google.protobuf.struct_pb2 import Struct
    from pulumi.runtime.proto import analyzer_pb2

    Asked: TypeAlias = analyzer_pb2.AnalyzeRequest | analyzer_pb2.AnalyzerResource

_ENGINES_OWN: Final = frozenset({"__defaults", "__internal"})
"""Properties that providers and the engine add to what a program sets."""
_PROVIDERS_OWN: Final = frozenset({"version", "pluginDownloadURL"})
"""Properties that the engine adds to a provider."""


def observed(asked: Asked) -> Resource:
    """Return the resource of a request; secrets and unknown values are markers, as in any Plan."""
    parent = _outside_stack(asked.options.parent)
    return Resource(
        urn=asked.urn,
        type=asked.type,
        name=asked.name,
        parent=parent,
        custom=_is_custom(asked),
        inputs=_properties(asked.type, asked.properties),
        outputs={},
        provider=_provider_reference(asked),
        options=_options(asked, parent),
    )


def provider_of(asked: Asked) -> Resource | None:
    """Return the explicit provider of a resource."""
    if _provider_reference(asked) is None:
        return None
    provider = asked.provider
    return Resource(
        urn=provider.urn,
        type=f"{PROVIDER_PREFIX}{provider.type.removeprefix(PROVIDER_PREFIX)}",
        name=provider.name,
        parent=None,
        custom=True,
        inputs=_properties(PROVIDER_PREFIX, provider.properties),
        outputs={},
        options=default_options(None),
    )


def layer_of(
    stack: str,
    project: str,
    resources: Sequence[analyzer_pb2.AnalyzerResource],
    asked_before: Mapping[str, Resource],
) -> LayerPlan:
    """Return the layer of a stack's resources.

    What Pulumi hands to a rule on a whole stack are outputs. Rules judge what a program sets, so
    the properties are those that the resource came with when it was asked about alone.
    """
    found: dict[str, Resource] = {}
    for asked in resources:
        if asked.type == STACK_TYPE or _is_default_provider(asked.type, asked.urn):
            continue
        before = asked_before.get(asked.urn)
        one = observed(asked)
        found[asked.urn] = replace(
            one,
            inputs=one.inputs if before is None else before.inputs,
            parent=_outside_stack(asked.parent or asked.options.parent),
            dependencies=tuple(sorted(set(asked.dependencies))),
            property_dependencies={
                key: tuple(sorted(depends.urns))
                for key, depends in sorted(asked.propertyDependencies.items())
                if depends.urns
            },
        )
        provider = provider_of(asked)
        if provider is not None:
            found.setdefault(provider.urn, provider)
    nodes = {urn: (one.parent, one.inputs.get(SPEC_PATH_INPUT)) for urn, one in found.items()}
    placed = [replace(one, spec_path=spec_path_of(urn, nodes)) for urn, one in found.items()]
    layers = {project_of(layer): layer for layer in LAYERS}
    return LayerPlan(layers.get(project, project), project, stack, in_dependency_order(placed))


def _is_custom(asked: Asked) -> bool:
    """Tell whether a provider manages a resource; the engine names one for each of these."""
    return asked.HasField("provider") or asked.type.startswith(PROVIDER_PREFIX)


def _is_default_provider(token: str, urn: str) -> bool:
    name = urn.rpartition("::")[2]
    return token.startswith(PROVIDER_PREFIX) and (name == "default" or name.startswith("default_"))


def _provider_reference(asked: Asked) -> str | None:
    if not asked.HasField("provider") or not asked.provider.urn:
        return None
    urn = asked.provider.urn
    # The protocol leaves the identifier out; no rule reads it.
    return None if _is_default_provider(PROVIDER_PREFIX, urn) else f"{urn}::"


def _outside_stack(parent: str) -> str | None:
    return None if not parent or f"::{STACK_TYPE}::" in parent else parent


def _properties(token: str, properties: Struct) -> dict[str, Any]:
    values: dict[str, Any] = _without(to_plan(properties), _ENGINES_OWN)
    if token.startswith(PROVIDER_PREFIX):
        return {key: value for key, value in values.items() if key not in _PROVIDERS_OWN}
    return values


def _without(value: Any, keys: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, keys) for key, item in value.items() if key not in keys}
    return [_without(item, keys) for item in value] if isinstance(value, list) else value


def _options(asked: Asked, parent: str | None) -> dict[str, Any]:
    options = asked.options
    times = options.customTimeouts
    seconds = {name: getattr(times, name) for name in ("create", "update", "delete")}
    return default_options(parent) | {
        "additionalSecretOutputs": sorted(options.additionalSecretOutputs),
        "aliasURNs": list(options.aliases),
        "customTimeouts": {name: length for name, length in seconds.items() if length},
        "deleteBeforeReplace": options.deleteBeforeReplace,
        "ignoreChanges": list(options.ignoreChanges),
        "protect": options.protect,
    }
