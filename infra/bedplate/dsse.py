"""Signed statements: DSSE envelopes (secure-systems-lab/dsse, v1) signed with SSH ed25519 keys.

People sign with the key that they have: an OpenSSH private key file, as `ssh-keygen -t ed25519`
makes it. The signature covers the type and the payload, by DSSE's pre-authentication encoding.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_ssh_private_key,
    load_ssh_public_key,
)

from bedplate.errors import BedplateError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MAKE: Final = "make one by `ssh-keygen -t ed25519`"
_MAX_BYTES: Final = 1024 * 1024
"""Longest envelope that is read; a statement is a few kilobytes."""


class KeyFileError(BedplateError):
    """A key can't be read, or is of another kind than ed25519."""


class PassphraseError(KeyFileError):
    """A private key is protected, and its passphrase is missing or wrong."""


class EnvelopeError(BedplateError):
    """A text is no DSSE envelope."""


class SignatureError(BedplateError):
    """An envelope carries no valid signature of the keys that count."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An SSH ed25519 public key."""

    raw: bytes
    """Its 32 bytes."""

    @property
    def text(self) -> str:
        """The key as OpenSSH writes it, without a comment."""
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()

    @property
    def keyid(self) -> str:
        """Its fingerprint as `ssh-keygen -l` prints it: SHA256 and unpadded base64."""
        blob = base64.b64decode(self.text.split()[1])
        digest = base64.b64encode(hashlib.sha256(blob).digest()).decode()
        return f"SHA256:{digest.rstrip('=')}"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An SSH ed25519 private key; neither its text nor its repr shows it."""

    _key: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        """Its public half."""
        return PublicKey(self._key.public_key().public_bytes_raw())

    def signature(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        return self._key.sign(message)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of an envelope."""

    keyid: str
    """Fingerprint of the key as the signer states it: a hint, no proof."""
    sig: bytes
    """The signature."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload, its type, and signatures of both."""

    payload_type: str
    """Media type of the payload."""
    payload: bytes
    """What is signed."""
    signatures: tuple[Signature, ...]
    """At least one."""

    def to_json(self) -> dict[str, Any]:
        """Return the envelope as DSSE writes it."""
        return {
            "payloadType": self.payload_type,
            "payload": _encoded(self.payload),
            "signatures": [
                {"keyid": one.keyid, "sig": _encoded(one.sig)} for one in self.signatures
            ],
        }

    @classmethod
    def from_json(cls, data: object) -> Envelope:
        """Read what `to_json` wrote, or any other DSSE envelope; raises EnvelopeError."""
        fields = _mapping(data, "the envelope")
        found = fields.get("signatures")
        if not isinstance(found, list) or not found:
            raise _no_envelope("it has no signatures")
        return cls(
            _text(fields, "payloadType"),
            _decoded(fields, "payload"),
            tuple(_signature(_mapping(one, "a signature")) for one in found),
        )

    @classmethod
    def parse(cls, text: str | bytes) -> Envelope:
        """Read an envelope from its JSON text; raises EnvelopeError."""
        if len(text) > _MAX_BYTES:
            raise _no_envelope("it is larger than 1 MiB")
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            raise _no_envelope("it is not valid JSON") from None
        return cls.from_json(data)


def encoding(payload_type: str, payload: bytes) -> bytes:
    """Return what is signed: DSSE's pre-authentication encoding of type and payload."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def canonical(value: Any) -> bytes:
    """Return a JSON value as bytes that are the same for equal values: keys sorted, no spaces."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def sign(payload: bytes, payload_type: str, *keys: SigningKey) -> Envelope:
    """Return a payload in an envelope that every one of the keys signed."""
    message = encoding(payload_type, payload)
    signatures = (Signature(key.public.keyid, key.signature(message)) for key in keys)
    return Envelope(payload_type, payload, tuple(signatures))


def verify(
    envelope: Envelope, payload_type: str, keys: Sequence[PublicKey]
) -> tuple[PublicKey, ...]:
    """Return those of the keys that signed the envelope, each once.

    Raises SignatureError where none did, or the payload is of another type. Key ids in the envelope
    decide nothing: every signature is tried with every key.
    """
    if envelope.payload_type != payload_type:
        problem = f"it signs a {envelope.payload_type!r}, not a {payload_type!r}"
        raise SignatureError(f"The signature does not count: {problem}. Fix: sign anew.")
    message = encoding(envelope.payload_type, envelope.payload)
    valid = tuple(key for key in dict.fromkeys(keys) if _signed(envelope, message, key))
    if not valid:
        wanted = " or ".join(key.keyid for key in keys) or "a key that counts: there is none"
        raise SignatureError(
            f"The signature does not count: it is not by {wanted}. Fix: sign with such a key."
        )
    return valid


def private_key(data: bytes, passphrase: bytes | None = None) -> SigningKey:
    """Read an OpenSSH private key file.

    Raises PassphraseError where it stays locked, and KeyFileError where it is no ed25519 key.
    """
    try:
        key = load_ssh_private_key(data, passphrase)
    except TypeError:
        # It is locked and no passphrase is given, or the other way round.
        if passphrase:
            return private_key(data)
        raise PassphraseError(
            "The private key has a passphrase. Fix: give the passphrase."
        ) from None
    except UnsupportedAlgorithm:
        fix = "install the package bcrypt, or use a key that `ssh-keygen -t ed25519` made"
        raise KeyFileError(f"The private key can't be unlocked here. Fix: {fix}.") from None
    except ValueError:
        if passphrase and b"OPENSSH PRIVATE KEY" in data:
            raise PassphraseError(
                "The passphrase does not open the private key. Fix: try again."
            ) from None
        raise _bad_key("The file is no OpenSSH private key") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _bad_key("The private key is not of the kind ed25519")
    return SigningKey(key)


def public_key(text: str) -> PublicKey:
    """Read an SSH public key, `ssh-ed25519 AAAA… comment`; raises KeyFileError."""
    try:
        key = load_ssh_public_key(text.strip().encode())
    except (ValueError, UnsupportedAlgorithm):
        raise _bad_key("The text is no SSH public key") from None
    if not isinstance(key, Ed25519PublicKey):
        raise _bad_key("The public key is not of the kind ed25519")
    return PublicKey(key.public_bytes_raw())


def _signed(envelope: Envelope, message: bytes, key: PublicKey) -> bool:
    public = _loaded(key.raw)
    for one in envelope.signatures:
        try:
            public.verify(one.sig, message)
        except InvalidSignature:
            continue
        return True
    return False


@lru_cache(maxsize=256)
def _loaded(raw: bytes) -> Ed25519PublicKey:
    """Return a key ready for use; a ledger asks for the same few thousands of times."""
    return Ed25519PublicKey.from_public_bytes(raw)


def _bad_key(problem: str) -> KeyFileError:
    return KeyFileError(f"{problem}. Fix: {_MAKE}.")


def _no_envelope(problem: str) -> EnvelopeError:
    return EnvelopeError(f"The text is no DSSE envelope: {problem}. Fix: sign anew.")


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _mapping(data: object, what: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise _no_envelope(f"{what} is no mapping")
    return data


def _text(fields: Mapping[str, Any], name: str, otherwise: str | None = None) -> str:
    value = fields.get(name, otherwise)
    if not isinstance(value, str):
        raise _no_envelope(f"{name} is no text")
    return value


def _decoded(fields: Mapping[str, Any], name: str) -> bytes:
    """Return a value in standard or URL-safe base64, as a verifier must accept both."""
    text = _text(fields, name).replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _no_envelope(f"{name} is not base64") from None


def _signature(fields: Mapping[str, Any]) -> Signature:
    return Signature(_text(fields, "keyid", ""), _decoded(fields, "sig"))
