"""The input document of a rule, in the shape that Pulumi's OPA runtime gives it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bedplate.engine.plan import STACK_TYPE
from bedplate.policy.finding import stack_urn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bedplate.engine.plan import LayerPlan, Resource

    Tree: TypeAlias = "dict[str, Tree] | None"
    """Paths by their steps; None is everything below."""

UNKNOWN: Final = "$unknown"
"""Key of the marker of a value that is not known yet."""
SECRET: Final = "$secret"  # noqa: S105 - the name of a marker
"""Key of the marker of a secret value."""

_ABSENT: Final = object()
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def resource_input(resource: Resource, provider: Mapping[str, Any]) -> dict[str, Any]:
    """Return the input of a resource rule, which is told of the resource's provider.

    Reserved names win over a property of the same name, so that no property can pose as a type.
    """
    return {
        **resource.inputs,
        "__type": resource.type,
        "__name": resource.name,
        "__urn": resource.urn,
        "__options": resource.options,
        "__provider": provider,
        "__properties": resource.inputs,
    }


def layer_inputs(layer: LayerPlan) -> dict[str, dict[str, Any]]:
    """Return the inputs of all resources of a layer by URN."""
    providers = {resource.urn: resource for resource in layer.resources if resource.is_provider}
    known: dict[str | None, dict[str, Any]] = {}
    inputs: dict[str, dict[str, Any]] = {}
    for resource in layer.resources:
        if resource.provider not in known:
            known[resource.provider] = _provider(resource, providers)
        inputs[resource.urn] = resource_input(resource, known[resource.provider])
    return inputs


def resource_text(given: Mapping[str, Any], provider: str, *, whole: bool) -> str:
    """Return a rule's input as JSON, as `resource_input` made it, with its provider as JSON.

    Where it is not to be whole, properties stand in one place only: at its top.
    """
    apart = ("__provider", "__properties")
    top = dumps({key: value for key, value in given.items() if key not in apart})
    again = f',"__properties":{dumps(given["__properties"])}' if whole else ""
    return f'{top[:-1]},"__provider":{provider}{again}}}'


def stack_text(layer: LayerPlan, entries: Iterable[str]) -> str:
    """Return the input of a stack rule as JSON: the stack itself and the entries of resources."""
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
    return f'{{"resources":[{",".join((dumps(root), *entries))}]}}'


def stack_entry(resource: Resource, given: Mapping[str, Any], text: str) -> str:
    """Return what a stack rule sees of a resource: its input as JSON, and what it depends on."""
    ties = {
        "dependencies": list(resource.dependencies),
        "propertyDependencies": {
            key: list(urns) for key, urns in resource.property_dependencies.items()
        },
    }
    if ties.keys() & given.keys():  # a property of that name gives way
        return dumps(json.loads(text) | ties)
    return f"{text[:-1]},{dumps(ties)[1:]}"


def tree_of(paths: Iterable[str]) -> Tree:
    """Return paths, written with dots, as one tree by their steps.

    None is everything below, as it is before a ``*``.
    """
    root: dict[str, Tree] = {}
    for path in paths:
        *way, last = path.partition(".*")[0].split(".")
        at: Tree = root
        for step in way:
            at = None if at is None else at.setdefault(step, {})
        if at is not None:
            at[last] = None
    return root


def narrowed(document: Any, tree: Tree) -> Any:
    """Return what stands at the paths of a tree, and the mappings on the way to it.

    What is no mapping, and a marker, is there as a whole.
    """
    if tree is None or not isinstance(document, dict) or is_marker(document):
        return document
    return {
        key: value if below is None else narrowed(value, below)
        for key, below in tree.items()
        if (value := document.get(key, _ABSENT)) is not _ABSENT
    }


def dumps(document: Mapping[str, Any]) -> str:
    """Return an input as one line of JSON."""
    return _ENCODER.encode(document)


def openings(document: Any, path: str) -> tuple[str, ...]:
    """Return the markers (``unknown``, ``secret``) at a path, on the way to it, or below it.

    ``*`` stands for every item of a list or mapping. Of a list on the way, all items are looked at.
    """
    return tuple(sorted(_openings(document, path.split("."))))


def is_marker(value: Mapping[str, Any]) -> bool:
    """Return whether a mapping stands for a value that nobody can see."""
    return (UNKNOWN in value and value[UNKNOWN] is True) or (
        SECRET in value and value[SECRET] is True
    )


def is_open(value: Any) -> bool:
    """Return whether a marker stands anywhere in a value."""
    left = [value]
    # No recursion: this looks at every value of a plan.
    while left:
        one = left.pop()
        if isinstance(one, dict):
            if is_marker(one):
                return True
            left += one.values()
        elif isinstance(one, list):
            left += one
    return False


def _openings(value: Any, steps: list[str]) -> set[str]:
    if isinstance(value, dict) and is_marker(value):
        return {"unknown" if value.get(UNKNOWN) is True else "secret"}
    if not steps or (isinstance(value, list) and steps[0] != "*"):
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
