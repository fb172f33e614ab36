"""One deployment of an environment at a time, on this machine.

On other machines Pulumi's backend locks the stack. This lock also covers what lies around Pulumi's
run: the gate before it, and the ledger and the evidence after it.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bedplate.errors import BedplateError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path


class LockError(BedplateError):
    """Somebody else works on the environment."""


@contextmanager
def locked(root: Path, environment: str, who: str, now: datetime) -> Iterator[None]:
    """Hold the lock of an environment; it is given back even where the process is killed.

    Raises LockError, with who holds it since when, where it is taken.
    """
    file = root / ".bedplate" / "locks" / f"{environment}.lock"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise LockError(f"{file} can't be opened: {reason}. Fix: make it writable.") from error
    try:
        _take(handle, environment)
        os.ftruncate(handle, 0)
        os.pwrite(
            handle, f"{who} since {now:%Y-%m-%d %H:%M} UTC, process {os.getpid()}".encode(), 0
        )
        yield
    finally:
        os.close(handle)


def _take(handle: int, environment: str) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(handle, 1000, 0).decode(errors="replace") or "somebody"
        raise LockError(
            f"{environment} is being worked on by {holder}. Fix: wait until that has ended."
        ) from None
