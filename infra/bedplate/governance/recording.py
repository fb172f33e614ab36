"""Writes a record and its entry in the ledger: both, or neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.governance.ledger import LedgerError, append, entries
from bedplate.governance.records import write_new

if TYPE_CHECKING:
    from pathlib import Path

    from bedplate.dsse import SigningKey
    from bedplate.governance.ledger import Entry


def record_new(
    file: Path, text: str, ledger: Path, entry: Entry, key: SigningKey | None = None
) -> None:
    """Write a record that must not exist yet, and add its entry to the ledger.

    Where the entry can't be added, as on a full disk or by Ctrl-C, the record is taken back. Raises
    UsageError where the record exists, and LedgerError where the ledger can't be written.
    """
    write_new(file, text)
    try:
        append(ledger, entry, key)
    except BaseException:
        if not is_recorded(ledger, entry):
            file.unlink(missing_ok=True)
        raise


def is_recorded(ledger: Path, entry: Entry) -> bool:
    """Tell whether a ledger holds an entry of this event, of this person and on this release."""
    wanted = (entry.event, entry.actor, entry.release)
    try:
        found = list(entries(ledger))
    except LedgerError:
        return False
    return any((each["event"], each["actor"], each["release"]) == wanted for each in found)
