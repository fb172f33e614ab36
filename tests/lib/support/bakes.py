"""Repositories baked from the template of model repositories."""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING, Final

from bedplate.scaffold.render import render
from support.plans import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

TEMPLATE: Final = ROOT / "templates" / "model-repo"
"""The template."""


def choices() -> dict[str, list[str]]:
    """Return the questions that have a fixed set of answers."""
    asked = json.loads((TEMPLATE / "cookiecutter.json").read_text())
    return {
        key: value
        for key, value in asked.items()
        if isinstance(value, list) and not key.startswith("_")
    }


def pairwise() -> list[dict[str, str]]:
    """Return answers in which every two choices of two questions meet at least once."""
    asked = choices()
    wanted = {
        frozenset({(a, x), (b, y)})
        for a, b in combinations(sorted(asked), 2)
        for x in asked[a]
        for y in asked[b]
    }
    rows: list[dict[str, str]] = []
    while wanted:
        row = dict(min(wanted, key=sorted))
        for key in sorted(asked.keys() - row.keys()):
            row[key] = max(asked[key], key=lambda value, k=key: _met(row | {k: value}, wanted))  # type: ignore[misc]
        wanted -= set(_pairs(row))
        rows.append(row)
    return rows


def _pairs(row: Mapping[str, str]) -> Iterator[frozenset[tuple[str, str]]]:
    yield from (frozenset(pair) for pair in combinations(row.items(), 2))


def _met(row: Mapping[str, str], wanted: set[frozenset[tuple[str, str]]]) -> int:
    return sum(pair in wanted for pair in _pairs(row))


def named(row: Mapping[str, str]) -> str:
    """Return a short name of a row of answers."""
    return "-".join(row[key] for key in sorted(row))


def bake(folder: Path, **answers: str) -> Path:
    """Bake a repository of the default name into a folder."""
    target = folder / answers.get("repo_slug", "late-payment")
    render(TEMPLATE, answers, target)
    return target
