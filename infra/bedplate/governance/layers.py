"""Which layers there are, and where their programs lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bedplate.assets import asset

if TYPE_CHECKING:
    from bedplate.governance.assessment import Options

LAYERS = ("foundation", "platform")
"""Layers in the order in which they are deployed."""


def program_of(root: Path, layer: str) -> Path:
    """Return the path of a layer's program below a project's root."""
    return root / "infra" / layer / "__main__.py"


def program_root(options: Options) -> Path:
    """Return the folder whose `infra/<layer>/__main__.py` are the programs to run.

    A project keeps them beside its stacks; a folder of stacks alone uses the programs of the
    working folder, or the built-in ones.
    """
    if options.program_root is not None:
        return options.program_root
    for root in (options.stacks.resolve().parent, Path.cwd()):
        if program_of(root, LAYERS[0]).is_file():
            return root
    return asset("infra").parent


def program(options: Options, layer: str) -> Path:
    """Return the program of a layer: the project's own, else the built-in one."""
    own = program_of(program_root(options), layer)
    return own if own.is_file() else program_of(asset("infra").parent, layer)


def blueprint_folder(options: Options) -> Path | None:
    """Return the folder of a project's own blueprints, where it has one."""
    folder = options.blueprints or options.stacks.resolve().parent / "blueprints"
    return folder if folder.is_dir() else None


def project_of(layer: str) -> str:
    """Return the name of a layer's Pulumi project."""
    return f"bedplate-{layer}"
