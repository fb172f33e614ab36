"""The input document of a rule, in the shape that Pulumi's OPA runtime gives it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from bedplate.engine.plan import STACK_TYPE
from bedplate.policy.finding import stack_urn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.engine.plan import LayerPlan, Resource

UNKNOWN: Final = "$unknown"
"""Key of the marker of a value that is not known yet."""
SECRET: Final = "$secret"  # noqa: S105 - the name of a marker
"""Key of the marker of a secret value."""


def resource_input(resource: Resource, providers: Mapping[str, Resource]) -> dict[str, Any]:
    """Return the input of a resource rule.

    Reserved names win over a property of the same name, so that no property can pose as a type.
    """
    return {
        **resource.inputs,
        "__type": resource.type,
        "__name": resource.name,
        "__urn": resource.urn,
        "__options": resource.options,
        "__provider": _provider(resource, providers),
        "__properties": resource.inputs,
    }


def layer_inputs(layer: LayerPlan) -> dict[str, dict[str, Any]]:
    """Return the inputs of all resources of a layer by URN."""
    providers = {resource.urn: resource for resource in layer.resources if resource.is_provider}
    return {resource.urn: resource_input(resource, providers) for resource in layer.resources}


def stack_input(layer: LayerPlan, inputs: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the input of a stack rule: the stack itself and all resources of the layer."""
    root = {
        "__type": STACK_TYPE,
        "__name": f"{layer.project}-{layer.stack}",
        "__urn": stack_urn(layer.stack, layer.project),
        "__options": {},
        "__provider": {},
        "__properties": {},
        "dependencies": [],
        "propertyDependencies": {},
    }
    resources = [
        inputs[resource.urn]
        | {
            "dependencies": list(resource.dependencies),
            "propertyDependencies": {
                key: list(urns) for key, urns in resource.property_dependencies.items()
            },
        }
        for resource in layer.resources
    ]
    return {"resources": [root, *resources]}


def dumps(document: Mapping[str, Any]) -> str:
    """Return an input as one line of JSON."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def openings(document: Any, path: str) -> tuple[str, ...]:
    """Return the markers (``unknown``, ``secret``) at a path, on the way to it, or below it.

    ``*`` stands for every item of a list or mapping.
    """
    return tuple(sorted(_openings(document, path.split("."))))


def is_open(value: Any) -> bool:
    """Return whether a marker stands anywhere in a value."""
    if isinstance(value, dict):
        if value.get(UNKNOWN) is True or value.get(SECRET) is True:
            return True
        return any(is_open(item) for item in value.values())
    return isinstance(value, list) and any(is_open(item) for item in value)


def _openings(value: Any, steps: list[str]) -> set[str]:
    if isinstance(value, dict):
        if value.get(UNKNOWN) is True:
            return {"unknown"}
        if value.get(SECRET) is True:
            return {"secret"}
    if not steps:
        return _inside(value)
    step, rest = steps[0], steps[1:]
    if step == "*":
        return set[str]().union(*(_openings(item, rest) for item in _items(value)))
    if isinstance(value, dict) and step in value:
        return _openings(value[step], rest)
    return set()


def _inside(value: Any) -> set[str]:
    return set[str]().union(*(_openings(item, []) for item in _items(value)))


def _items(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _provider(resource: Resource, providers: Mapping[str, Resource]) -> dict[str, Any]:
    if resource.provider is None:
        return {}
    urn = resource.provider.rpartition("::")[0]
    provider = providers.get(urn)
    name = urn.rpartition("::")[2]
    token = provider.type if provider else urn.removesuffix(f"::{name}").rpartition("::")[2]
    properties = provider.inputs if provider else {}
    return {"type": token, "name": name, "urn": urn, "properties": properties}
