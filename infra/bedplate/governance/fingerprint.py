"""The digest of everything that an assessment depends on."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import bedplate
from bedplate.assets import asset
from bedplate.engine import cache
from bedplate.governance.layers import blueprint_folder, program_root
from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.governance.assessment import Options

_TOOLS = ("pulumi", "pulumi-aws", "gordon-to-regorus", "pydantic", "ruamel.yaml")
"""Packages whose version may change a result."""


def of(environment: str, options: Options) -> str:
    """Return the cache key of one environment's assessment."""
    extra = {name: version(name) for name in _TOOLS} | {
        "bedplate": BEDPLATE,
        "python": sys.version,
        "environment": environment,
        "rego": options.rego,
        "today": str(options.today or datetime.now(UTC).date()),
        # Findings name files as they are seen from here.
        "seen_from": str(Path.cwd()),
        "stacks": str(options.stacks.resolve()),
    }
    return cache.key(_files(environment, options), extra)


def _files(environment: str, options: Options) -> Iterator[Path]:
    yield from (options.stacks / name for name in ("common.yaml", f"{environment}.yaml"))
    folders = [asset("blueprints"), asset("policies"), Path(bedplate.__file__).parent]
    own = blueprint_folder(options)
    folders += [program_root(options) / "infra", *([own] if own else [])]
    for folder in folders:
        yield from (f for f in sorted(folder.rglob("*")) if f.suffix in {".py", ".yaml", ".rego"})
