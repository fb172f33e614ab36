"""The archive that evidence is kept in: one file, the same bytes for the same members.

A zip without compression and with fixed times. So its bytes depend on no compressor, nothing in it
grows when it is read, and every byte of it is accounted for: what is read is put together again and
must be the very file.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import stat
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bedplate import dsse
from bedplate.errors import BedplateError, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.dsse import SigningKey

SCHEMA: Final = "bedplate.evidence/v1"
"""Name and version of a bundle's form."""
PAYLOAD_TYPE: Final = "application/vnd.bedplate.evidence.v1+json"
"""Media type that a signature of a bundle covers."""
MANIFEST: Final = "manifest.json"
"""Member that names every other one with its digest."""
SIGNATURE: Final = "manifest.dsse.json"
"""Member with the signature of the manifest, where there is one."""
MOST_BYTES: Final = 256 * 1024 * 1024
"""Largest bundle that is read; one of production has some 6 MiB."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_LONGEST_NAME: Final = 200
_BROKEN: Final = (
    zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError
)  # fmt: skip
"""What reading an archive that is none may raise."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


class BundleError(BedplateError):
    """A file is no bundle that can be trusted, or can't be read or written."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """An evidence bundle that was written."""

    path: Path
    """Where it lies."""
    digest: str
    """Digest of the file, `sha256:…`: what `sha256sum` prints."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a bundle holds. That its members are what the manifest says is not looked at yet."""

    manifest: Mapping[str, Any]
    """Its manifest."""
    members: Mapping[str, bytes]
    """Content of each other member by name."""
    digest: str
    """Digest of the file, `sha256:…`."""
    raw: bytes
    """Bytes of its manifest."""


def digest_of(content: bytes) -> str:
    """Return the digest of a content as everything here writes it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def write(
    file: Path, facts: Mapping[str, Any], members: Mapping[str, bytes], key: SigningKey | None
) -> Bundle:
    """Write a bundle, whole or not at all; one that is there is replaced.

    ``facts`` stand in the manifest beside the members. Raises BundleError where the disk refuses.
    """
    listed = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in sorted(members.items())
    }
    manifest = dsse.canonical({**facts, "schema": SCHEMA, "members": listed})
    whole = {**members, MANIFEST: manifest}
    if key is not None:
        signed = dsse.sign(manifest, PAYLOAD_TYPE, key).to_json()
        whole[SIGNATURE] = json.dumps(signed, indent=2).encode() + b"\n"
    content = packed(whole)
    _replace(file, content)
    return Bundle(file, digest_of(content))


def packed(members: Mapping[str, bytes]) -> bytes:
    """Return the one archive of some members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3  # Unix, wherever it is written
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, members[name])
    return buffer.getvalue()


def _replace(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            temporary.chmod(0o644)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        fix = "make room, or let the folder be written to"
        raise BundleError(f"{shown(file)} can't be written: {reason}. Fix: {fix}.") from error


def read(file: Path) -> Opened:
    """Read a bundle. Raises BundleError for anything that is not written exactly as one is."""
    content = _content(file)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            wrong = _wrong(infos)
            if wrong:
                raise _refused(file, wrong)
            members = {info.filename: _member(file, archive, info) for info in infos}
    except _BROKEN:
        raise _refused(file, "It is no archive that can be read") from None
    if packed(members) != content:
        raise _refused(file, "There is more in it than its members, or they are packed otherwise")
    raw = members.pop(MANIFEST, None)
    if raw is None:
        raise _refused(file, f"It has no {MANIFEST}")
    return Opened(_manifest(file, raw), members, digest_of(content), raw)


def _member(file: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(info)
    except _BROKEN:
        problem = f"Its member {info.filename} is damaged: its checksum differs, or it is cut"
        raise _refused(file, problem) from None


def _content(file: Path) -> bytes:
    try:
        if not file.is_file():
            raise _refused(file, "There is no such file")
        if file.stat().st_size > MOST_BYTES:
            raise _refused(file, f"It is larger than {MOST_BYTES // 1024**2} MiB")
        return file.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise _refused(file, f"It can't be read: {reason}") from error


def _wrong(infos: list[zipfile.ZipInfo]) -> str:
    """Return what no bundle has, without a full stop; "" for nothing."""
    seen: set[str] = set()
    for info in infos:
        name = info.filename
        if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
            return f"It has a member {name[:_LONGEST_NAME]!a}, which is no name of a bundle's"
        if name in seen:
            return f"It has two members {name}"
        seen.add(name)
        if not stat.S_ISREG(info.external_attr >> 16):
            return f"Its member {name} is no plain file"
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            return f"Its member {name} is compressed"
    if sum(info.file_size for info in infos) > MOST_BYTES:
        return "Its members say that they are larger than itself"
    return ""


def _manifest(file: Path, raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise _refused(file, f"Its {MANIFEST} is not {SCHEMA}")
    if not isinstance(data.get("members"), dict):
        raise _refused(file, f"Its {MANIFEST} names no members")
    return data


def _refused(file: Path, problem: str) -> BundleError:
    fix = "get it from the evidence bucket, or write it again with `bedplate audit bundle`"
    return BundleError(f"{shown(file)} is no evidence bundle: {problem}. Fix: {fix}.")
