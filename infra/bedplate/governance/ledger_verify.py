"""Finds whether a ledger is what it was: every edit, removal, new order and cut."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from bedplate import dsse
from bedplate.dsse import Envelope, PublicKey, SignatureError
from bedplate.governance.ledger import (
    DECISIONS,
    FIRST,
    PAYLOAD_TYPE,
    SCHEMA,
    Anchor,
    LedgerError,
    digest,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from bedplate.spec.platform import PlatformSpec


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
class Keys:
    """Keys whose signatures count in a ledger."""

    owned: Mapping[str, PublicKey]
    """Those of the present approvers, by their names."""
    others: Sequence[PublicKey] = ()
    """Those of former ones, whose names are not known, and of whoever had another name."""


def keys_of(spec: PlatformSpec, others: Sequence[PublicKey] = ()) -> Keys:
    """Return whose signatures count in an environment's ledger: its approvers', and others'."""
    listed = spec.governance.approvals.approvers
    owned = {one.name: dsse.public_key(one.public_key) for one in listed if one.public_key}
    return Keys(owned, others)


NO_KEYS: Final = Keys({})
"""No signature counts."""


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
    keys: Keys | None = NO_KEYS,
    anchors: Sequence[Anchor] = (),
    release: str = "",
) -> Verification:
    """Return what is found in the ledger of an environment, whose name the file bears.

    A signature must be by one of the keys, and a decision by its maker's; any other entry without
    one is counted, not refused. Without keys (None) no signature is looked at; with a release only
    those of entries that are about it. Raises LedgerError where the file can't be read.
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
    chain = _Chain(keys, file.stem, release)
    for number, line in enumerate(lines, 1):
        faults += (Fault(number, message) for message in chain.faults(number, line))
    faults += _against(anchors, chain.hashes)
    return Verification(len(lines), chain.hashes[-1], chain.signed, tuple(faults))


class _Chain:
    """Follows the entries one by one."""

    def __init__(self, keys: Keys | None, environment: str, release: str) -> None:
        self.hashes = [FIRST]
        self.signed = 0
        self._all = keys is not None and not release
        self._environment = environment
        self._release = release
        known = keys or NO_KEYS
        self._keys = (*known.owned.values(), *known.others)
        self._by_id = {key.keyid: key for key in self._keys}
        # Who is listed under a new name decided under the old one: the key is among the others too.
        owned = known.owned.items()
        self._owners = {key: name for name, key in owned if key not in known.others}
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
        is_canonical = record["canonical"] == line
        if not is_canonical:
            yield "It is not written in canonical form: it was edited."
        if body.get("seq") != number:
            yield f"It says it is entry {body.get('seq')}: entries were removed or moved."
        if body.get("previous") != previous:
            yield "It does not follow from the entry before it: one of the two was edited or moved."
        if body.get("environment") != self._environment:
            yield f"It is of {body.get('environment')!a}, not of {self._environment}."
        yield from self._order(body)
        if not record["signatures"] and body.get("event") in DECISIONS:
            yield "It records a decision, and nobody signed it."
        if record["signatures"] and self._counts(body):
            payload = _payload(line) if is_canonical else dsse.canonical(body)
            yield from self._signature(body, record["signatures"], payload)

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

    def _signature(
        self, body: Mapping[str, Any], signatures: list[Any], payload: bytes
    ) -> Iterator[str]:
        try:
            fields = {"payloadType": PAYLOAD_TYPE, "payload": "", "signatures": signatures}
            envelope = replace(Envelope.from_json(fields), payload=payload)
            signer = self._verify(envelope)
        except (SignatureError, dsse.EnvelopeError):
            yield "Its signature does not count: it was edited, or signed with an unknown key."
            return
        owner, actor = self._owners.get(signer), body.get("actor")
        if body.get("event") in DECISIONS and owner not in (None, actor):
            yield f"It says that {actor!a} decided, and is signed with the key of {owner}."
            return
        self.signed += 1

    def _verify(self, envelope: Envelope) -> PublicKey:
        """Return the key that signed: the one that is named, or of all the first that did."""
        named = self._by_id.get(envelope.signatures[0].keyid)
        if named is not None:
            try:
                return dsse.verify(envelope, PAYLOAD_TYPE, (named,))[0]
            except SignatureError:
                pass
        return dsse.verify(envelope, PAYLOAD_TYPE, self._keys)[0]


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
    if not whole or not isinstance(signatures, list):
        return None
    try:
        # What has no such form, a lone surrogate or a number beyond all bounds, nobody wrote here.
        return {**record, "canonical": dsse.canonical(record)}
    except (ValueError, RecursionError):
        return None


def _against(anchors: Sequence[Anchor], hashes: Sequence[str]) -> Iterator[Fault]:
    for anchor in anchors:
        if anchor.count >= len(hashes):
            missing = anchor.count - len(hashes) + 1
            what = "1 entry was" if missing == 1 else f"{missing} entries were"
            yield Fault(0, f"{what} cut off its end; {anchor.kept} knows of more.")
        elif hashes[anchor.count] != anchor.head:
            yield Fault(anchor.count, f"It is not the entry that {anchor.kept} knows.")
