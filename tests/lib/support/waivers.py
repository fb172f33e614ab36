"""Waivers files, signatures and findings for tests."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bedplate import dsse
from bedplate.policy.decision import Standing
from bedplate.policy.finding import Finding, Source
from bedplate.policy.ladder import Ladder
from bedplate.policy.waiver_file import load_waivers
from bedplate.policy.waivers import PAYLOAD_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bedplate.policy.waivers import WaiverFile

TODAY = date(2026, 11, 25)
"""The day on which tests decide."""
BUCKET = "urn:pulumi:prod::bedplate-foundation::aws:s3/bucket:Bucket::"
"""A bucket's URN, up to its name."""

ENTRY: dict[str, Any] = {
    "id": "W-1",
    "policy": "ENC-007",
    "resources": ["scratch"],
    "reason": "The store is emptied every night.",
    "ticket": "SEC-12",
    "requested_by": "Alice Adams",
    "approved_by": "Bob Baker",
    "created": "2026-11-01",
    "expires": "2026-12-31",
}
"""A waiver that holds: its policy is of medium severity, so that it needs no signature."""


def private_key(number: int = 1) -> bytes:
    """Return the text of a private key as OpenSSH writes it; equal numbers make equal keys."""
    key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def public_key(number: int = 1) -> str:
    """Return its public half, as an environment file has it."""
    return dsse.private_key(private_key(number)).public.text


def standing(
    blocks_from: Any = "high",
    *,
    open_blocks: bool = True,
    people: Mapping[str, str] | None = None,
) -> Standing:
    """Return the standing of `prod`, where Bob Baker approves and signs with key 1."""
    approvers = {"Bob Baker": public_key(), "Carol Clark": ""} | dict(people or {})
    return Standing("prod", Ladder(blocks_from, open_blocks=open_blocks), tuple(approvers.items()))


def finding(name: str = "scratch", **changes: Any) -> Finding:
    """Return a finding: ENC-007 fails on a bucket, unless told otherwise."""
    values: dict[str, Any] = {
        "policy": "ENC-007",
        "severity": "medium",
        "level": "mandatory",
        "verdict": "fail",
        "urn": f"{BUCKET}{name}",
        "type": "aws:s3/bucket:Bucket",
        "message": "It is not blue.",
        "controls": ("gdpr:32",),
        "remediation": "Paint it.",
        "source": Source("stacks/prod.yaml", 3, 1, "stores"),
    }
    return Finding(**values | changes)


def waivers(folder: Path, *entries: dict[str, Any] | None, **more: Any) -> WaiverFile:
    """Write entries as `waivers.yaml` and read it; each is ENTRY with changes, None removes."""
    listed = [
        {key: value for key, value in (ENTRY | (entry or {})).items() if value is not None}
        for entry in entries
    ]
    lines = ["waivers:", *(f"  - {json.dumps(entry)}" for entry in listed)]
    (folder / "waivers.yaml").write_text("\n".join(lines) + "\n")
    return load_waivers(folder, **more)


def sign(folder: Path, file: WaiverFile, number: int = 1, kind: str = PAYLOAD_TYPE) -> WaiverFile:
    """Sign every waiver of a file with a key, and read it again."""
    below = folder / "approvals" / "waivers"
    below.mkdir(parents=True, exist_ok=True)
    for waiver in file.waivers:
        envelope = dsse.sign(waiver.statement, kind, dsse.private_key(private_key(number)))
        (below / f"{waiver.id}.dsse.json").write_text(json.dumps(envelope.to_json()))
    return load_waivers(folder)
