"""Approvals: in-toto statements on a release's digest, in DSSE envelopes signed by people.

A file says nothing by itself: what counts is whose key signed it. The keys stand in the
environment's file (`governance.approvals.approvers`), which is reviewed. Whether the approvals
suffice is for the rules APR-001 to APR-004 and APR-010; here signatures are made and verified.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from bedplate import dsse
from bedplate.errors import BedplateError
from bedplate.policy.release_fact import Approval
from bedplate.spec.people import same_person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bedplate.dsse import Envelope, PublicKey, SigningKey
    from bedplate.governance.release import Release
    from bedplate.spec.governance import ApproverSpec

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
"""Media type of an in-toto statement (in-toto attestation framework, v1)."""
STATEMENT: Final = "https://in-toto.io/Statement/v1"
"""Type of the statement."""
PREDICATE: Final = "https://bedplate.dev/attestation/approval/v1"
"""Type of what is stated: a decision on a release."""
LONGEST: Final = timedelta(days=30)
"""For how long an approval may count at most."""
SKEW: Final = timedelta(minutes=5)
"""By how much a signer's clock may be ahead."""

Choice = Literal["approved", "rejected"]
"""What somebody decided."""


class ApprovalError(BedplateError):
    """An approval can't be made."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What one person says of one release."""

    digest: str
    """Digest of the release, `sha256:…`."""
    environment: str
    """Where it is to be deployed."""
    choice: Choice
    """Approved or rejected."""
    approver: str
    """Who, by the name that the environment lists."""
    role: str
    """In which role."""
    reason: str
    """Why; demanded of a rejection."""
    signed_at: datetime
    """When."""
    expires: datetime
    """When it ceases to count."""
    allows: tuple[str, ...] = ()
    """What else it lets a deployment do: URNs to replace or delete, or `destroy`."""

    def to_json(self) -> dict[str, Any]:
        """Return the in-toto statement."""
        algorithm, _, value = self.digest.partition(":")
        return {
            "_type": STATEMENT,
            "subject": [{"name": f"release/{self.environment}", "digest": {algorithm: value}}],
            "predicateType": PREDICATE,
            "predicate": {
                "decision": self.choice,
                "approver": self.approver,
                "role": self.role,
                "reason": self.reason,
                "signedAt": self.signed_at.isoformat(),
                "expires": self.expires.isoformat(),
                **({"allows": list(self.allows)} if self.allows else {}),
            },
        }

    @classmethod
    def parse(cls, payload: bytes) -> Statement:
        """Read a statement; raises ValueError for anything else."""
        try:
            data = json.loads(payload)
            (subject,) = data["subject"]
            predicate = data["predicate"]
            if (data["_type"], data["predicateType"]) != (STATEMENT, PREDICATE):
                raise ValueError("it is a statement of another kind")
            if predicate["decision"] not in ("approved", "rejected"):
                raise ValueError("its decision is neither approved nor rejected")
            texts = {key: _text(predicate[key]) for key in ("approver", "role", "reason")}
            return cls(
                digest=f"sha256:{_text(subject['digest']['sha256'])}",
                environment=_text(subject["name"]).removeprefix("release/"),
                choice=predicate["decision"],
                signed_at=_moment(predicate["signedAt"]),
                expires=_moment(predicate["expires"]),
                allows=tuple(_text(each) for each in predicate.get("allows", ())),
                **texts,
            )
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError("it is no approval") from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("a time in it has no zone")
    return moment


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that does not count, and why."""

    file: str
    """Its name."""
    reason: str
    """Why it does not count, as a sentence."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What the approvals of a release come to."""

    approvals: tuple[Approval, ...]
    """Those whose signature holds, for this release or for another one."""
    rejections: tuple[Statement, ...]
    """Rejections of this very release."""
    refused: tuple[Refused, ...]
    """Files that do not count."""
    statements: tuple[Statement, ...] = ()
    """What those said whose approval counts, for this release or for another one."""

    def allowed(self, release: Release, needed: int, now: datetime) -> frozenset[str]:
        """Return what so many approvers of a release, one at least, let a deployment do."""
        in_force = self.in_force(release, now)
        each = Counter(name for one in in_force for name in set(one.allows))
        return frozenset(name for name, count in each.items() if count >= max(needed, 1))

    def in_force(self, release: Release, now: datetime) -> tuple[Statement, ...]:
        """Return what was said of a release by those whose approval counts now."""
        return tuple(
            one
            for one in self.statements
            if one.digest == release.digest and one.signed_at - SKEW <= now < one.expires
        )


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody means to sign."""

    choice: Choice
    """Approved or rejected."""
    approver: ApproverSpec
    """Who signs."""
    lasts: timedelta
    """For how long it counts."""
    reason: str
    """Why; demanded of a rejection."""
    allows: tuple[str, ...] = ()
    """What else it lets a deployment do."""


def decide_on(release: Release, intent: Intent, key: SigningKey, now: datetime) -> Envelope:
    """Return a signed decision on a release.

    Raises ApprovalError where the key is not the approver's, the person is the author, or the
    decision would count for too long.
    """
    who = intent.approver
    if who.public_key is None:
        fix = "add the public key to governance.approvals.approvers"
        raise ApprovalError(f"No key of {who.name} is listed. Fix: {fix}.")
    if dsse.public_key(who.public_key) != key.public:
        fix = f"sign with the key of {who.name}"
        raise ApprovalError(f"The key is not the one listed for {who.name}. Fix: {fix}.")
    if intent.choice == "approved" and same_person(who.name, release.author):
        fix = "have somebody else approve it"
        raise ApprovalError(f"{who.name} is the author of the release. Fix: {fix}.")
    if not timedelta() < intent.lasts <= LONGEST:
        raise ApprovalError(f"An approval counts for at most {LONGEST.days} days. Fix: shorten it.")
    if intent.choice == "rejected" and not intent.reason.strip():
        raise ApprovalError("A rejection needs a reason. Fix: give one by --reason.")
    statement = Statement(
        digest=release.digest,
        environment=release.environment,
        choice=intent.choice,
        approver=who.name,
        role=who.role,
        reason=intent.reason,
        signed_at=now,
        expires=now + intent.lasts,
        allows=intent.allows,
    )
    return dsse.sign(dsse.canonical(statement.to_json()), PAYLOAD_TYPE, key)


def verified(
    folder: Path, release: Release, trusted: Sequence[ApproverSpec], now: datetime
) -> Verified:
    """Return what the files of a folder come to for a release.

    Nothing is raised for a file that does not count: it is listed with its reason. Of what one
    person, or one key, decided on one release, the last counts: so an approval can be renewed,
    widened or taken back. Of two files of the same moment the first by name counts.
    """
    refused: list[Refused] = []
    counted: list[tuple[str, Statement]] = []
    for file in sorted(folder.rglob("*.json")) if folder.is_dir() else ():
        found = _judged(file, release, trusted, now)
        if isinstance(found, str):
            refused.append(Refused(file.name, found))
        else:
            counted.append((file.name, found))
    seen: dict[tuple[str, str], Statement] = {}
    keys = {one.name: " ".join((one.public_key or "").split()[:2]) for one in trusted}
    for name, found in sorted(counted, key=lambda each: each[1].signed_at, reverse=True):
        last = seen.setdefault((keys[found.approver], found.digest), found)
        if last is not found:
            refused.append(Refused(name, _outdated(found, last)))
    decisions = sorted(seen.values(), key=lambda each: each.signed_at)
    approvals = tuple(each for each in decisions if each.choice == "approved")
    rejections = tuple(
        each for each in decisions if each.choice == "rejected" and each.digest == release.digest
    )
    return Verified(tuple(map(_approval, approvals)), rejections, tuple(refused), approvals)


def _outdated(found: Statement, last: Statement) -> str:
    whose = "" if last.approver == found.approver else f", with the key of {found.approver}"
    when = "again since" if last.signed_at > found.signed_at else "already"
    return f"{last.approver} has decided on it {when}{whose}."


def _approval(found: Statement) -> Approval:
    return Approval(found.approver, found.role, found.digest, found.signed_at, found.expires)


def _judged(
    file: Path, release: Release, trusted: Sequence[ApproverSpec], now: datetime
) -> Statement | str:
    """Return the statement of a file, or why it does not count."""
    if not file.is_file():
        return "It is no file."  # a pipe would be waited for
    try:
        envelope = dsse.Envelope.parse(file.read_bytes())
        statement = Statement.parse(envelope.payload)
    except (OSError, BedplateError, ValueError):
        return "It is no signed approval that can be read."
    person = next((one for one in trusted if one.name == statement.approver), None)
    if person is None or person.public_key is None:
        return f"{statement.approver!a} is not listed as an approver with a key."
    try:
        dsse.verify(envelope, PAYLOAD_TYPE, [_key(person)])
    except BedplateError:
        return f"It is not signed with the key of {person.name}."
    return _refusal(statement, person, release, now) or statement


def _key(person: ApproverSpec) -> PublicKey:
    return dsse.public_key(person.public_key or "")


def _refusal(
    statement: Statement, person: ApproverSpec, release: Release, now: datetime
) -> str | None:
    """Return why a statement with a good signature does not count all the same."""
    if statement.environment != release.environment:
        return f"It is for {statement.environment}, not for {release.environment}."
    if statement.role != person.role:
        return f"{person.name} has the role {person.role}, not {statement.role}."
    if statement.signed_at > now + SKEW:
        return f"It is signed at {statement.signed_at.isoformat()}, which lies ahead."
    if statement.expires - statement.signed_at > LONGEST:
        return f"It would count for more than {LONGEST.days} days."
    if statement.choice == "approved" and same_person(statement.approver, release.author):
        return f"{person.name} is the author of the release."
    return None
