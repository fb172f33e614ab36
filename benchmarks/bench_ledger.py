"""Measures the verification of a ledger: python benchmarks/bench_ledger.py [ENTRIES …]."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bedplate import dsse
from bedplate.dsse import SigningKey
from bedplate.governance.ledger import FIRST, PAYLOAD_TYPE, Entry, Event, append, digest
from bedplate.governance.ledger_verify import Keys, verify

COUNT = 10_000
"""Entries that the bound is stated for: two thousand releases."""
CYCLE: tuple[Event, ...] = (
    "release", "approval", "approval", "deployment-started", "deployed"
)  # fmt: skip
"""What a release to production leaves; approvals are signed, the others are not."""
KEYS = tuple(SigningKey(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)) for n in range(5))
START = datetime(2026, 1, 1, tzinfo=UTC)


def _name(number: int) -> str:
    return f"Approver {number % len(KEYS)}"


def _entry(number: int) -> Entry:
    event = CYCLE[number % len(CYCLE)]
    release = f"sha256:{number // len(CYCLE):064x}"
    facts: dict[str, Any] = {"parts": {f"plan.{layer}": release for layer in "abcde"}}
    time_ = START + timedelta(minutes=number)
    return Entry(time_, _name(number), event, "prod", release, facts)


def _written(file: Path, count: int) -> None:
    """Write a ledger in one go; `append` waits for the disk at each entry."""
    lines: list[bytes] = []
    previous = FIRST
    for number in range(count):
        entry = _entry(number)
        body = entry.body(number + 1, previous)
        signed: list[Any] = []
        if entry.event == "approval":
            key = KEYS[number % len(KEYS)]
            signed = dsse.sign(dsse.canonical(body), PAYLOAD_TYPE, key).to_json()["signatures"]
        lines.append(dsse.canonical({"entry": body, "signatures": signed}))
        previous = digest(lines[-1])
    file.write_bytes(b"".join(line + b"\n" for line in lines))


def measure(count: int = COUNT) -> tuple[float, float]:
    """Return processor seconds to verify a ledger, and to add one entry to it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "prod.jsonl"
        _written(file, count)
        start = time.process_time()
        found = verify(file, Keys({_name(n): key.public for n, key in enumerate(KEYS)}))
        verified = time.process_time() - start
        if found.count != count or found.faults or found.signed != count * 2 // len(CYCLE):
            raise SystemExit(f"The ledger was not verified: {found}")
        start = time.process_time()
        append(file, _entry(count))
        return verified, time.process_time() - start


def main() -> None:
    """Print the figures."""
    for count in [int(argument) for argument in sys.argv[1:]] or [1000, COUNT]:
        verified, added = measure(count)
        print(f"{count} entries: verified in {verified:.2f} s, one added in {added * 1000:.2f} ms")


if __name__ == "__main__":
    main()
