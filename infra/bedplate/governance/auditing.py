"""Audits an environment's ledger against everything that knows how far it had come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bedplate.errors import shown
from bedplate.governance.anchors import anchors_of, keeps_bundle, uncovered
from bedplate.governance.evidence_bucket import AnchorError, evidence_bucket
from bedplate.governance.ledger import Anchor
from bedplate.governance.ledger_git import git_faults
from bedplate.governance.ledger_verify import Fault, keys_of, verify

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bedplate.dsse import PublicKey
    from bedplate.governance.evidence_bucket import EvidenceBucket
    from bedplate.governance.evidence_verify import Evidence
    from bedplate.governance.ledger_verify import Verification
    from bedplate.governance.records import Records
    from bedplate.spec.platform import PlatformSpec


@dataclass(frozen=True, slots=True)
class Audited:
    """What the audit of a ledger came to."""

    ledger: Verification
    """The ledger, with every fault that was found."""
    unanchored: int | None
    """Entries since the last anchor in the evidence bucket; None where it was not asked."""


def audited(
    records: Records,
    spec: PlatformSpec,
    *,
    in_bucket: bool,
    evidence: Evidence | None = None,
    former: Sequence[PublicKey] = (),
) -> Audited:
    """Return what a ledger comes to: by its own chain, by git, and by what else is asked.

    ``in_bucket`` asks the evidence bucket for its anchors; a bucket that can't be asked is a fault,
    because a cut might go unseen. ``evidence`` is a bundle that must belong to the environment,
    ``former`` are keys whose signatures count beside those of the present approvers.
    """
    anchors: list[Anchor] = []
    faults: list[Fault] = []
    if evidence is not None and not evidence.faults:
        anchors.append(Anchor(evidence.entries, evidence.head, "the bundle"))
        faults += _foreign(evidence, records, spec)
    kept: tuple[Anchor, ...] = ()
    if in_bucket:
        try:
            bucket = evidence_bucket(spec)
            kept = anchors_of(bucket, records.environment)
            faults += _unkept(kept, records, bucket, evidence)
        except AnchorError as error:
            what = error.message.partition(" Fix:")[0]
            faults.append(Fault(0, f"Whether its end was cut off is not known. {what}"))
    found = verify(records.ledger, keys_of(spec, former), [*anchors, *kept])
    # The sandbox lies in no repository: nothing of it is live.
    history = () if records.kept else git_faults(records.ledger)
    every = (*found.faults, *history, *faults)
    rest = uncovered(kept, found.count) if in_bucket else None
    return Audited(replace(found, faults=every), rest)


def _foreign(evidence: Evidence, records: Records, spec: PlatformSpec) -> Iterator[Fault]:
    """Yield in what a bundle is not one of the environment as its files say it now."""
    if evidence.environment != records.environment:
        yield Fault(0, f"The bundle is of {evidence.environment}.")
    listed = {key.keyid for key in keys_of(spec).owned.values()}
    for one in evidence.signers:
        if one.fingerprint not in listed:
            yield Fault(0, f"The bundle trusts {one.name} by a key that is not listed now: "
                           f"{one.fingerprint}.")  # fmt: skip


def _unkept(
    kept: tuple[Anchor, ...], records: Records, bucket: EvidenceBucket, evidence: Evidence | None
) -> Iterator[Fault]:
    if not kept:
        fix = f"`bedplate audit anchor {records.environment}`"
        yield Fault(0, f"{bucket.shown.capitalize()} has no anchor of {shown(records.ledger)}: "
                       f"a cut at its end would not show. Fix: {fix}.")  # fmt: skip
    if evidence is not None and not keeps_bundle(bucket, records.environment, evidence.digest):
        yield Fault(0, f"The bundle is not the one that {bucket.shown} keeps.")
