"""Reads the contracts: one file a chart, one a kind of custom resource."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

DATA: Final = Path(__file__).resolve().parent / "data"
"""Folder of the contracts; `tools/contracts.py` writes it."""


@cache
def chart(name: str) -> dict[str, Any] | None:
    """Return a chart's contract: its version, where it comes from, the shape of its values."""
    return _read(DATA / "charts" / f"{name}.json")


@cache
def kind(group: str, name: str) -> dict[str, Any] | None:
    """Return a kind's contract: plural, scope, and the shape of each version."""
    return _read(DATA / "objects" / group / f"{name}.json")


@cache
def kinds(group: str) -> tuple[str, ...]:
    """Return the kinds of an API group that have a contract, sorted; none: unknown group."""
    return tuple(sorted(file.stem for file in (DATA / "objects" / group).glob("*.json")))


@cache
def chart_names() -> tuple[str, ...]:
    """Return the charts that have a contract, sorted."""
    return tuple(sorted(file.stem for file in (DATA / "charts").glob("*.json")))


def _read(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content
