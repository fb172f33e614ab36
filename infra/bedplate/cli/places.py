"""Where things lie: environment files, the cache. Imports nothing heavy."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from bedplate.errors import UsageError, shown
from bedplate.spec.stacks import environments

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bedplate.governance.assessment import Options

_MOST_NAMED = 30
"""Names that a message lists; beyond that it gives examples."""


def environment_names(stacks: Path) -> tuple[str, ...]:
    """Return the names of the environments in a folder, sorted.

    Raises UsageError where there is no such folder, or no environment in it.
    """
    names = environments(stacks)
    if not names:
        raise UsageError(f"{shown(stacks)} holds no environment. Fix: add one, such as dev.yaml.")
    return names


def chosen(named: Sequence[str], stacks: Path) -> tuple[str, ...]:
    """Return the environments named, each once, or all of the folder where none is named.

    Raises UsageError for a name without a file.
    """
    known = environment_names(stacks)
    for name in named:
        if name not in known:
            problem = f"There is no environment `{name}` in {shown(stacks)}."
            raise UsageError(f"{problem} Fix: {suggestion(name, known)}")
    return tuple(dict.fromkeys(named)) or known


def suggestion(name: str, known: Collection[str]) -> str:
    """Return "did you mean …" for a near miss, or what there is."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    if len(names) > _MOST_NAMED:
        return f"use one of the {len(names)} that there are, such as {', '.join(names[:4])}."
    return f"use one of {', '.join(names)}."


def cache_folder() -> Path | None:
    """Return the folder of the cache: XDG_CACHE_HOME/bedplate, or the same below ~/.cache."""
    given = os.environ.get("XDG_CACHE_HOME")
    if given:
        return Path(given) / "bedplate"
    try:
        return Path.home() / ".cache" / "bedplate"
    except RuntimeError:  # no home folder: work without a cache
        return None


def gate_options(stacks: Path) -> Options:
    """Return the options of a verb that asks what stands in a release's way.

    The token for the ticket service comes from BEDPLATE_TICKET_TOKEN: an argument would be seen.
    """
    from bedplate.governance.assessment import Options  # noqa: PLC0415 - see bedplate.cli

    return Options(stacks, ticket_token=os.environ.get("BEDPLATE_TICKET_TOKEN") or None)


def layers_named(named: str | None) -> tuple[str, ...]:
    """Return the layers that an option names, all where it names none; raises UsageError."""
    from bedplate.governance.layers import LAYERS  # noqa: PLC0415 - see bedplate.cli

    if named is None:
        return LAYERS
    if named not in LAYERS:
        raise UsageError(f"There is no layer `{named}`. Fix: {suggestion(named, LAYERS)}")
    return (named,)
