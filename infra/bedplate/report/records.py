"""What is recorded of an environment: its newest release with approvals, and its ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bedplate.errors import BedplateError, shown
from bedplate.governance.ledger import entries
from bedplate.governance.ledger_git import git_faults
from bedplate.governance.ledger_verify import NO_KEYS, keys_of, verify
from bedplate.governance.records import records_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from bedplate.governance.assessment import Assessment, Options
    from bedplate.governance.presenting import Gate
    from bedplate.spec.resolve import Resolved

DEPLOYER: Final = "pipeline"
"""Who is taken to deploy, as `bedplate approvals` does where nobody is named."""
LAST: Final = 20
"""Entries of a ledger that a report shows."""


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """The newest release of an environment."""

    gate: Gate | None
    """What stands between it and its deployment; None where nothing can be said of it."""
    why: str = ""
    """Why nothing can be said, as a sentence; "" where something can."""


@dataclass(frozen=True, slots=True)
class LedgerState:
    """The ledger of an environment."""

    file: str
    """Where it lies, as the user would type it."""
    entries: tuple[Mapping[str, Any], ...] = ()
    """The last entries, newest first."""
    count: int = 0
    """How many there are in all."""
    signed: int = 0
    """How many carry a valid signature of a listed approver."""
    faults: tuple[str, ...] = ()
    """What is wrong with it; nothing where every entry is as it was written."""
    keys: int = 0
    """How many approvers' keys the signatures were held against."""


def release_state(
    assessed: Assessment, resolved: Resolved | None, options: Options, now: datetime
) -> ReleaseState:
    """Return the newest release of an environment and what stands in its way."""
    name = assessed.environment
    try:
        newest = records_of(options.stacks, name).newest()
    except BedplateError as error:
        return ReleaseState(None, error.message)
    if resolved is None or assessed.plan is None:
        why = f"Release {newest.short} can't be held against its files, which are not valid."
        return ReleaseState(None, why)
    # It takes long to import: only who has a release pays.
    from bedplate.governance.outlook import outlook  # noqa: PLC0415

    try:
        return ReleaseState(outlook(assessed, resolved, options, DEPLOYER, now))
    except BedplateError as error:
        return ReleaseState(None, error.message)


def ledger_state(name: str, resolved: Resolved | None, stacks: Path) -> LedgerState:
    """Return the last entries of an environment's ledger, and whether it is what it was."""
    file = records_of(stacks, name).ledger
    where = shown(file)
    if not file.is_file():
        return LedgerState(where)
    keys = NO_KEYS if resolved is None else keys_of(resolved.spec)
    try:
        found = verify(file, keys)
        faults = tuple(str(fault) for fault in (*found.faults, *git_faults(file)))
        last = tuple(entries(file))[: -LAST - 1 : -1]
    except BedplateError as error:
        return LedgerState(where, faults=(error.message,))
    return LedgerState(where, last, found.count, found.signed, faults, len(keys.owned))
