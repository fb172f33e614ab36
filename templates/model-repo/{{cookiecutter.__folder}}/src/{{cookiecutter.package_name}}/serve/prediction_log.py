"""The prediction log: what was asked and answered, with what must not be kept taken out.

Records are JSON lines. On a disk there is one file a day, and files past the retention are
deleted; an address gets each record by POST (the platform's request log, which keeps them in its
own bucket for its own retention).
"""

import json
import queue
import threading
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

REDACTED = "[redacted]"
Record = Mapping[str, Any]


class Sink(Protocol):
    """A place that keeps records."""

    def write(self, records: Iterable[Record]) -> None:
        """Keep the records, or raise OSError."""


def redact(values: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Return the values with those of the named fields blotted out."""
    hidden = set(fields)
    return {name: REDACTED if name in hidden else value for name, value in values.items()}


class FolderSink:
    """Keeps records in a folder, one file a day, for as many days as is allowed."""

    def __init__(self, folder: Path, retention_days: int) -> None:
        self._folder, self._retention = folder, retention_days
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        prune(folder, retention_days, datetime.now(UTC))
        self._day = ""

    def write(self, records: Iterable[Record]) -> None:
        """Append the records to the file of the day."""
        now = datetime.now(UTC)
        day = f"{now:%Y-%m-%d}"
        lines = "".join(json.dumps(record, sort_keys=True) + "\n" for record in records)
        with self._lock:
            if day != self._day:
                prune(self._folder, self._retention, now)
                self._day = day
            with (self._folder / f"{day}.jsonl").open("a", encoding="utf-8") as file:
                file.write(lines)


def prune(folder: Path, retention_days: int, now: datetime) -> list[Path]:
    """Delete the files of days that are past the retention, and return them."""
    oldest = f"{now - timedelta(days=retention_days):%Y-%m-%d}"
    gone = [path for path in sorted(folder.glob("*.jsonl")) if path.stem < oldest]
    for path in gone:
        path.unlink()
    return gone


class AddressSink:
    """Posts records to an address, behind the request: a slow log must not slow predictions.

    The platform keeps a record for the team of the namespace that its header names.
    """

    def __init__(
        self,
        address: str,
        lost: Callable[[int], None],
        namespace: str = "",
        waiting: int = 10_000,
    ) -> None:
        if not address.startswith(("http://", "https://")):
            raise ValueError(f"{address} is not an http(s) address")
        self._address, self._lost = address, lost
        self._headers = {"Content-Type": "application/json"}
        if namespace:
            self._headers["Ce-Namespace"] = namespace
        self._waiting: queue.Queue[bytes] = queue.Queue(waiting)
        threading.Thread(target=self._send, name="prediction-log", daemon=True).start()

    def write(self, records: Iterable[Record]) -> None:
        """Queue the records; when the queue is full they are counted as lost."""
        for record in records:
            try:
                self._waiting.put_nowait(json.dumps(record, sort_keys=True).encode())
            except queue.Full:
                self._lost(1)

    def drain(self) -> None:
        """Wait until everything that is queued was sent or lost."""
        self._waiting.join()

    def _send(self) -> None:
        while True:
            body = self._waiting.get()
            request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
                self._address, body, self._headers, method="POST"
            )
            try:
                with urllib.request.urlopen(request, timeout=5):  # noqa: S310
                    pass
            except OSError:
                self._lost(1)
            finally:
                self._waiting.task_done()


def read(folder: Path, since: datetime | None = None) -> list[dict[str, Any]]:
    """Return the records of a folder, oldest first, from `since` on."""
    first = f"{since:%Y-%m-%d}" if since else ""
    records = [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        if path.stem >= first
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    if since is None:
        return records
    return [record for record in records if datetime.fromisoformat(record["at"]) >= since]
