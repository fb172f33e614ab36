"""Reads Kubernetes manifests from YAML files, with the line of every value.

Values are read as the API server reads them; what JSON can't hold is a fault in the file, as is
anything that is no object.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml

from bedplate.errors import Problem, UsageError, shown
from bedplate.plain_yaml import LOADER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MAX_BYTES: Final = 1024 * 1024
"""Largest file that is read; an object of the API server is no larger."""
MAX_VALUES: Final = 50_000
"""Most values of a file after its anchors are expanded; more is a mistake or an attack."""
_SUFFIXES: Final = frozenset({".yaml", ".yml", ".json"})
_PLAIN: Final = ("int", "float", "bool", "null")
_KUSTOMIZE: Final = "kustomize.config.k8s.io/"

Positions = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object of a file."""

    file: str
    """Path as the user would type it."""
    object: dict[str, Any]
    """The object."""
    positions: Positions = field(repr=False)
    """1-based line and column by path, such as `spec.containers[0].image`; "" for the object."""

    def position(self, path: str) -> tuple[int, int]:
        """Return where a path stands, or what is nearest above it."""
        while path and path not in self.positions:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.positions[path]


class _Unreadable(Exception):  # noqa: N818 - becomes a problem, never shown
    """Something in a document that no object can hold."""

    def __init__(self, node: yaml.Node, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.node, self.problem, self.fix = node, problem, fix


def read_manifests(paths: Sequence[Path]) -> tuple[tuple[Manifest, ...], tuple[Problem, ...]]:
    """Return the objects of files and folders, in the order of the files, and all faults in them.

    Raises UsageError where a path does not exist, or nothing in it is YAML.
    """
    manifests: list[Manifest] = []
    problems: list[Problem] = []
    for file in _files(paths):
        _read(file, manifests, problems)
    return tuple(manifests), tuple(sorted(set(problems)))


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise UsageError(f"{shown(path)} does not exist. Fix: name a folder of manifests.")
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        files = [each for each in inside if each.suffix in _SUFFIXES and each.is_file()]
        if not files:
            problem = f"{shown(path)} holds no manifest"
            raise UsageError(f"{problem}. Fix: name a folder with files that end in .yaml.")
        found += files
    return list(dict.fromkeys(found))


def _read(file: Path, manifests: list[Manifest], problems: list[Problem]) -> None:
    name = shown(file)
    try:
        data = file.read_bytes()
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        problems.append(Problem(name, 0, 0, "", f"the file can't be read: {reason}", "mend it"))
        return
    if len(data) > MAX_BYTES:
        fix = "split it"
        problems.append(Problem(name, 0, 0, "", "the file is larger than 1 MiB", fix))
        return
    try:
        for node in yaml.compose_all(text, LOADER):
            _document(name, node, manifests, problems)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        fix = "write YAML; render templates first"
        problems.append(Problem(name, line, column, "", f"it is no YAML: {error.problem}", fix))
    except yaml.YAMLError:
        fix = "remove control characters"
        problems.append(Problem(name, 0, 0, "", "it is no YAML", fix))
    except RecursionError:
        problems.append(Problem(name, 0, 0, "", "it is nested too deeply", "flatten it"))


def _document(
    file: str, node: yaml.Node | None, manifests: list[Manifest], problems: list[Problem]
) -> None:
    if node is None or (node.tag.endswith(":null") and isinstance(node, yaml.ScalarNode)):
        return  # a document without content, as between two separators
    reader = _Reader()
    try:
        value = reader.value(node, "")
    except _Unreadable as fault:
        line, column = _at(fault.node)
        problems.append(Problem(file, line, column, "", fault.problem, fault.fix))
        return
    for found, positions in _objects(value, reader.positions):
        line, column = positions[""]
        problem = _fault(found)
        if problem:
            problems.append(Problem(file, line, column, "", *problem))
        else:
            manifests.append(Manifest(file, found, positions))


def _objects(value: Any, positions: Positions) -> Iterator[tuple[Any, Positions]]:
    """Yield the object of a document, or those of a list that it is."""
    if isinstance(value, dict) and value.get("kind") == "List":
        for index, item in enumerate(value.get("items") or ()):
            root = f"items[{index}]"
            inner = {
                path[len(root) :].removeprefix("."): at
                for path, at in positions.items()
                if path == root or path.startswith((f"{root}.", f"{root}["))
            }
            yield item, inner
    else:
        yield value, positions


def _fault(value: Any) -> tuple[str, str] | None:
    """Return what is wrong with a document as an object, and how to mend it."""
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        return "it is no Kubernetes object", "keep only manifests in the folder, or name the files"
    if not isinstance(value.get("apiVersion"), str):
        return "it has no apiVersion", "add it"
    if value["apiVersion"].startswith(_KUSTOMIZE):
        return "it is for kustomize", "render it first, and name the folder of the result"
    metadata = value.get("metadata")
    if not isinstance(metadata, dict) or not (metadata.get("name") or metadata.get("generateName")):
        return "it has no metadata.name", "add it"
    return None


class _Reader:
    """Turns nodes into values, and keeps where each stands."""

    def __init__(self) -> None:
        self.positions: Positions = {}
        self._left = MAX_VALUES
        self._loader = yaml.SafeLoader("")

    def value(self, node: yaml.Node, path: str) -> Any:
        """Return the value of a node; raises _Unreadable."""
        self._left -= 1
        if self._left < 0:
            raise _Unreadable(node, f"it holds more than {MAX_VALUES} values", "split it")
        self.positions.setdefault(path, _at(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, f"{path}[{n}]") for n, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key, str) or key_node.tag.endswith(":merge"):
                raise _Unreadable(key_node, "a key is no text", "write it out as text")
            if key in found:
                raise _Unreadable(key_node, f"the key {key} stands twice", "remove one")
            below = f"{path}.{key}" if path else key
            self.positions[below] = _at(key_node)
            found[key] = self.value(value_node, below)
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        kind = node.tag.rpartition(":")[2]
        if kind not in _PLAIN:
            return node.value  # dates too: JSON has none
        try:
            value = self._loader.construct_object(node)
        except (ValueError, KeyError, yaml.YAMLError) as error:
            raise _Unreadable(node, "a value is not of its tag's kind", "quote it") from error
        if isinstance(value, float) and not math.isfinite(value):
            raise _Unreadable(node, "a value is no finite number", "write a number")
        return value


def _at(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1
