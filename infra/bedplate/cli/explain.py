"""Verb `explain`: which file and line set each value of an environment."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bedplate.cli.console import deliver, rendered, table
from bedplate.cli.parameters import Environment, Output, OutputFormat, Stacks, examples
from bedplate.cli.places import chosen, suggestion
from bedplate.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from bedplate.spec.resolve import Resolved

EXAMPLES = examples(
    "bedplate explain prod",
    "bedplate explain prod gpu_pools.inference-l4",
    "bedplate explain prod network --format json",
)
"""End of the help page."""

Below = Annotated[
    str,
    typer.Argument(metavar="PATH", help="Dotted path of a value or section.", show_default=False),
]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an environment and who set it."""

    path: str
    """Dotted path."""
    value: Any
    """The value, as JSON."""
    file: str
    """File that set it; "" for a default."""
    line: int
    """1-based; 0 for a default."""
    column: int
    """1-based; 0 for a default."""
    layer: str
    """blueprint, common, environment or default."""


def explain(
    environment: Environment,
    path: Below = "",
    stacks: Stacks = Path("stacks"),
    output_format: OutputFormat = "table",
    output: Output = None,
) -> None:
    """Say which file and line set each value.

    A value comes from the blueprint, from common.yaml, from the environment file, or is a default.
    """
    from bedplate.governance.assessment import Options  # noqa: PLC0415 - see bedplate.cli
    from bedplate.governance.layers import blueprint_folder  # noqa: PLC0415
    from bedplate.spec.resolve import resolve  # noqa: PLC0415

    chosen([environment], stacks)
    resolved = resolve(environment, stacks, blueprint_folder(Options(stacks)))
    found = values(resolved, path)
    if output_format == "json":
        entries = [asdict(value) for value in found]
        document = {
            "schema": "bedplate.explain/v1",
            "environment": environment,
            "values": entries,
        }
        deliver(json.dumps(document, indent=2, ensure_ascii=False), output)
    else:
        deliver(rendered(_table(found), to_file=output is not None), output)


def values(resolved: Resolved, path: str = "") -> list[Value]:
    """Return the leaf values at and below a path, in the order of the reference.

    Raises UsageError for a path that leads nowhere.
    """
    tree = resolved.spec.model_dump(mode="json")
    nodes = dict(_walk(tree, ""))
    if path not in nodes:
        environment = resolved.spec.environment
        known = [name for name in nodes if name]
        if path.split(".", maxsplit=1)[0] not in nodes:
            known = list(tree)
        problem = f"`{path}` is no value of {environment}."
        raise UsageError(f"{problem} Fix: {suggestion(path, known)}")
    return [_value(resolved, name, nodes[name]) for name, _ in _leaves(nodes[path], path)]


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every node below a value with its dotted path."""
    yield path, value
    for name, child in _children(value, path):
        yield from _walk(child, name)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the values that are shown on a line of their own: a list of plain values is one."""
    children = list(_children(value, path))
    plain = isinstance(value, list) and not any(isinstance(v, dict | list) for v in value)
    if plain or not children:
        yield path, value
        return
    for name, child in children:
        yield from _leaves(child, name)


def _children(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((f"{path}.{key}" if path else key, child) for key, child in value.items())
    elif isinstance(value, list):
        yield from ((f"{path}[{index}]", child) for index, child in enumerate(value))


def _value(resolved: Resolved, path: str, value: Any) -> Value:
    origin = resolved.origins.get(path)
    if origin is None:
        return Value(path, value, "", 0, 0, "default")
    return Value(path, value, origin.file, origin.line, origin.column, origin.layer)


def _table(found: list[Value]) -> Table:
    listed = table("Value", "Is", "Set by", "At")
    for value in found:
        at = f"{value.file}:{value.line}" if value.file else "-"
        listed.add_row(value.path, _shown(value.value), value.layer, at)
    return listed


def _shown(value: Any) -> str:
    """Return a value as YAML would have it on one line."""
    if isinstance(value, str):
        return value or '""'
    if isinstance(value, list):
        return f"[{', '.join(_shown(item) for item in value)}]"
    return json.dumps(value, ensure_ascii=False)
