"""Digests: the one way in which files and values are named by their content."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

PREFIX = "sha256:"


def canonical(value: Any) -> str:
    """Return a value as JSON that is the same for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def of_value(value: Any) -> str:
    """Return the digest of a JSON value."""
    return PREFIX + hashlib.sha256(canonical(value).encode()).hexdigest()


def of_file(path: Path) -> str:
    """Return the digest of a file."""
    with path.open("rb") as stream:
        return PREFIX + hashlib.file_digest(stream, "sha256").hexdigest()


def of_tree(root: Path, folders: Sequence[str]) -> str:
    """Return the digest of the sources in some folders."""
    found = {
        path.relative_to(root).as_posix(): of_file(path)
        for folder in folders
        for path in sorted((root / folder).rglob("*"))
        if path.suffix in {".py", ".yaml", ".json"}
    }
    return of_value(found)


def write_text(path: Path, text: str) -> None:
    """Write a file in one go: a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def write_together(texts: Mapping[Path, str], gone: Sequence[Path] = ()) -> None:
    """Write several files and remove others: all of it, or none where one can't be written.

    The last file is put in place last: it may speak for the rest.
    """
    beside = {path: path.with_name(f".{path.name}.{os.getpid()}") for path in texts}
    before = {path: path.read_bytes() if path.is_file() else None for path in (*texts, *gone)}
    done: list[Path] = []
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside[path].write_text(text, "utf-8")
        *first, last = texts
        for path in (*first, *gone, last):
            done.append(path)
            beside[path].replace(path) if path in beside else path.unlink()
    except OSError:
        _restore({path: before[path] for path in done})
        raise
    finally:
        for path in beside.values():
            path.unlink(missing_ok=True)


def _restore(before: Mapping[Path, bytes | None]) -> None:
    for path, content in before.items():
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(content)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON file in one go."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def parse_yaml(text: str) -> Any:
    """Return what a YAML text says, by the parser in C where it was built."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def read_json(path: Path) -> dict[str, Any]:
    """Return the mapping in a JSON file."""
    value: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return value
