"""The ledger: an append-only record of releases, approvals and deployments, one JSON line each.

Each line names the hash of the line before it, so that an edit, a removal or a new order shows.
What was cut off the end shows against an anchor: a count and a hash kept somewhere else, such as
in the evidence bucket or in the history of git.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from bedplate import dsse
from bedplate.errors import BedplateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bedplate.dsse import SigningKey

SCHEMA: Final = "bedplate.ledger/v1"
"""Name and version of an entry's form."""
PAYLOAD_TYPE: Final = "application/vnd.bedplate.ledger+json"
"""Media type that a signature of an entry covers."""
FIRST: Final = "sha256:" + "0" * 64
"""What the first entry names as the hash of the one before it."""

_WAITED: Final = timedelta(minutes=5)
"""For so long a writer may have waited for others, or its clock be behind theirs."""
_BLOCK: Final = 64 * 1024
"""Bytes that are read at a time to find the last entry."""

Event = Literal[
    "release", "approval", "rejection", "deployment-started", "deployed", "deployment-failed",
    "refused", "destroyed", "drift", "rollback", "note",
]  # fmt: skip
"""What an entry records."""
DECISIONS: Final = ("approval", "rejection")
"""Events that are a person's own word, which the person signs."""


class LedgerError(BedplateError):
    """The ledger can't be read or written, or is not what it was."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is recorded."""

    time: datetime
    """When, with its time zone."""
    actor: str
    """Who did it."""
    event: Event
    """What happened."""
    environment: str
    """Where."""
    release: str
    """Digest of the release that it is about; "" where it is about none."""
    facts: Mapping[str, Any]
    """Everything else, as JSON; never a secret."""

    def body(self, seq: int, previous: str) -> dict[str, Any]:
        """Return the JSON form at a place of the chain."""
        return {
            "schema": SCHEMA,
            "seq": seq,
            "previous": previous,
            "time": self.time.isoformat(),
            "actor": self.actor,
            "event": self.event,
            "environment": self.environment,
            "release": self.release,
            "facts": dict(self.facts),
        }


@dataclass(frozen=True, slots=True)
class Anchor:
    """How far a ledger had come at some time, kept elsewhere."""

    count: int
    """Number of entries."""
    head: str
    """Hash of the last of them; `FIRST` for none."""
    kept: str
    """Where it is kept, for messages."""


def digest(line: bytes) -> str:
    """Return the hash by which the next entry names a line (without its line break)."""
    return f"sha256:{hashlib.sha256(line).hexdigest()}"


def append(file: Path, entry: Entry, key: SigningKey | None = None) -> str:
    """Add an entry to a ledger and return its hash; the folder is made where it is missing.

    Two writers wait for each other. What can't be written whole is taken back. Raises LedgerError
    where the end of the ledger is broken or the disk refuses.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with _locked(file) as handle:
        size = os.fstat(handle).st_size
        seq, previous, last = _end(file, handle, size)
        if last is not None and last - _WAITED <= entry.time < last:
            # Who waited for another writer has an earlier time than what was written meanwhile.
            entry = replace(entry, time=last)
        body = entry.body(seq + 1, previous)
        line = dsse.canonical({"entry": body, "signatures": _signatures(body, key)})
        try:
            _write(handle, line + b"\n", size)
        except OSError as error:
            os.ftruncate(handle, size)
            reason = (error.strerror or "unknown error").lower()
            raise LedgerError(
                f"{file} can't be written: {reason}. Fix: make room, then repeat the command."
            ) from error
    return digest(line)


def _signatures(body: Mapping[str, Any], key: SigningKey | None) -> list[dict[str, Any]]:
    if key is None:
        return []
    signed = dsse.sign(dsse.canonical(body), PAYLOAD_TYPE, key).to_json()
    return list(signed["signatures"])


@contextmanager
def _locked(file: Path) -> Iterator[int]:
    """Open a file for one writer at a time."""
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise LedgerError(f"{file} can't be opened: {reason}. Fix: make it writable.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _write(handle: int, data: bytes, at: int) -> None:
    while data:
        written = os.pwrite(handle, data, at)
        data, at = data[written:], at + written
    os.fsync(handle)


def entries(file: Path) -> Iterator[Mapping[str, Any]]:
    """Yield what is recorded, oldest first; nothing where there is no ledger yet.

    Raises LedgerError at the first line that is no entry.
    """
    if not file.is_file():
        return
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            body = json.loads(line)["entry"]
            complete = {"event", "release", "time", "actor"} <= body.keys()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            complete = False
        if not complete:
            fix = "run `bedplate audit verify`; restore the file from git"
            raise LedgerError(f"Entry {number} of {file} can't be read. Fix: {fix}.")
        yield body


def _end(file: Path, handle: int, size: int) -> tuple[int, str, datetime | None]:
    """Return number, hash and time of the last entry."""
    if not size:
        return 0, FIRST, None
    last = _last_line(handle, size)
    if last is None:
        fix = "run `bedplate audit verify`; restore the file from git"
        raise LedgerError(f"{file} ends in the middle of an entry. Fix: {fix}.")
    try:
        body = json.loads(last)["entry"]
        time = datetime.fromisoformat(body["time"]).astimezone(UTC)
        return int(body["seq"]), digest(last), time
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        fix = "run `bedplate audit verify`; restore the file from git"
        raise LedgerError(f"The last entry of {file} can't be read. Fix: {fix}.") from error


def _last_line(handle: int, size: int) -> bytes | None:
    """Return the last line without its break, read from the end; None where it has no break."""
    tail, at = b"", size
    while at and b"\n" not in tail[:-1]:
        length = min(_BLOCK, at)
        at -= length
        tail = os.pread(handle, length, at) + tail
    return tail[:-1].rpartition(b"\n")[2] if tail.endswith(b"\n") else None
