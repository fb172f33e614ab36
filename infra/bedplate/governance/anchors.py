"""Anchors: how far a ledger had come, kept in the evidence bucket beside the bundles.

An anchor's own key says all that is verified: `bedplate/<env>/anchors/<count>-<head>.json`. So one
listing reads every anchor, and neither a newer version of an object nor a marker of its deletion
hides one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bedplate import dsse
from bedplate.errors import shown
from bedplate.governance.bundle import read
from bedplate.governance.evidence_bucket import AnchorError, evidence_bucket
from bedplate.governance.ledger import FIRST, Anchor
from bedplate.governance.ledger_verify import verify

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from bedplate.governance.evidence_bucket import EvidenceBucket
    from bedplate.governance.records import Records
    from bedplate.spec.platform import PlatformSpec

SCHEMA: Final = "bedplate.anchor/v1"
"""Name and version of an anchor's form."""
_KEY: Final = re.compile(r".*/anchors/(\d{8})-([0-9a-f]{64})\.json")


@dataclass(frozen=True, slots=True)
class Anchored:
    """What was put into the evidence bucket, or lay there already."""

    anchor: Anchor
    """How far the ledger had come."""
    bundle: str
    """Key of the bundle; "" for none."""
    until: datetime | None
    """Until when the anchor is locked; None where it lay there already."""


def anchor(records: Records, spec: PlatformSpec, bundle: Path | None = None) -> Anchored:
    """Put the anchor of an environment's ledger, and an evidence bundle, into its evidence bucket.

    What lies there already stays, so that it can be repeated. Raises BedplateError where the ledger
    is not what it was, or the bucket can't be written to.
    """
    bucket = evidence_bucket(spec)
    known = anchors_of(bucket, records.environment)
    # Whose signatures count is for `audit verify`, which may be given keys of former approvers.
    found = verify(records.ledger, None, known)
    if found.faults:
        problem = f"{shown(records.ledger)} is not what it was: {found.faults[0]}"
        fix = f"see `bedplate audit verify {records.environment}`"
        raise AnchorError(f"{problem.rstrip('.')}. Fix: {fix}.")
    if not found.count:
        raise AnchorError(f"{shown(records.ledger)} has no entry. Fix: make a release first.")
    bucket.must_lock()
    folder = _folder(records.environment)
    stored = "" if bundle is None else _stored(bucket, folder, bundle)
    key = f"{folder}/anchors/{found.count:08d}-{found.head.removeprefix('sha256:')}.json"
    made = Anchor(found.count, found.head, bucket.shown)
    if bucket.has(key):
        return Anchored(made, stored, None)
    content = dsse.canonical(
        {
            "schema": SCHEMA,
            "environment": records.environment,
            "count": found.count,
            "head": found.head,
            "bundle": stored,
        }
    )
    return Anchored(made, stored, bucket.put(key, content, "application/json"))


def anchors_of(bucket: EvidenceBucket, environment: str) -> tuple[Anchor, ...]:
    """Return the anchors of an environment's ledger, oldest first.

    Raises AnchorError where the bucket can't be read, or holds something else among them.
    """
    found: list[Anchor] = []
    for key in sorted(bucket.keys(f"{_folder(environment)}/anchors/")):
        match = _KEY.fullmatch(key)
        if match is None:
            problem = f"{bucket.shown.capitalize()} has {key!a} among its anchors"
            raise AnchorError(f"{problem}. Fix: see in the trail who put it there.")
        found.append(Anchor(int(match[1]), f"sha256:{match[2]}", bucket.shown))
    return tuple(found)


def keeps_bundle(bucket: EvidenceBucket, environment: str, digest: str) -> bool:
    """Tell whether the bucket holds a bundle; raises AnchorError where it can't be read."""
    return bucket.has(_bundle_key(_folder(environment), digest))


def uncovered(anchors: Sequence[Anchor], count: int) -> int:
    """Return how many of the last entries of a ledger no anchor covers."""
    return count - max((one.count for one in anchors if one.head != FIRST), default=0)


def _stored(bucket: EvidenceBucket, folder: str, bundle: Path) -> str:
    """Put a bundle into the bucket, unless it lies there; return its key."""
    key = _bundle_key(folder, read(bundle).digest)
    if not bucket.has(key):
        bucket.put(key, bundle.read_bytes(), "application/zip")
    return key


def _bundle_key(folder: str, digest: str) -> str:
    return f"{folder}/bundles/{digest.removeprefix('sha256:')}.zip"


def _folder(environment: str) -> str:
    return f"bedplate/{environment}"
