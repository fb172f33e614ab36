"""The ledger: lines that each hold the digest of the line before, so that none can be changed."""

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .context import Context, now
from .digest import of_value
from .errors import OpsError

START = "sha256:" + "0" * 64
"""What the first line names as the one before it."""


class LedgerError(OpsError):
    """A line was changed, removed or put in."""


def runs(context: Context) -> Path:
    """Return the ledger of this run's gates; a release seals its last digest."""
    return context.build / "audit" / "ledger.jsonl"


def kept(context: Context) -> Path:
    """Return the ledger of releases, kept in git."""
    return context.root / "governance" / "audit" / "ledger.jsonl"


def append(path: Path, kind: str, entry: Mapping[str, Any], actor: str) -> dict[str, Any]:
    """Add one line after the last and return it; steps that run side by side take turns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.seek(0)
        lines = verify_text(stream.read(), path.name)
        before = lines[-1]["digest"] if lines else START
        line = {
            "number": len(lines) + 1, "at": now().isoformat(), "kind": kind, "actor": actor,
            "entry": dict(entry), "before": before,
        }  # fmt: skip
        line["digest"] = of_value(line)
        stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    return line


def verify(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a ledger whose chain holds; a ledger that is not there has none."""
    return verify_text(path.read_text("utf-8"), path.name) if path.is_file() else []


def verify_text(text: str, name: str) -> list[dict[str, Any]]:
    """Return the lines of a text whose chain holds."""
    lines: list[dict[str, Any]] = []
    before = START
    for number, raw in enumerate(text.splitlines(), 1):
        try:
            line = json.loads(raw)
            rest = {key: value for key, value in line.items() if key != "digest"}
            whole = (line["number"], line["before"], line["digest"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise LedgerError(f"{name}:{number}: this is not a line of the ledger.") from None
        if whole[0] != number or whole[1] != before:
            raise LedgerError(f"{name}:{number}: a line before this one was removed or put in.")
        if whole[2] != of_value(rest):
            raise LedgerError(f"{name}:{number}: this line was changed after it was written.")
        before = whole[2]
        lines.append(line)
    return lines


def head(path: Path) -> str:
    """Return the digest of the last line: who knows it can tell whether lines were cut off."""
    lines = verify(path)
    return str(lines[-1]["digest"]) if lines else START
