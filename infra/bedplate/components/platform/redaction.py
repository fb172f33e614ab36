r"""What of a logged request is blotted out, in the collector's own language (OTTL).

A field is found where JSON names it: as a key, as in `{"email": "a@b.c"}`, and as a tensor of the
Open Inference Protocol (v2), as in `{"name": "email", "datatype": "BYTES", "data": ["a@b.c"]}`.
Patterns are of RE2, which the collector speaks, and mean the same in Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOTTED: Final = "[redacted]"
"""What stands where a value was."""

_TEXT: Final = r'"(?:[^"\\]|\\.)*"'
_PLAIN: Final = rf'[^\[\]{{}}"]|{_TEXT}'
_ONE: Final = rf"[\[{{](?:{_PLAIN})*[\]}}]"
_TWO: Final = rf"[\[{{](?:{_PLAIN}|{_ONE})*[\]}}]"
_DEEP: Final = rf"[\[{{](?:{_PLAIN}|{_TWO})*[\]}}]"
"""A list or an object, and those in it, three deep in all."""
_DEEPER: Final = rf"[\[{{](?:{_PLAIN}|{_TWO})*[\[{{](?:{_PLAIN}|{_ONE})*[\[{{](?:{_PLAIN})*[\[{{]"
"""The beginning of one that is deeper."""
_SCALAR: Final = r'[^,}\]\s\[{"]+'
"""A number, true, false or null."""
_BETWEEN: Final = rf"(?:{_PLAIN}|{_TWO})*?"
"""What may stand between two keys of one object."""
_NAME: Final = "name"
_ASIDE: Final = "tensor name"
"""Takes the place of a key `name` for a while; no field has a space in it."""


class Redaction(NamedTuple):
    """What is looked for in a body, and what takes its place."""

    pattern: str
    """RE2."""
    replacement: str
    """With `${1}` for the pattern's first group."""


def redactions(fields: Sequence[str]) -> list[Redaction]:
    """Return what blots out fields, in the order in which it must be done.

    Tensors come first, while each still has its name. A field `name` would take the names of all
    tensors: those are put aside meanwhile, by what follows a tensor's name and no person's.
    """
    tensors = [each for field in fields for each in _of_tensor(field)]
    keys = [_of_key(field) for field in fields]
    if _NAME not in fields:
        return [*tensors, *keys]
    follows = rf'(\s*:\s*{_TEXT}\s*,\s*"(?:shape|datatype)"\s*:)'
    away = Redaction(f'"{_NAME}"{follows}', f'"{_ASIDE}"${{1}}')
    back = Redaction(f'"{_ASIDE}"', f'"{_NAME}"')
    return [*tensors, away, *keys, back]


def _of_key(field: str) -> Redaction:
    return Redaction(rf'"{field}"\s*:\s*(?:{_TEXT}|{_DEEP}|{_SCALAR})', f'"{field}":"{BLOTTED}"')


def _of_tensor(field: str) -> tuple[Redaction, Redaction]:
    """Return what blots out a tensor's data, whether its name stands before or after it."""
    name, data, gone = rf'"name"\s*:\s*"{field}"', r'"data"\s*:\s*', f'["{BLOTTED}"]'
    return (
        Redaction(f"({name}{_BETWEEN}{data}){_DEEP}", f"${{1}}{gone}"),
        Redaction(f"({data}){_DEEP}({_BETWEEN}{name})", f"${{1}}{gone}${{2}}"),
    )


def unreadable(fields: Sequence[str]) -> str:
    """Return what matches a body in which fields can't be blotted out.

    It is of v2's binary extension, whose tensors are no JSON, or a field's value is too deep.
    """
    names, data = f'"(?:{"|".join(fields)})"', rf'"data"\s*:\s*{_DEEPER}'
    ways = (
        r'"binary_data(?:_size|_output)?"\s*:',
        rf"{names}\s*:\s*{_DEEPER}",
        rf'"name"\s*:\s*{names}{_BETWEEN}{data}',
        rf'{data}(?s:.)*"name"\s*:\s*{names}',
    )
    return "|".join(ways)


def processors(fields: Sequence[str]) -> dict[str, Any]:
    """Return the collector's processors that blot out fields, in their order; none for no field.

    What can't be blotted out must not be kept: the record is dropped, and so it is on an error.
    """
    if not fields:
        return {}
    matches = f'IsMatch(log.body, "{_quoted(unreadable(fields))}")'
    statements = [_replace(each) for each in redactions(fields)]
    return {
        "filter": {"error_mode": "propagate", "log_conditions": [matches]},
        "transform": {"error_mode": "propagate", "log_statements": statements},
    }


def _replace(redaction: Redaction) -> str:
    pattern, replacement = map(_quoted, redaction)
    return f'replace_pattern(log.body, "{pattern}", "{replacement}")'


def _quoted(text: str) -> str:
    """Return a text inside quotes of the language, whose dollar signs the configuration doubles."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
