"""A small release, and people with keys who decide on it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bedplate import dsse
from bedplate.dsse import SigningKey
from bedplate.governance.release import Release
from bedplate.spec.governance import ApproverSpec

NOW: Final = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
"""The moment at which tests decide."""
_SPEC = {"network": {"cidr": "10.40.0.0/16"}, "tier": "production"}


def key(name: str) -> SigningKey:
    """Return the private key of a person, the same for the same name."""
    return SigningKey(Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b".")[:32]))


def person(name: str, role: str) -> ApproverSpec:
    """Return somebody who may approve."""
    return ApproverSpec(name=name, role=role, public_key=key(name).public.text)


LAYLA: Final = person("Layla Haddad", "platform")
OMAR: Final = person("Omar Rahman", "compliance")
AUTHOR: Final = "Sara Nasser"
TRUSTED: Final = (LAYLA, OMAR, person(AUTHOR, "platform"))


def release(spec: dict[str, Any] | None = None, **changes: Any) -> Release:
    """Return a release of production."""
    values = spec or _SPEC
    digest = dsse.canonical(values)
    fields: dict[str, Any] = {
        "environment": "prod",
        "author": AUTHOR,
        "created": NOW,
        "parts": {
            "spec": f"sha256:{hashlib.sha256(digest).hexdigest()}",
            "policies": "sha256:aa",
            "plan.foundation": "sha256:bb",
            "tools": "sha256:cc",
        },
        "spec": values,
        "resources": {"foundation:aws:s3/bucket:Bucket::models": "sha256:dd"},
        "summary": {},
    }
    return Release(**{**fields, **changes})
