"""Reads YAML with the position of every key, by libyaml: every check reads the catalogue so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yaml import MappingNode, MarkedYAMLError, ScalarNode, SequenceNode

from bedplate.plain_yaml import LOADER

if TYPE_CHECKING:
    import yaml


class Positioned(dict[str, Any]):
    """A mapping that knows where its keys stand."""

    def __init__(self) -> None:
        super().__init__()
        self.positions: dict[str, tuple[int, int]] = {}
        """0-based line and column by key."""


def load(text: str) -> Any:
    """Return the value of a document; mappings are `Positioned`.

    Raises yaml.MarkedYAMLError where it is no YAML, or a key stands twice.
    """
    loader = LOADER(text)
    try:
        node = loader.get_single_node()
        return None if node is None else _value(loader, node)
    finally:
        loader.dispose()


def _value(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    if isinstance(node, MappingNode):
        return _mapping(loader, node)
    if isinstance(node, SequenceNode):
        return [_value(loader, item) for item in node.value]
    return loader.construct_object(node)


def _mapping(loader: yaml.SafeLoader, node: MappingNode) -> Positioned:
    found = Positioned()
    for key_node, value_node in node.value:
        mark = key_node.start_mark
        key = key_node.value if isinstance(key_node, ScalarNode) else None
        if key is None or key in found:
            fault = "a key is no text" if key is None else f'the key "{key}" stands twice'
            raise MarkedYAMLError(problem=fault, problem_mark=mark)
        found[key] = _value(loader, value_node)
        found.positions[key] = (mark.line, mark.column)
    return found
