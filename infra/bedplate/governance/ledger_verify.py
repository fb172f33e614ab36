"""Finds whether a ledger is what it was: every edit, removal, new order and cut."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bedplate import dsse
from bedplate.dsse import Envelope, PublicKey, SignatureError
from bedplate.governance.ledger import FIRST, PAYLOAD_TYPE, SCHEMA, Anchor, LedgerError, digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a ledger."""

    entry: int
    """1-based line of the file; 0 for the ledger as a whole."""
    message: str
    """What is wrong, as a sentence."""

    def __str__(self) -> str:
        return f"entry {self.entry}: {self.message}" if self.entry else self.message


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found."""

    count: int
    """Number of entries."""
    head: str
    """Hash of the last one."""
    signed: int
    """How many carry a valid signature of a known key."""
    faults: tuple[Fault, ...]
    """What is wrong, by entry."""


def verify(
    file: Path,
    keys: Sequence[PublicKey] | None = (),
    anchors: Sequence[Anchor] = (),
    release: str = "",
) -> Verification:
    """Return what is found in a ledger.

    A signature must be by one of the keys; an entry without one is counted, not refused. Without
    keys (None) no signature is looked at; with a release only those of entries that are about it.
    Raises LedgerError where the file can't be read.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        fix = "restore it from git or from the evidence bucket"
        raise LedgerError(f"{file} can't be read: {reason}. Fix: {fix}.") from error
    lines = content.split(b"\n")
    faults: list[Fault] = []
    if lines.pop():
        lines.append(content.rpartition(b"\n")[2])
        faults.append(
            Fault(len(lines), "It ends without a line break: it was cut or half-written.")
        )
    chain = _Chain(None if keys is None else tuple(keys), release)
    for number, line in enumerate(lines, 1):
        faults += (Fault(number, message) for message in chain.faults(number, line))
    faults += _against(anchors, chain.hashes)
    return Verification(len(lines), chain.hashes[-1], chain.signed, tuple(faults))


class _Chain:
    """Follows the entries one by one."""

    def __init__(self, keys: tuple[PublicKey, ...] | None, release: str) -> None:
        self.hashes = [FIRST]
        self.signed = 0
        self._all = keys is not None and not release
        self._release = release
        self._keys = keys or ()
        self._by_id = {key.keyid: key for key in self._keys}
        self._time: datetime | None = None

    def faults(self, number: int, line: bytes) -> Iterator[str]:
        """Yield what is wrong with one line."""
        previous = self.hashes[-1]
        self.hashes.append(digest(line))
        record = _parsed(line)
        if record is None:
            yield "It is no entry of a ledger."
            return
        body = record["entry"]
        is_canonical = dsse.canonical(record) == line
        if not is_canonical:
            yield "It is not written in canonical form: it was edited."
        if body.get("seq") != number:
            yield f"It says it is entry {body.get('seq')}: entries were removed or moved."
        if body.get("previous") != previous:
            yield "It does not follow from the entry before it: one of the two was edited or moved."
        yield from self._order(body)
        if not record["signatures"] and body.get("event") in ("approval", "rejection"):
            yield "It records a decision, and nobody signed it."
        if record["signatures"] and self._counts(body):
            payload = _payload(line) if is_canonical else dsse.canonical(body)
            yield from self._signature(record["signatures"], payload)

    def _counts(self, body: Mapping[str, Any]) -> bool:
        """Tell whether the signatures of an entry are looked at."""
        return self._all or bool(self._release and body.get("release") == self._release)

    def _order(self, body: Mapping[str, Any]) -> Iterator[str]:
        try:
            time = datetime.fromisoformat(str(body.get("time")))
            earlier = self._time is not None and time < self._time
        except (ValueError, TypeError):
            yield "Its time can't be read, or has no zone."
            return
        if earlier:
            yield "It is older than the entry before it."
        self._time = time

    def _signature(self, signatures: list[Any], payload: bytes) -> Iterator[str]:
        try:
            fields = {"payloadType": PAYLOAD_TYPE, "payload": "", "signatures": signatures}
            envelope = replace(Envelope.from_json(fields), payload=payload)
            self._verify(envelope)
        except (SignatureError, dsse.EnvelopeError):
            yield "Its signature does not count: it was edited, or signed with an unknown key."
        else:
            self.signed += 1

    def _verify(self, envelope: Envelope) -> None:
        """Verify by the key that the signature names, and by all of them where that fails."""
        named = self._by_id.get(envelope.signatures[0].keyid)
        if named is not None:
            try:
                dsse.verify(envelope, PAYLOAD_TYPE, (named,))
            except SignatureError:
                pass
            else:
                return
        dsse.verify(envelope, PAYLOAD_TYPE, self._keys)


def _payload(line: bytes) -> bytes:
    """Return the entry of a line in canonical form, as it stands there: it is what is signed."""
    return line[len(b'{"entry":') : line.rindex(b',"signatures":')]


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(record, dict) or set(record) != {"entry", "signatures"}:
        return None
    body, signatures = record["entry"], record["signatures"]
    whole = isinstance(body, dict) and body.get("schema") == SCHEMA
    return record if whole and isinstance(signatures, list) else None


def _against(anchors: Sequence[Anchor], hashes: Sequence[str]) -> Iterator[Fault]:
    for anchor in anchors:
        if anchor.count >= len(hashes):
            missing = anchor.count - len(hashes) + 1
            what = "1 entry was" if missing == 1 else f"{missing} entries were"
            yield Fault(0, f"{what} cut off its end; {anchor.kept} knows of more.")
        elif hashes[anchor.count] != anchor.head:
            yield Fault(anchor.count, f"It is not the entry that {anchor.kept} knows.")


def git_faults(file: Path) -> tuple[Fault, ...]:
    """Return where git's history of the ledger is more than lines added at its end.

    A ledger outside a git repository has no history, which is a fault too: nothing would show that
    its end was cut off.
    """
    git = shutil.which("git")
    if git is None:
        return (Fault(0, "git is not on PATH, so that its history was not looked at."),)
    run = [git, "-C", str(file.parent)]
    history = _output([*run, "log", "--first-parent", "-m", "--numstat", "--format=commit %h",
                       "--", file.name])  # fmt: skip
    if history is None:
        return (Fault(0, "It lies in no git repository: a cut at its end would not show."),)
    present = _output([*run, "diff", "--numstat", "HEAD", "--", file.name]) or ""
    faults: list[Fault] = []
    commit = ""
    for line in [*present.splitlines(), *history.splitlines()]:
        if line.startswith("commit "):
            commit = line.removeprefix("commit ")
        elif line.count("\t") >= 2 and line.split("\t")[1] != "0":  # noqa: PLR2004 - git's columns
            where = f"The commit {commit}" if commit else "What is not committed yet"
            faults.append(Fault(0, f"{where} removes or edits entries."))
    return tuple(faults)


def _output(command: list[str]) -> str | None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - git
    return None if done.returncode else done.stdout
