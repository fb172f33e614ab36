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
from bedplate.governance.policy_set import own_rules_of
from bedplate.spec.neighbours import neighbours
from bedplate.versions import BEDPLATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.governance.assessment import Options

_TOOLS = ("pulumi", "pulumi-aws", "gordon-to-regorus", "pydantic", "pyyaml", "ruamel.yaml")
"""Packages whose version may change a result."""


def shared(options: Options) -> str:
    """Return the digest of what all environments depend on; reads some hundred files."""
    extra = {name: version(name) for name in _TOOLS} | {
        "bedplate": BEDPLATE,
        "python": sys.version,
        "rego": options.rego,
        "phase": options.phase,
        "today": str(options.today or datetime.now(UTC).date()),
        # Findings name files as they are seen from here.
        "seen_from": str(Path.cwd()),
        "stacks": str(options.stacks.resolve()),
    }
    return cache.key(dict.fromkeys(_files(options)), extra)


def of(environment: str, options: Options, common: str) -> str:
    """Return the cache key of one environment's assessment; `common` is what `shared` returned."""
    beside = neighbours(environment, options.stacks)
    files = [options.stacks / f"{name}.yaml" for name in ("common", environment, *beside)]
    return cache.key(files, {"environment": environment, "shared": common})


def _files(options: Options) -> Iterator[Path]:
    folders = [asset("blueprints"), asset("policies"), Path(bedplate.__file__).parent]
    own = (blueprint_folder(options), own_rules_of(options.stacks))
    folders += [program_root(options) / "infra", *(folder for folder in own if folder)]
    for folder in folders:
        yield from (f for f in sorted(folder.rglob("*")) if f.suffix in {".py", ".yaml", ".rego"})
