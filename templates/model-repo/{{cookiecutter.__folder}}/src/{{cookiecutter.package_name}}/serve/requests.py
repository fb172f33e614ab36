"""From an Open Inference v2 request to a frame, and back. What does not fit is refused by name."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

NUMBERS = {
    "FP64": "float64",
    "FP32": "float64",
    "INT64": "int64",
    "INT32": "int64",
    "INT16": "int64",
    "INT8": "int64",
    "BOOL": "bool",
}
"""v2 data types that a column of numbers may come in, and what it becomes."""
ACCEPTED = {
    "FP64": frozenset({"FP64", "FP32", "INT64", "INT32", "INT16", "INT8"}),
    "INT64": frozenset({"INT64", "INT32", "INT16", "INT8"}),
    "BOOL": frozenset({"BOOL"}),
    "BYTES": frozenset({"BYTES"}),
}
"""What each declared data type also takes, without loss."""
MAX_ROWS = 1_000


class BadRequestError(ValueError):
    """The request can't be predicted; the message says why and what would be right."""


def datatype(dtype: Any) -> str:
    """Return the v2 data type of a column's dtype."""
    kind = np.dtype(str(dtype)).kind if _is_numpy(dtype) else "O"
    return {"f": "FP64", "i": "INT64", "u": "INT64", "b": "BOOL"}.get(kind, "BYTES")


def _is_numpy(dtype: Any) -> bool:
    try:
        np.dtype(str(dtype))
    except TypeError:
        return False
    return True


def frame_of(
    inputs: Sequence[tuple[str, str, Sequence[int], Sequence[Any]]], declared: Mapping[str, str]
) -> pd.DataFrame:
    """Return the frame of a request: one tensor a column, each of shape [n] or [n, 1]."""
    given: dict[str, tuple[str, Sequence[int], Sequence[Any]]] = {}
    for name, kind, shape, data in inputs:
        if name in given:
            raise BadRequestError(f"input {name!r} is there twice")
        given[name] = (kind, shape, data)
    _same_names(set(given), set(declared))
    columns = {name: _column(name, declared[name], *given[name]) for name in declared}
    rows = {len(values) for values in columns.values()}
    if len(rows) != 1:
        sizes = ", ".join(f"{name} {len(values)}" for name, values in columns.items())
        raise BadRequestError(f"inputs differ in their number of rows: {sizes}")
    count = rows.pop()
    if not 0 < count <= MAX_ROWS:
        raise BadRequestError(f"{count} rows; send 1 to {MAX_ROWS}")
    return pd.DataFrame(columns)


def _same_names(given: set[str], declared: set[str]) -> None:
    faults = []
    if missing := sorted(declared - given):
        faults.append(f"missing inputs: {', '.join(missing)}")
    if unknown := sorted(given - declared):
        faults.append(f"unknown inputs: {', '.join(unknown)}")
    if faults:
        raise BadRequestError("; ".join(faults))


def _column(
    name: str, declared: str, kind: str, shape: Sequence[int], data: Sequence[Any]
) -> list[Any]:
    if kind not in ACCEPTED[declared]:
        allowed = " or ".join(sorted(ACCEPTED[declared]))
        raise BadRequestError(f"input {name!r} has the data type {kind}; send {allowed}")
    if len(shape) not in {1, 2} or (len(shape) == 2 and shape[1] != 1):
        raise BadRequestError(f"input {name!r} has the shape {list(shape)}; send [n] or [n, 1]")
    values = [value[0] if isinstance(value, list) and len(value) == 1 else value for value in data]
    if len(values) != shape[0]:
        raise BadRequestError(
            f"input {name!r} has {len(values)} values, but its shape says {shape[0]}"
        )
    return [_value(name, declared, value, row) for row, value in enumerate(values)]


def _value(name: str, declared: str, value: Any, row: int) -> Any:
    if declared == "BYTES":
        if isinstance(value, bytes):
            return _text(name, value, row)
        if isinstance(value, str):
            return value
        raise BadRequestError(f"input {name!r}, row {row}: {value!r} is not a text")
    if declared == "BOOL":
        if isinstance(value, bool | np.bool_):
            return bool(value)
        raise BadRequestError(f"input {name!r}, row {row}: {value!r} is not true or false")
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise BadRequestError(f"input {name!r}, row {row}: {value!r} is not a number")
    if not math.isfinite(value):
        raise BadRequestError(f"input {name!r}, row {row}: {value} is not a finite number")
    if declared == "INT64" and value != int(value):
        raise BadRequestError(f"input {name!r}, row {row}: {value} is not a whole number")
    return int(value) if declared == "INT64" else float(value)


def _text(name: str, value: bytes, row: int) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise BadRequestError(f"input {name!r}, row {row}: the text is not UTF-8") from None


def plain(value: Any) -> Any:
    """Return a value as JSON writes it."""
    return value.item() if isinstance(value, np.generic) else value
