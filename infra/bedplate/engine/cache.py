"""Results kept by the content they were made from, so that an unchanged check costs nothing.

An entry is one file whose name is its key: a line that says what it is, then the value, both JSON.
Nothing here imports Pulumi: a hit must be fast.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCHEMA: Final = "bedplate.cache/v2"
"""Name and version of an entry's format."""
MAXIMUM_ENTRIES: Final = 50
"""Entries that are kept; the oldest go first. One of a whole platform takes about 2 MB."""


def key(paths: Iterable[Path], extra: Mapping[str, str], root: Path | None = None) -> str:
    """Return the SHA-256 of files, by name and content, and of further facts such as versions.

    A folder stands for every file below it. Names are taken relative to ``root`` where they lie
    below it, so that a copy of a project has the same key. A missing file counts as missing.
    """
    digest = hashlib.sha256()
    for name, value in sorted(extra.items()):
        _add(digest, "extra", name.encode(), value.encode())
    for name, file in sorted(_files(paths, root)):
        try:
            _add(digest, "file", name.encode(), file.read_bytes())
        except OSError:
            _add(digest, "missing", name.encode(), b"")
    return digest.hexdigest()


def load(folder: Path, entry_key: str) -> Any:
    """Return what was stored under a key, or None where there is nothing valid."""
    try:
        head, _, body = _path(folder, entry_key).read_bytes().partition(b"\n")
        # The sum is taken of the bytes: to write the value anew would take longer than to read it.
        return json.loads(body) if head == _head(entry_key, body) else None
    except (OSError, ValueError):
        return None


def store(folder: Path, entry_key: str, value: Any) -> None:
    """Keep a JSON value under a key, at once or not at all, readable by the owner only.

    A cache that can't be written is no error: the next run does the work again.
    """
    body = json.dumps(value, separators=(",", ":")).encode()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        # The temporary file is made with mode 0600, and renaming it keeps that.
        handle, name = tempfile.mkstemp(dir=folder, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_head(entry_key, body) + b"\n" + body)
            Path(name).replace(_path(folder, entry_key))
        finally:
            Path(name).unlink(missing_ok=True)
        _prune(folder)


def _path(folder: Path, entry_key: str) -> Path:
    return folder / f"{entry_key}.jsonl"


def _add(digest: hashlib._Hash, *parts: str | bytes) -> None:
    """Add parts with their lengths, so that no two lists of parts look alike."""
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)


def _files(paths: Iterable[Path], root: Path | None) -> set[tuple[str, Path]]:
    found: set[tuple[str, Path]] = set()
    for path in paths:
        inner = path.rglob("*") if path.is_dir() else [path]
        for file in inner:
            if not file.is_dir() and "__pycache__" not in file.parts:
                found.add((_name(file, root), file))
    return found


def _name(file: Path, root: Path | None) -> str:
    is_inside = root is not None and file.is_relative_to(root)
    return file.relative_to(root).as_posix() if root and is_inside else file.as_posix()


def _head(entry_key: str, body: bytes) -> bytes:
    """Return an entry's first line."""
    digest = hashlib.sha256(body).hexdigest()
    return json.dumps({"schema": SCHEMA, "key": entry_key, "sum": digest}).encode()


def _prune(folder: Path) -> None:
    def age(file: Path) -> float:
        with suppress(OSError):
            return file.stat().st_mtime
        return 0.0

    # Those of an earlier format count too, so that they go.
    entries = sorted(folder.glob("*.json*"), key=age, reverse=True)
    for file in entries[MAXIMUM_ENTRIES:]:
        file.unlink(missing_ok=True)
