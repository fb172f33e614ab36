"""Changes single values of an environment file; comments, order and everything else stay.

ruamel.yaml knows how to change a value and keep the comments, but writes every line anew. So only
the lines that the change touches are taken from what it writes.
"""

from __future__ import annotations

import io
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from bedplate.spec.difference import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bedplate.spec.promotion import Path

_WIDTH: Final = 4096
"""Columns after which a line would be broken: no line is."""
_LAYOUTS: Final = tuple(
    (mapping, sequence, offset)
    for mapping in (2, 4, 3, 8)
    for sequence in (2, 4, 6)
    for offset in (0, 2, 4)
    if offset + 2 <= sequence
)
"""Ways to indent: mapping, sequence, and the dash within it; the usual one first."""


def stated(text: str, path: Path) -> bool:
    """Tell whether a file says something of a value, or of a section, itself."""
    node: Any = _loaded(text)
    for key in path:
        if not isinstance(node, dict) or key not in node:
            return False
        node = node[key]
    return True


def edited(text: str, values: Mapping[Path, Any]) -> str:
    """Return the text of an environment file with values set; ABSENT removes what it says.

    ``None`` is written as null, which takes away what lower files say.
    """
    unix = text.replace("\r\n", "\n")
    tree = _loaded(unix)
    layout = _layout(unix)
    plain = _dumped(tree, layout)
    # A section that something is removed from may get something else: it keeps its place.
    for path, value in values.items():
        if value is not ABSENT:
            _set(tree, path, value)
    for path, value in values.items():
        if value is ABSENT:
            _remove(tree, path)
    written = _patched(unix, plain, _dumped(tree, layout))
    return written.replace("\n", "\r\n") if "\r\n" in text else written


def _yaml(layout: tuple[int, int, int]) -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    yaml.indent(mapping=layout[0], sequence=layout[1], offset=layout[2])
    yaml.Representer = _Representer
    return yaml


class _Representer(RoundTripRepresenter):
    """Writes null in full: an empty value reads like one that was forgotten."""

    def null(self, _value: None) -> Any:
        """Return the node of null."""
        return self.represent_scalar("tag:yaml.org,2002:null", "null")


_Representer.add_representer(type(None), _Representer.null)


def _loaded(text: str) -> CommentedMap:
    found = YAML(typ="rt", pure=True)
    found.preserve_quotes = True
    tree = found.load(text)
    return tree if isinstance(tree, CommentedMap) else CommentedMap()


def _dumped(tree: CommentedMap, layout: tuple[int, int, int]) -> str:
    stream = io.StringIO()
    _yaml(layout).dump(tree, stream)
    return stream.getvalue()


def _layout(text: str) -> tuple[int, int, int]:
    """Return the way to indent that moves the fewest lines of a file."""
    tree, own = _loaded(text), [_indent(line) for line in text.splitlines()]

    def moved(layout: tuple[int, int, int]) -> int:
        lines = _dumped(tree, layout).splitlines()
        if len(lines) != len(own):
            return len(own)
        return sum(_indent(line) != indent for line, indent in zip(lines, own, strict=True))

    for layout in _LAYOUTS:
        if moved(layout) == 0:
            return layout
    return min(_LAYOUTS, key=moved)


def _indent(line: str) -> int:
    # A comment's place means nothing.
    bare = line.lstrip()
    return 0 if bare.startswith("#") else len(line) - len(bare)


def _set(tree: CommentedMap, path: Path, value: Any) -> None:
    node = tree
    for key in path[:-1]:
        if not isinstance(node.get(key), dict):
            made = CommentedMap()
            made.fa.set_flow_style()
            node[key] = made
        node = node[key]
    node[path[-1]] = _node(value)


def _remove(tree: CommentedMap, path: Path) -> None:
    """Remove a key, and the sections that are empty without it."""
    chain: list[tuple[Any, str]] = []
    node: Any = tree
    for key in path:
        if not isinstance(node, dict) or key not in node:
            return
        chain.append((node, key))
        node = node[key]
    for holder, key in reversed(chain):
        del holder[key]
        if holder:
            return


def _node(value: Any) -> Any:
    """Return a value as it is to be written: lists on one line, texts quoted where needed."""
    if isinstance(value, list):
        made = CommentedSeq([_node(item) for item in value])
        made.fa.set_flow_style()
        return made
    if isinstance(value, dict):
        mapping = CommentedMap({key: _node(item) for key, item in value.items()})
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, str) and not _is_plain(value):
        return DoubleQuotedScalarString(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _is_plain(text: str) -> bool:
    """Tell whether a text needs no quotes: it is read as itself, in a list or mapping too."""
    try:
        return bool(YAML(typ="safe", pure=True).load(f"{{a: [{text}]}}") == {"a": [text]})
    except Exception:  # noqa: BLE001 - whatever YAML says of it, it has to be quoted
        return False


def _patched(text: str, plain: str, wanted: str) -> str:
    """Return a text with the changes that lead from its plain form to the wanted one.

    Where the plain form has other lines than the text, the wanted form is returned whole.
    """
    own, old, new = (each.split("\n") for each in (text, plain, wanted))
    if text and not text.endswith("\n"):
        own.append("")
    if len(own) != len(old):
        return wanted
    result: list[str] = []
    for tag, start, end, first, last in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            result += own[start:end]
            continue
        result += new[first:last]
        result += _comments(own[start:end], new[first:last])
    joined = "\n".join(result)
    return joined if text.endswith("\n") or not text else joined.removesuffix("\n")


def _comments(removed: Sequence[str], put: Sequence[str]) -> Iterator[str]:
    """Yield comments that would go with a removed line: they may speak of what follows."""
    for line in removed:
        if line.lstrip().startswith("#") and line not in put:
            yield line
