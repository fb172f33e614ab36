"""Envelopes: what is signed, by whom, and what is refused; with keys that ssh-keygen made."""

from __future__ import annotations

import base64
import json
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from bedplate import dsse

if TYPE_CHECKING:
    from pathlib import Path

KIND = "application/vnd.bedplate.test+json"
SEEDS = st.binary(min_size=32, max_size=32)


def _key(seed: bytes = bytes(32)) -> dsse.SigningKey:
    """Return a key in the form that ssh-keygen writes, read back."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    text = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    return dsse.private_key(text)


def _made(folder: Path, kind: str = "ed25519", passphrase: str = "") -> Path:
    """Return a private key file by ssh-keygen; its public half lies beside it."""
    file = folder / f"id_{kind}"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "a comment", "-f", file],
        check=True,
    )
    return file


def test_the_encoding_is_that_of_the_specification() -> None:
    """The example of the DSSE protocol, and lengths in bytes, not characters."""
    assert dsse.encoding("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert dsse.encoding("é", "ü".encode()) == "DSSEv1 2 é 2 ü".encode()


@given(st.text(), st.binary(), st.text(), st.binary())
def test_no_two_statements_have_one_encoding(
    kind: str, payload: bytes, other_kind: str, other: bytes
) -> None:
    """A signature of one statement is never one of another."""
    same = (kind, payload) == (other_kind, other)

    assert (dsse.encoding(kind, payload) == dsse.encoding(other_kind, other)) is same


@given(st.binary(), st.text(), SEEDS, SEEDS)
def test_what_was_signed_verifies_and_nothing_else(
    payload: bytes, kind: str, seed: bytes, other: bytes
) -> None:
    """Round trip through JSON text; another key, payload or type is refused."""
    key = _key(seed)
    envelope = dsse.Envelope.parse(json.dumps(dsse.sign(payload, kind, key).to_json()))

    assert (envelope.payload, envelope.payload_type) == (payload, kind)
    assert dsse.verify(envelope, kind, [key.public]) == (key.public,)
    if seed != other:
        with pytest.raises(dsse.SignatureError):
            dsse.verify(envelope, kind, [_key(other).public])
    with pytest.raises(dsse.SignatureError):
        dsse.verify(replace(envelope, payload=payload + b" "), kind, [key.public])
    with pytest.raises(dsse.SignatureError):
        dsse.verify(replace(envelope, payload_type=f"{kind}x"), f"{kind}x", [key.public])


def test_several_people_sign_one_envelope() -> None:
    """Each key counts once, in the order of those asked for, however often it signed."""
    first, second, third = (_key(bytes([number]) * 32) for number in range(3))
    envelope = dsse.sign(b"{}", KIND, second, first, second)

    keys = [first.public, third.public, second.public, first.public]
    assert dsse.verify(envelope, KIND, keys) == (first.public, second.public)


def test_a_key_id_proves_nothing() -> None:
    """A signature by somebody else under the right key id is refused; a wrong id does no harm."""
    mine, theirs = _key(), _key(b"\x01" * 32)
    (by_them,) = dsse.sign(b"{}", KIND, theirs).signatures
    (by_me,) = dsse.sign(b"{}", KIND, mine).signatures
    forged = dsse.Envelope(KIND, b"{}", (replace(by_them, keyid=mine.public.keyid),))
    misnamed = dsse.Envelope(KIND, b"{}", (replace(by_me, keyid="whatever"),))

    with pytest.raises(dsse.SignatureError) as refused:
        dsse.verify(forged, KIND, [mine.public])
    assert refused.value.message == (
        f"The signature does not count: it is not by {mine.public.keyid}. "
        "Fix: sign with such a key."
    )
    assert dsse.verify(misnamed, KIND, [mine.public]) == (mine.public,)


def test_a_statement_of_another_type_is_refused() -> None:
    """A signed waiver is no approval, although the same person signed it."""
    envelope = dsse.sign(b"{}", "one", _key())

    with pytest.raises(dsse.SignatureError) as refused:
        dsse.verify(envelope, "other", [_key().public])
    assert refused.value.message == (
        "The signature does not count: it signs a 'one', not a 'other'. Fix: sign anew."
    )


def test_without_keys_nothing_verifies() -> None:
    """No approver, no approval."""
    with pytest.raises(dsse.SignatureError) as refused:
        dsse.verify(dsse.sign(b"", KIND, _key()), KIND, [])
    assert refused.value.message == (
        "The signature does not count: it is not by a key that counts: there is none. "
        "Fix: sign with such a key."
    )


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ([], "the envelope is no mapping"),
        ({"payload": 1}, "payload is no text"),
        ({"payload": "*"}, "payload is not base64"),
        ({"payload": "é"}, "payload is not base64"),
        ({"payloadType": None}, "payloadType is no text"),
        ({"signatures": []}, "it has no signatures"),
        ({"signatures": {}}, "it has no signatures"),
        ({"signatures": ["x"]}, "a signature is no mapping"),
        ({"signatures": [{}]}, "sig is no text"),
        ({"signatures": [{"sig": "", "keyid": 1}]}, "keyid is no text"),
    ],
)
def test_what_is_no_envelope_is_refused(change: Any, problem: str) -> None:
    """A sentence says what is wrong, whatever the text holds."""
    data = dsse.sign(b"{}", KIND, _key()).to_json()
    changed = data | change if isinstance(change, dict) else change

    with pytest.raises(dsse.EnvelopeError) as refused:
        dsse.Envelope.parse(json.dumps(changed))
    assert refused.value.message == f"The text is no DSSE envelope: {problem}. Fix: sign anew."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "it is not valid JSON"),
        ("[" * 100_000, "it is not valid JSON"),
        (b"\xff\xfe\xfa", "it is not valid JSON"),
        ("x" * 2**20 + "x", "it is larger than 1 MiB"),
    ],
)
def test_what_is_no_json_is_refused(text: str | bytes, problem: str) -> None:
    """Neither depth nor size nor wrong encoding breaks the reader."""
    with pytest.raises(dsse.EnvelopeError) as refused:
        dsse.Envelope.parse(text)
    assert refused.value.message == f"The text is no DSSE envelope: {problem}. Fix: sign anew."


@given(st.recursive(st.none() | st.text(max_size=3) | st.integers(), st.lists, max_leaves=5))
def test_any_json_is_an_envelope_or_refused(value: Any) -> None:
    """No other error than a refusal, whatever stands in the fields."""
    for name in ("payload", "payloadType", "signatures"):
        data = dsse.sign(b"{}", KIND, _key()).to_json() | {name: value}
        try:
            dsse.Envelope.from_json(data)
        except dsse.EnvelopeError:
            continue
        assert isinstance(value, str)


def test_both_alphabets_of_base64_are_read() -> None:
    """DSSE asks a verifier to accept the URL-safe alphabet too."""
    payload = b"\xfb\xff\xfe"
    data = dsse.sign(payload, KIND, _key()).to_json()
    data["payload"] = base64.urlsafe_b64encode(payload).decode()

    assert data["payload"] == "-__-"
    assert dsse.Envelope.from_json(data).payload == payload


def test_the_canonical_form_does_not_depend_on_order() -> None:
    """Equal values have equal bytes; letters stay as they are."""
    assert dsse.canonical({"b": [1, None], "a": "ü"}) == '{"a":"ü","b":[1,null]}'.encode()


@pytest.mark.needs("ssh-keygen")
@pytest.mark.parametrize("passphrase", ["", "open sesame"])
def test_keys_of_ssh_keygen_sign(tmp_path: Path, passphrase: str) -> None:
    """Its private key signs, its public key verifies, and the key id is the one that it prints."""
    file = _made(tmp_path, passphrase=passphrase)
    public = dsse.public_key(file.with_suffix(".pub").read_text())
    printed = subprocess.run(
        ["ssh-keygen", "-lf", file], check=True, capture_output=True, text=True
    ).stdout
    key = dsse.private_key(file.read_bytes(), passphrase.encode() or None)

    assert key.public == public
    assert printed.split()[1] == public.keyid
    assert dsse.verify(dsse.sign(b"{}", KIND, key), KIND, [public]) == (public,)


@pytest.mark.needs("ssh-keygen")
def test_a_locked_key_stays_locked(tmp_path: Path) -> None:
    """Without its passphrase, or with another, it is refused; one too many is ignored."""
    locked = _made(tmp_path, "ed25519", "open sesame").read_bytes()
    (tmp_path / "free").mkdir()
    free = _made(tmp_path / "free").read_bytes()
    messages = []
    for passphrase in (None, b"open barley"):
        with pytest.raises(dsse.PassphraseError) as refused:
            dsse.private_key(locked, passphrase)
        messages.append(refused.value.message)

    assert messages == [
        "The private key has a passphrase. Fix: give the passphrase.",
        "The passphrase does not open the private key. Fix: try again.",
    ]
    assert dsse.private_key(free, b"not needed").public == dsse.private_key(free).public


@pytest.mark.needs("ssh-keygen")
def test_only_ed25519_counts(tmp_path: Path) -> None:
    """Another kind of key is refused, private and public."""
    file = _made(tmp_path, "ecdsa")
    fix = "Fix: make one by `ssh-keygen -t ed25519`."

    with pytest.raises(dsse.KeyFileError) as private:
        dsse.private_key(file.read_bytes())
    with pytest.raises(dsse.KeyFileError) as public:
        dsse.public_key(file.with_suffix(".pub").read_text())
    assert private.value.message == f"The private key is not of the kind ed25519. {fix}"
    assert public.value.message == f"The public key is not of the kind ed25519. {fix}"


@pytest.mark.parametrize("text", ["", "junk", "ssh-ed25519", "ssh-ed25519 AAAA", "\x00", "ü"])
def test_what_is_no_key_is_refused(text: str) -> None:
    """A sentence, not a traceback; the text itself is not shown."""
    fix = "Fix: make one by `ssh-keygen -t ed25519`."

    with pytest.raises(dsse.KeyFileError) as private:
        dsse.private_key(text.encode())
    with pytest.raises(dsse.KeyFileError) as public:
        dsse.public_key(text)
    assert private.value.message == f"The file is no OpenSSH private key. {fix}"
    assert public.value.message == f"The text is no SSH public key. {fix}"


def test_a_key_does_not_show_itself() -> None:
    """Neither repr nor str has the secret half."""
    seed = bytes(range(32))
    shown = f"{_key(seed)!r} {_key(seed)}"

    assert seed.hex() not in shown
    assert base64.b64encode(seed).decode() not in shown
