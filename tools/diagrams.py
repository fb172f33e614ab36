"""Diagrams of what each blueprint creates, drawn from the golden plans."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = """\
# What each blueprint creates, drawn

Generated from the golden plans by `python tools/docs.py`. A box is a component with the number of
its resources; an arrow says that the lower one waits for something of the upper one. Arrows that
follow from others are left out. The dotted arrow is what the platform layer reads of
the foundation.
"""


def page(golden: Path) -> str:
    """Return the page: one diagram a blueprint."""
    sections = [_HEAD]
    for file in sorted((golden / "blueprints").glob("*.plan.json")):
        name = file.name.removesuffix(".plan.json")
        plan = json.loads(file.read_text())
        lines = ["flowchart TB", *_lines(plan)]
        body = "\n".join(lines)
        sections.append(f"## {name}\n\n```mermaid\n{body}\n```\n")
    return "\n".join(sections)


def _lines(plan: dict[str, Any]) -> list[str]:
    lines = []
    for layer in plan["layers"]:
        resources = {each["urn"]: each for each in layer["resources"]}
        counts: Counter[str] = Counter()
        edges: set[tuple[str, str]] = set()
        for each in layer["resources"]:
            own = _component(each, resources)
            if own is None:
                continue
            counts[own] += each["custom"]
            known = (resources[urn] for urn in each["dependencies"] if urn in resources)
            above = [_component(one, resources) for one in known]
            edges |= {(other, own) for other in above if other is not None and other != own}
        name = layer["layer"]
        lines.append(f"  subgraph {name}")
        lines += [f'    {name}_{_id(key)}["{key} ({n})"]' for key, n in counts.items() if n]
        lines += [f"    {name}_{_id(a)} --> {name}_{_id(b)}" for a, b in sorted(_reduced(edges))]
        lines.append("  end")
    return [*lines, "  foundation -.-> platform"]


def _component(resource: dict[str, Any], resources: dict[str, Any]) -> str | None:
    """Return the name of the top-level component that a resource lies in."""
    top = None
    at: dict[str, Any] | None = resource
    while at is not None:
        if at["type"].startswith("bedplate:"):
            top = at["name"]
        at = resources.get(at["parent"]) if at["parent"] else None
    return top


def _reduced(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the arrows that do not follow from two others."""
    below: dict[str, set[str]] = {}
    for one, other in edges:
        below.setdefault(one, set()).add(other)

    def reaches(start: str, end: str, seen: frozenset[str]) -> bool:
        return any(
            step == end or (step not in seen and reaches(step, end, seen | {step}))
            for step in below.get(start, ())
        )

    return {
        (one, other)
        for one, other in edges
        if not any(reaches(step, other, frozenset({one, step})) for step in below[one] - {other})
    }


def _id(name: str) -> str:
    return name.replace("-", "_")
