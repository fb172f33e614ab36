"""Verifies an evidence bundle with nothing but the bundle: that it is whole and agrees with itself.

Members are held against the manifest first. If one was edited, nothing further is asked of it.
Then what the members say is held against one another: see `evidence_release` and
`evidence_findings`. Where all that agrees, the rules are asked again: see `evidence_rules`.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedplate import dsse
from bedplate.errors import BedplateError
from bedplate.governance import evidence_findings, evidence_release
from bedplate.governance.bundle import PAYLOAD_TYPE, SIGNATURE, Opened, read
from bedplate.governance.evidence_release import Case, UnreadableError, case_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bedplate.dsse import PublicKey
    from bedplate.policy.release_fact import Approval


@dataclass(frozen=True, slots=True)
class Signer:
    """A person of the trust root and the key that counts for them."""

    name: str
    """Name."""
    role: str
    """Role."""
    fingerprint: str
    """Fingerprint of the key as `ssh-keygen -l` prints it; compare it with the person's own."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a bundle comes to."""

    digest: str
    """Digest of the file, `sha256:…`: what `sha256sum` prints."""
    environment: str
    """Environment that it is of."""
    release: str
    """Digest of the release that it is of."""
    approvals: tuple[Approval, ...]
    """Approvals whose signature holds and that were in force when it was deployed."""
    signers: tuple[Signer, ...]
    """The trust root: whose signatures count."""
    entries: int
    """Number of the ledger's entries."""
    head: str
    """Hash of the last of them."""
    signed_by: str
    """Fingerprint of the key that the bundle itself is signed with; "" where it is not."""
    faults: tuple[str, ...]
    """What is wrong, as sentences; nothing where it is what was written."""
    not_judged_anew: str = ""
    """Why the rules were not asked again; "" where they were, and said the same."""


def verify_bundle(file: Path, signers: Sequence[PublicKey] = ()) -> Evidence:
    """Return what a bundle comes to.

    ``signers`` are keys that may sign the bundle beside those of its approvers. Raises BundleError
    where the file is no bundle at all.
    """
    opened = read(file)
    stated = (str(opened.manifest.get("environment")), str(opened.manifest.get("release")))
    faults = tuple(_members(opened))
    if faults:
        return Evidence(opened.digest, *stated, (), (), 0, "", "", faults)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in opened.members.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        try:
            return _verified(case_of(root, opened), opened, stated, signers)
        except UnreadableError as error:
            found = str(error)
        except (BedplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            # Whoever sealed it anew can write anything into it.
            found = "It can't be read: a member has another form."
        return Evidence(opened.digest, *stated, (), (), 0, "", "", (found,))


def _verified(
    case: Case, opened: Opened, stated: tuple[str, str], signers: Sequence[PublicKey]
) -> Evidence:
    trusted = [(one, dsse.public_key(one.public_key)) for one in case.trusted if one.public_key]
    signed_by, wrong = _signature(opened, [*(key for _, key in trusted), *signers])
    faults = [*wrong, *evidence_release.faults(case), *evidence_findings.faults(case)]
    hindrance = _judged_anew(case, faults)
    return Evidence(
        digest=opened.digest,
        environment=stated[0],
        release=stated[1],
        approvals=case.in_force,
        signers=tuple(Signer(one.name, one.role, key.keyid) for one, key in trusted),
        entries=case.ledger.count,
        head=case.ledger.head,
        signed_by=signed_by,
        faults=tuple(faults),
        not_judged_anew=hindrance,
    )


def _judged_anew(case: Case, faults: list[str]) -> str:
    """Ask the rules again and add where they say otherwise; return why they were not asked."""
    if faults:
        return "it does not agree with itself"
    from bedplate.governance import evidence_rules  # noqa: PLC0415 - slow to load, and last

    hindrance = evidence_rules.hindrance(case)
    if not hindrance:
        faults += evidence_findings.few(evidence_rules.faults(case))
    return hindrance


def _members(opened: Opened) -> Iterator[str]:
    """Yield where members and manifest differ."""
    listed: dict[str, Any] = opened.manifest["members"]
    there = {name for name in opened.members if name != SIGNATURE}
    for name in sorted(listed.keys() - there):
        yield f"{name!a} is named by the manifest and not there."
    for name in sorted(there - listed.keys()):
        yield f"{name} is there and not named by the manifest."
    for name in sorted(there & listed.keys()):
        content = opened.members[name]
        is_so = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        if listed[name] != is_so:
            yield f"{name} is not what the manifest says: it was edited."


def _signature(opened: Opened, keys: Sequence[PublicKey]) -> tuple[str, list[str]]:
    """Return the fingerprint of the signer, and what is wrong with the signature."""
    text = opened.members.get(SIGNATURE)
    if text is None:
        return "", []
    try:
        envelope = dsse.Envelope.parse(text)
        if envelope.payload != opened.raw:
            return "", [f"{SIGNATURE} signs another manifest: one of the two was edited."]
        (key, *_) = dsse.verify(envelope, PAYLOAD_TYPE, keys)
    except BedplateError:
        return "", [f"{SIGNATURE} is no signature by an approver, or by a signer that you named."]
    return key.keyid, []
