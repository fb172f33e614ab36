"""A plan as text: a tree of resources below their components, and a summary."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

from bedplate.cli.console import rendered, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from bedplate.engine.plan import LayerPlan, Plan, Resource


def tree_text(plan: Plan, *, to_file: bool = False) -> str:
    """Return the tree and the summary."""
    root = Tree(Text(plan.environment, style="bold"))
    for layer in plan.layers:
        branch = root.add(Text(f"{layer.layer} ({layer.project})", style="bold"))
        _grow(branch, None, _children(layer))
    return rendered(root, "", _summary(plan), to_file=to_file)


def _children(layer: LayerPlan) -> Mapping[str | None, Sequence[Resource]]:
    """Return the resources by the URN of their parent, in the order of their registration."""
    known = layer.by_urn()
    found: dict[str | None, list[Resource]] = defaultdict(list)
    for resource in layer.resources:
        found[resource.parent if resource.parent in known else None].append(resource)
    return found


def _grow(
    branch: Tree, parent: str | None, children: Mapping[str | None, Sequence[Resource]]
) -> None:
    for resource in children.get(parent, ()):
        _grow(branch.add(_label(resource)), resource.urn, children)


def _label(resource: Resource) -> Text:
    label = Text(resource.name, style="" if resource.custom else "bold")
    label.append(f"  {resource.type}", style="dim")
    if resource.options.get("protect"):
        label.append("  protected", style="cyan")
    return label


def _summary(plan: Plan) -> Table:
    """Return the number of resources by the section of the spec that asks for them."""
    summary = table("Section", right=("Resources", "Protected"))
    managed = [r for r in plan.resources() if r.custom and not r.is_provider]
    counts = Counter(_section(resource) for resource in managed)
    guarded = Counter(_section(r) for r in managed if r.options.get("protect"))
    for name in sorted(counts):
        summary.add_row(name, str(counts[name]), str(guarded[name]))
    summary.add_section()
    summary.add_row("all", str(counts.total()), str(guarded.total()), style="bold")
    return summary


def _section(resource: Resource) -> str:
    return (resource.spec_path or "own").split(".")[0]
