"""Reads one YAML file into a tree, refusing what YAML would silently misread.

YAML 1.2 by ruamel.yaml: `no`, `yes`, `on` and `off` are text. Duplicate keys, tabs, merge keys, own
tags, anchors that contain themselves, numbers with a leading zero and files over 1 MiB are refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from bedplate.errors import Problem, SpecError
from bedplate.spec.tree import Layer, Node, Origin, Scalar

if TYPE_CHECKING:
    from pathlib import Path

    from ruamel.yaml.nodes import Node as YamlNode

MAX_BYTES = 1024 * 1024
"""Largest file that is read; an environment file is a few kilobytes."""

MAX_NODES = 50_000
"""Most values after anchors are expanded; more is a mistake or an attack."""

_LEADING_ZERO = re.compile(r"^[-+]?0[0-9_]+$")
_TAG = "tag:yaml.org,2002:"


def load(path: Path, shown: str, layer: Layer, problems: list[Problem]) -> Node:
    """Return the document in `path`; errors name it as `shown`. An empty file is an empty mapping.

    Faults of single values are added to `problems`; a file that can't be read at all raises
    SpecError.
    """
    text = _text(path, shown)
    root = _compose(text, shown)
    if root is None:
        origin = Origin(shown, 1, 1, layer)
        return Node({}, origin, origin)
    reader = _Reader(shown, layer, problems)
    node = reader.node(root)
    if not isinstance(node.value, dict):
        fix = "start it with a key, such as `blueprint: starter`"
        _refuse(shown, "the file is not a mapping", fix, node.origin.line, node.origin.column)
    return node


def _text(path: Path, shown: str) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        _refuse(shown, "the file does not exist", "check the name, or create it")
    except OSError as error:
        reason = error.strerror or "unknown error"
        _refuse(shown, f"the file can't be read ({reason})", "check its type and permissions")
    if len(data) > MAX_BYTES:
        _refuse(shown, "the file is larger than 1 MiB", "keep environment files to a few kilobytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        _refuse(shown, "the file is not UTF-8 text", "save it as UTF-8", line, column)


def _refuse(shown: str, problem: str, fix: str, line: int = 1, column: int = 1) -> NoReturn:
    raise SpecError([Problem(shown, line, column, "", problem, fix)]) from None


def _compose(text: str, shown: str) -> YamlNode | None:
    yaml = YAML(typ="rt", pure=True)
    try:
        documents = list(yaml.compose_all(text)) if text.strip() else []
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        _refuse(shown, *_syntax(error, text, line), line, column)
    except YAMLError as error:
        line, column = _character(text)
        reason = str(error).splitlines()[0]
        _refuse(shown, f"not YAML: {reason}", "remove control characters", line, column)
    except RecursionError:
        _refuse(shown, "values are nested too deeply", "flatten the file")
    if len(documents) > 1:
        mark = documents[1].start_mark
        _refuse(shown, "the file holds several documents", "keep one", mark.line + 1)
    return documents[0] if documents else None


def _syntax(error: MarkedYAMLError, text: str, line: int) -> tuple[str, str]:
    lines = text.splitlines()
    here = lines[line - 1] if line <= len(lines) else ""
    if "\t" in here[: len(here) - len(here.lstrip())] or "'\\t'" in str(error.problem):
        return "a tab is used for indentation", "indent with spaces"
    if "alias" in str(error.problem):
        return f"not YAML: {error.problem}", "define the anchor before it is used"
    return f"not YAML: {error.problem}", "check indentation, quotes and brackets on this line"


def _character(text: str) -> tuple[int, int]:
    for number, line in enumerate(text.split("\n"), start=1):
        for column, character in enumerate(line, start=1):
            if ord(character) < ord(" ") and character not in "\t\r":
                return number, column
    return 1, 1


def _written(yaml: YamlNode) -> str:
    """Return a value's text; the reader marks by a bell where folded text was broken."""
    is_folded = isinstance(yaml, ScalarNode) and yaml.style == ">"
    return str(yaml.value).replace("\a", "") if is_folded else str(yaml.value)


class _Reader:
    """Turns YAML nodes into ours and collects what is wrong."""

    def __init__(self, shown: str, layer: Layer, problems: list[Problem]) -> None:
        self.shown, self.layer, self.problems = shown, layer, problems
        self._open: list[YamlNode] = []
        self._count = 0

    def node(self, yaml: YamlNode, key: Origin | None = None, path: str = "") -> Node:
        origin = self._origin(yaml)
        self._count += 1
        if self._count > MAX_NODES:
            raise SpecError(
                [*self.problems, self._at(yaml, path, "anchors expand too far", "write them out")]
            )
        if yaml in self._open:
            self._problem(yaml, path, "the anchor contains itself", "remove the alias")
            return Node(None, origin, key or origin)
        self._open.append(yaml)
        value = self._value(yaml, path)
        self._open.pop()
        return Node(value, origin, key or origin)

    def _value(self, yaml: YamlNode, path: str) -> Scalar | list[Node] | dict[str, Node]:
        if isinstance(yaml, MappingNode):
            return self._mapping(yaml, path)
        if isinstance(yaml, SequenceNode):
            return [self.node(n, path=f"{path}[{i}]") for i, n in enumerate(yaml.value)]
        return self._scalar(yaml, path)

    def _mapping(self, yaml: MappingNode, path: str) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for key_node, value_node in yaml.value:
            if not isinstance(key_node, ScalarNode):
                self._problem(key_node, path, "a key is not text", "use a plain name")
                continue
            key = str(key_node.value)
            below = f"{path}.{key}" if path else key
            if key == "<<":
                fix = "repeat the values, or move them to the blueprint or common.yaml"
                self._problem(key_node, below, "merge keys are not supported", fix)
            elif key in entries:
                first = entries[key].key.line
                text = f"the key stands twice (first on line {first})"
                self._problem(key_node, below, text, "keep one")
            else:
                entries[key] = self.node(value_node, self._origin(key_node), below)
        return entries

    def _scalar(self, yaml: YamlNode, path: str) -> Scalar:
        tag, text = str(yaml.tag).removeprefix(_TAG), _written(yaml)
        quoted = isinstance(yaml, ScalarNode) and bool(yaml.style)
        if quoted or tag in {"str", "timestamp"}:
            return text
        if _LEADING_ZERO.match(text):
            fix = f'quote it: "{text}"'
            self._problem(yaml, path, f"`{text}` has a leading zero and is read as a number", fix)
            return text
        if tag == "null":
            return None
        if tag == "bool":
            return text.lower() == "true"
        if tag in {"int", "float"}:
            return self._number(yaml, tag, text.replace("_", ""), path)
        self._problem(yaml, path, f"the tag {yaml.tag} is not supported", "write a plain value")
        return text

    def _number(self, yaml: YamlNode, tag: str, text: str, path: str) -> int | float | str:
        try:
            number = int(text, 0) if tag == "int" else float(text)
        except ValueError:
            return text
        if number != number or number in {float("inf"), float("-inf")}:  # noqa: PLR0124 - NaN
            self._problem(yaml, path, f"`{text}` is not a finite number", "write a number")
            return 0
        return number

    def _origin(self, yaml: YamlNode) -> Origin:
        mark = yaml.start_mark
        return Origin(self.shown, mark.line + 1, mark.column + 1, self.layer)

    def _at(self, yaml: YamlNode, path: str, problem: str, fix: str) -> Problem:
        origin = self._origin(yaml)
        return Problem(self.shown, origin.line, origin.column, path, problem, fix)

    def _problem(self, yaml: YamlNode, path: str, problem: str, fix: str) -> None:
        self.problems.append(self._at(yaml, path, problem, fix))
