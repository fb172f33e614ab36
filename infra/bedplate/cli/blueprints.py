"""Verb `blueprints`: what an environment can be based on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bedplate.cli.console import deliver, rendered, table
from bedplate.cli.parameters import Output, OutputFormat, Stacks, examples
from bedplate.errors import shown

if TYPE_CHECKING:
    from rich.table import Table

EXAMPLES = examples("bedplate blueprints", "bedplate blueprints --format json")
"""End of the help page."""


@dataclass(frozen=True, slots=True)
class _Blueprint:
    name: str
    extends: str
    description: str
    file: str


def blueprints(
    stacks: Stacks = Path("stacks"), output_format: OutputFormat = "table", output: Output = None
) -> None:
    """List what an environment can be based on.

    The blueprints that ship with Bedplate, and those of the folder `blueprints` beside the stacks.
    """
    found = _found(stacks)
    if output_format == "json":
        document = {"schema": "bedplate.blueprints/v1", "blueprints": [asdict(b) for b in found]}
        deliver(json.dumps(document, indent=2, ensure_ascii=False), output)
    else:
        deliver(rendered(_table(found), to_file=output is not None), output)


def _found(stacks: Path) -> list[_Blueprint]:
    from bedplate.assets import asset  # noqa: PLC0415 - see bedplate.cli
    from bedplate.errors import Problem, SpecError  # noqa: PLC0415
    from bedplate.governance.assessment import Options  # noqa: PLC0415
    from bedplate.governance.layers import blueprint_folder  # noqa: PLC0415
    from bedplate.spec.load import load  # noqa: PLC0415
    from bedplate.spec.tree import plain  # noqa: PLC0415

    own = blueprint_folder(Options(stacks))
    files = {f.parent.name: f for f in asset("blueprints").glob("*/blueprint.yaml")}
    files |= {f.parent.name: f for f in own.glob("*/blueprint.yaml")} if own else {}
    problems: list[Problem] = []
    found = []
    for name, file in sorted(files.items()):
        values = plain(load(file, shown(file), "blueprint", problems))
        texts = values if isinstance(values, dict) else {}
        extends, description = texts.get("extends") or "", texts.get("description") or ""
        found.append(_Blueprint(name, str(extends), str(description), shown(file)))
    if problems:
        raise SpecError(problems)
    return found


def _table(found: list[_Blueprint]) -> Table:
    listed = table("Blueprint", "Extends", "For")
    for blueprint in found:
        listed.add_row(blueprint.name, blueprint.extends or "-", blueprint.description)
    return listed
