"""Which environment a Pulumi stack is, and where its files lie."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bedplate.errors import PolicyError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STACKS_KEY: Final = "bedplate:stacks"
"""Config of a stack that names the folder of the environment files."""
STACKS_VARIABLE: Final = "BEDPLATE_STACKS"
"""Variable that names it where the stack's config does not."""


@dataclass(frozen=True, slots=True)
class Project:
    """One stack of one Pulumi project."""

    stack: str
    """Name of the stack, which is the environment's."""
    project: str
    """Name of the project."""
    is_preview: bool
    """Whether nothing is deployed yet."""
    stacks: Path
    """Folder of the environment files."""


def find_project(
    stack: str, project: str, config: Mapping[str, str], *, is_preview: bool
) -> Project:
    """Return the project; raises PolicyError where the environment's file is not found."""
    looked = list(dict.fromkeys(_folders(config)))
    for folder in looked:
        if (folder / f"{stack}.yaml").is_file():
            return Project(stack, project, is_preview, folder)
    places = ", ".join(shown(folder) for folder in looked)
    raise PolicyError(
        f"There is no environment `{stack}` in {places}, so its policies can't be chosen. "
        f"Fix: give the stack its environment's name, or name the folder of the environment files "
        f"with `pulumi config set {STACKS_KEY} DIR` or in the variable {STACKS_VARIABLE}."
    )


def config_of(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the stack's config as Pulumi hands it to a program."""
    try:
        config = json.loads(environment.get("PULUMI_CONFIG", "{}"))
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in config.items()} if isinstance(config, dict) else {}


def _folders(config: Mapping[str, str]) -> Iterable[Path]:
    """Yield where environment files may lie, the surest place first."""
    given = config.get(STACKS_KEY) or os.environ.get(STACKS_VARIABLE)
    for base in _bases():
        if given:
            yield base / given
            continue
        # A project lies in infra/<layer>, and its environment files beside infra.
        for folder in (base, *base.parents[:2]):
            yield folder / "stacks"


def _bases() -> Iterable[Path]:
    """Yield the folder of the project, then that in which the CLI was called.

    Pulumi starts a pack in the pack's own folder and tells it nothing of the project's, but the
    language host, which is its parent, works there.
    """
    with suppress(OSError):
        yield Path(f"/proc/{os.getppid()}/cwd").resolve(strict=True)
    yield Path(os.environ.get("PWD") or Path.cwd()).resolve()
