"""The ledger: what is written is found again, and what is tampered with is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from support.limits import limited

from bedplate.dsse import SigningKey, canonical
from bedplate.governance.ledger import FIRST, Anchor, Entry, LedgerError, append, digest
from bedplate.governance.ledger_verify import Keys, verify

if TYPE_CHECKING:
    from pathlib import Path

KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(b"k" * 32))
OTHER = SigningKey(Ed25519PrivateKey.from_private_bytes(b"o" * 32))
KEYS = Keys({"Layla Haddad": KEY.public})
START = datetime(2026, 11, 1, tzinfo=UTC)


def _entry(at: int, **facts: object) -> Entry:
    time = START + timedelta(minutes=at)
    return Entry(time, "Layla Haddad", "note", "prod", "sha256:aa", facts)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Return a ledger of four entries, the second one signed."""
    file = tmp_path / "ledger" / "prod.jsonl"
    for number in range(4):
        append(file, _entry(number, number=number), KEY if number == 1 else None)
    return file


def _faults(file: Path) -> list[str]:
    return [str(fault) for fault in verify(file, KEYS).faults]


def test_a_ledger_is_what_was_written(ledger: Path) -> None:
    """Entries are numbered, chained and canonical; signatures are counted."""
    found = verify(ledger, KEYS)
    lines = ledger.read_bytes().splitlines()

    assert (found.count, found.signed, found.faults) == (4, 1, ())
    assert found.head == digest(lines[-1])
    assert json.loads(lines[0])["entry"]["previous"] == FIRST


def test_an_edit_names_the_entry(ledger: Path) -> None:
    """One changed character shows at the entry that follows."""
    text = ledger.read_text()
    ledger.write_text(text.replace('"number":2', '"number":7'))

    assert _faults(ledger) == [
        "entry 4: It does not follow from the entry before it: one of the two was edited or moved."
    ]


def test_an_edit_of_a_signed_entry_names_itself(ledger: Path) -> None:
    """Its own signature no longer fits."""
    text = ledger.read_text()
    ledger.write_text(text.replace('"number":1', '"number":7'))

    assert _faults(ledger)[0] == (
        "entry 2: Its signature does not count: it was edited, or signed with an unknown key."
    )


def test_a_signature_by_an_unknown_key_does_not_count(ledger: Path) -> None:
    """Whoever holds no key that counts can't sign."""
    append(ledger, _entry(9), OTHER)

    assert _faults(ledger) == [
        "entry 5: Its signature does not count: it was edited, or signed with an unknown key."
    ]


def test_a_decision_that_nobody_signed_is_told(ledger: Path) -> None:
    """Other entries may go unsigned; whether a person decided shows by a key alone."""
    append(ledger, replace(_entry(5), event="rejection"))

    assert _faults(ledger) == ["entry 5: It records a decision, and nobody signed it."]


def test_a_decision_is_signed_by_who_decided(ledger: Path) -> None:
    """An approver's key signs for nobody else; a former approver's name is not known."""
    entry = replace(_entry(5), event="approval", actor="Omar Rahman")
    append(ledger, entry, KEY)
    append(ledger, replace(_entry(6), event="approval"), KEY)
    former = verify(ledger, Keys({}, [KEY.public]))
    renamed = verify(ledger, Keys({"Layla Rahman": KEY.public}, [KEY.public]))

    assert _faults(ledger) == [
        "entry 5: It says that 'Omar Rahman' decided, and is signed with the key of Layla Haddad."
    ]
    assert (former.signed, former.faults) == (3, ())
    assert (renamed.signed, renamed.faults) == (3, ())


def test_an_entry_of_another_environment_is_told(ledger: Path) -> None:
    """A ledger is one environment's: it bears its name."""
    append(ledger, replace(_entry(5), environment="staging"))

    assert _faults(ledger) == ["entry 5: It is of 'staging', not of prod."]


@pytest.mark.parametrize("odd", ["NaN", "Infinity", '"\\ud800"'])
def test_what_no_ledger_holds_is_no_entry(ledger: Path, odd: str) -> None:
    """JSON of Python's reader that has no canonical form is told, and does not end the audit."""
    ledger.write_text(ledger.read_text().replace('"number":3', f'"number":{odd}'))

    assert _faults(ledger) == ["entry 4: It is no entry of a ledger."]


def test_a_removed_entry_is_noticed(ledger: Path) -> None:
    """Numbers and hashes no longer fit."""
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(lines[0] + lines[2] + lines[3])

    assert _faults(ledger) == [
        "entry 2: It says it is entry 3: entries were removed or moved.",
        "entry 2: It does not follow from the entry before it: one of the two was edited or moved.",
        "entry 3: It says it is entry 4: entries were removed or moved.",
    ]


def test_a_new_order_is_noticed(ledger: Path) -> None:
    """Two entries that change places are both named."""
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(lines[0] + lines[2] + lines[1] + lines[3])
    named = {fault.split(":")[0] for fault in _faults(ledger)}

    assert {"entry 2", "entry 3"} <= named


def test_a_cut_shows_against_an_anchor(ledger: Path) -> None:
    """The chain alone can't know; what was kept elsewhere does."""
    before = verify(ledger)
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:2]))
    anchor = Anchor(before.count, before.head, "the evidence bucket")

    assert _faults(ledger) == []
    assert [str(fault) for fault in verify(ledger, KEYS, [anchor]).faults] == [
        "2 entries were cut off its end; the evidence bucket knows of more."
    ]


def test_a_rewritten_ledger_shows_against_an_anchor(ledger: Path, tmp_path: Path) -> None:
    """A chain made anew is whole in itself, and another."""
    before = verify(ledger)
    forged = tmp_path / "forged/prod.jsonl"
    for number in range(4):
        append(forged, _entry(number, number=number + 1))
    anchor = Anchor(before.count, before.head, "the evidence bucket")

    assert [str(fault) for fault in verify(forged, anchors=[anchor]).faults] == [
        "entry 4: It is not the entry that the evidence bucket knows."
    ]


def test_a_half_written_entry_is_named_and_nothing_is_added(ledger: Path) -> None:
    """A ledger that ends in mid-line takes no further entry."""
    ledger.write_bytes(ledger.read_bytes()[:-20])

    assert _faults(ledger)[0] == (
        "entry 4: It ends without a line break: it was cut or half-written."
    )
    with pytest.raises(LedgerError) as caught:
        append(ledger, _entry(9))
    assert caught.value.message == (
        f"{ledger} ends in the middle of an entry. "
        "Fix: run `bedplate audit verify`; restore the file from git."
    )


def test_a_full_disk_takes_nothing_half(ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be written whole is taken back."""
    before = ledger.read_bytes()
    real = os.pwrite
    room = [30]

    def full(handle: int, data: bytes, at: int) -> int:
        if not room[0]:
            raise OSError(28, "No space left on device")
        written = real(handle, data[: room[0]], at)
        room[0] -= written
        return written

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(LedgerError, match="can't be written: no space"):
        append(ledger, _entry(9))

    assert ledger.read_bytes() == before


def test_who_waited_is_not_older_than_who_wrote(ledger: Path) -> None:
    """The time was taken before the other writer was done; an older one than that is told."""
    append(ledger, _entry(2))
    assert _faults(ledger) == []

    append(ledger, _entry(-60))
    assert _faults(ledger) == ["entry 6: It is older than the entry before it."]


def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Entries added side by side form one chain."""
    file = tmp_path / "prod.jsonl"
    code = (
        "import sys; from datetime import *; from pathlib import Path\n"
        "from bedplate.governance.ledger import Entry, append\n"
        "for n in range(20):\n"
        "    time = datetime(2026, 11, 1, tzinfo=UTC)\n"
        "    append(Path(sys.argv[1]), Entry(time, 'a', 'note', 'prod', '', {}))\n"
    )
    writers = [
        threading.Thread(
            target=subprocess.run,
            args=([sys.executable, "-c", code, str(file)],),
            kwargs={"check": True},
        )
        for _ in range(3)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = verify(file)

    assert (found.count, found.faults) == (60, ())


@given(st.binary(max_size=300))
def test_any_bytes_are_answered_with_faults(tmp_path_factory: pytest.TempPathFactory,
                                            content: bytes) -> None:  # fmt: skip
    """Whatever the file holds, the answer is a list, never an exception."""
    file = tmp_path_factory.mktemp("ledger") / "x.jsonl"
    file.write_bytes(content)
    found = verify(file)

    assert bool(found.faults) == bool(content)


SIGNED = "Its signature does not count: it was edited, or signed with an unknown key."
FOLLOWS = "It does not follow from the entry before it: one of the two was edited or moved."
UNKNOWN = "It is not the entry that the evidence bucket knows."


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"actor":"Layla', '"actor":"Kayla', [f"2: {SIGNED}", f"3: {FOLLOWS}"]),
        ('"environment":"prod"', '"environment":"prog"', ["2: It is of 'prog', not of prod.",
                                                         f"2: {SIGNED}", f"3: {FOLLOWS}"]),
        ('"event":"note"', '"event":"mote"', [f"2: {SIGNED}", f"3: {FOLLOWS}"]),
        ('"number":1', '"number":2', [f"2: {SIGNED}", f"3: {FOLLOWS}"]),
        ('"previous":"sha256:', '"previous":"sha255:', [f"2: {FOLLOWS}", f"2: {SIGNED}",
                                                        f"3: {FOLLOWS}"]),
        ('"release":"sha256:aa"', '"release":"sha256:ab"', [f"2: {SIGNED}", f"3: {FOLLOWS}"]),
        ('ledger/v1"', 'ledger/v2"', ["2: It is no entry of a ledger.", f"3: {FOLLOWS}"]),
        ('"seq":2', '"seq":3', ["2: It says it is entry 3: entries were removed or moved.",
                                f"2: {SIGNED}", f"3: {FOLLOWS}"]),
        ("T00:01", "T00:02", [f"2: {SIGNED}", f"3: {FOLLOWS}"]),
        ("T00:01", "T00-01", ["2: Its time can't be read, or has no zone.", f"2: {SIGNED}",
                              f"3: {FOLLOWS}"]),
        ('"sig":"', '"sig":"A', [f"2: {SIGNED}", f"3: {FOLLOWS}"]),
        ('"keyid":"SHA256', '"keyid":"SHA255', [f"3: {FOLLOWS}"]),
        ('"signatures":[{', '"signatures":[{}, {', [("2: It is not written in canonical form: "
                                                   "it was edited."), f"2: {SIGNED}",
                                                   f"3: {FOLLOWS}"]),
    ],
)  # fmt: skip
def test_one_character_in_each_field_is_noticed(
    ledger: Path, old: str, new: str, said: list[str]
) -> None:
    """Of a signed entry in the middle: by its signature, and by the entry after it."""
    lines = ledger.read_text().splitlines(keepends=True)
    edited = lines[1].replace(old, new, 1)
    assert edited != lines[1]
    ledger.write_text("".join([lines[0], edited, *lines[2:]]))

    assert _faults(ledger) == [f"entry {text}" for text in said]


@pytest.mark.parametrize(
    ("old", "new"),
    [('"actor":"L', '"actor":"K'), ('"number":3', '"number":4'), ("sha256:aa", "sha256:ab")],
)
def test_an_edit_of_the_last_entry_shows_against_an_anchor(
    ledger: Path, old: str, new: str
) -> None:
    """Nothing follows it, and it is not signed: only what is kept elsewhere knows."""
    before = verify(ledger)
    text = ledger.read_text()
    head, _, last = text.rstrip("\n").rpartition("\n")
    ledger.write_text(f"{head}\n{last.replace(old, new, 1)}\n")
    anchor = Anchor(before.count, before.head, "the evidence bucket")
    found = verify(ledger, KEYS, [anchor])

    assert _faults(ledger) == []
    assert [str(fault) for fault in found.faults] == [f"entry 4: {UNKNOWN}"]


def test_a_key_that_is_named_wrongly_still_counts(ledger: Path) -> None:
    """A key id is a hint: whatever it says, the keys that count are tried."""
    ledger.write_text(ledger.read_text().replace(KEY.public.keyid, OTHER.public.keyid))
    found = verify(ledger, Keys({}, [OTHER.public, KEY.public]))

    assert found.signed == 1


def test_a_real_limit_leaves_the_ledger_whole(tmp_path: Path) -> None:
    """The system cuts the write in the middle of an entry; what was written is taken back."""
    file = tmp_path / "prod.jsonl"
    code = (
        "from datetime import *; from pathlib import Path\n"
        "from bedplate.governance.ledger import Entry, append\n"
        "time = datetime(2026, 11, 1, tzinfo=UTC)\n"
        "for n in range(20):\n"
        f"    append(Path({str(file)!r}), Entry(time, 'a', 'note', 'prod', '', {{}}))\n"
    )
    done = limited(code, 1000)
    found = verify(file)

    assert done.stderr.splitlines()[-1] == (
        f"bedplate.governance.ledger.LedgerError: {file} can't be written: file too large. "
        "Fix: make room, then repeat the command."
    )
    assert (found.count, found.faults) == (3, ())
    assert append(file, _entry(0)) == verify(file).head


def test_only_the_end_is_read_to_add_an_entry(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long the ledger is, and however long its last entry."""
    append(ledger, _entry(10, text="x" * 200_000))
    append(ledger, _entry(11))
    size = ledger.stat().st_size
    asked: list[int] = []
    real = os.pread

    def read(handle: int, length: int, at: int) -> bytes:
        asked.append(length)
        return real(handle, length, at)

    monkeypatch.setattr(os, "pread", read)
    append(ledger, _entry(12))

    found = verify(ledger, KEYS)
    assert (found.count, found.faults, asked) == (7, (), [64 * 1024])
    assert size > 200_000


@pytest.mark.parametrize("where", range(0, 900, 37))
def test_no_changed_byte_goes_unseen(ledger: Path, where: int) -> None:
    """Every byte before the last entry is covered by the chain."""
    content = bytearray(ledger.read_bytes())
    content[where] ^= 1
    ledger.write_bytes(bytes(content))

    assert _faults(ledger)


def test_a_missing_ledger_is_a_sentence(tmp_path: Path) -> None:
    """The message names the file and where to get it from."""
    with pytest.raises(LedgerError) as caught:
        verify(tmp_path / "none.jsonl")

    assert caught.value.message == (
        f"{tmp_path / 'none.jsonl'} can't be read: no such file or directory. "
        "Fix: restore it from git or from the evidence bucket."
    )


def test_spaces_are_an_edit(ledger: Path) -> None:
    """An entry has one form; any other was made by hand."""
    lines = ledger.read_bytes().splitlines()
    pretty = json.dumps(json.loads(lines[3])).encode()
    ledger.write_bytes(b"\n".join([*lines[:3], pretty]) + b"\n")

    assert canonical(json.loads(pretty)) == lines[3]
    assert _faults(ledger) == ["entry 4: It is not written in canonical form: it was edited."]
