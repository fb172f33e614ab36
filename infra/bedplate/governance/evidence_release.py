"""Whether a bundle's release, plan, approvals, change record and ledger belong together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from bedplate import dsse
from bedplate.engine.plan import Plan
from bedplate.errors import BedplateError
from bedplate.governance.approvals import SKEW, verified
from bedplate.governance.changes import FileTickets
from bedplate.governance.ledger import entries
from bedplate.governance.ledger_verify import keys_of, verify
from bedplate.governance.release import parts_of, read_release
from bedplate.spec.people import key_among
from bedplate.spec.platform import PlatformSpec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from bedplate.governance.approvals import Verified
    from bedplate.governance.bundle import Opened
    from bedplate.governance.ledger_verify import Verification
    from bedplate.governance.release import Release
    from bedplate.policy.release_fact import Approval
    from bedplate.spec.governance import ApproverSpec

_MEMBERS: Final = {
    "spec": "spec.json",
    "policies": "policies.json, or waivers.yaml,",
    "tools": "tools.json",
    "details": "plan.json",
}
"""Member by the part of the release that covers it."""
DOCUMENTS: Final = (
    "approvers.json", "findings.json", "oscal.json", "plan.json", "policies.json", "sbom.cdx.json",
    "spec.json", "tools.json",
)  # fmt: skip
"""Members that every bundle has, beside the release and the ledger."""
_ENDS: Final = ("deployed", "rollback")
"""What the ledger calls the end of a deployment."""
_LEAST: Final = 2
"""Approvals that production needs at least (policy APR-001)."""


class UnreadableError(BedplateError):
    """Members are what the manifest says, but can't be read as what they should be."""


@dataclass(frozen=True)
class Case:
    """What the members of a bundle say, read."""

    root: Path
    """Folder that they were unpacked to: a repository's records."""
    manifest: Mapping[str, Any]
    """The manifest."""
    release: Release
    """The release."""
    spec: PlatformSpec
    """Its environment."""
    plan: Plan
    """Plan of all layers."""
    documents: Mapping[str, Any]
    """Members in JSON at the root, by name."""
    ledger: Verification
    """What was found in the ledger."""
    recorded: Sequence[Mapping[str, Any]]
    """Entries of the ledger that are about the release."""

    @property
    def trusted(self) -> tuple[ApproverSpec, ...]:
        """Whose approvals count."""
        return self.spec.governance.approvals.approvers

    @cached_property
    def moment(self) -> datetime:
        """When the deployment began, by the ledger; where there was none, when it was judged."""
        started = [one for one in self.recorded if one["event"] == "deployment-started"]
        return datetime.fromisoformat(started[-1]["time"] if started else self.judged_at)

    @property
    def judged_at(self) -> str:
        """When the release stood at the gate, by the manifest."""
        return str(self.manifest["judged_at"])

    @property
    def judged_day(self) -> date:
        """Day by which waivers held or not."""
        return datetime.fromisoformat(self.judged_at).date()

    @property
    def deployer(self) -> str:
        """Who deployed it, by the ledger; "" for nobody."""
        ends = [one["actor"] for one in self.recorded if one["event"] in _ENDS]
        return str(ends[-1]) if ends else ""

    @cached_property
    def decisions(self) -> Verified:
        """What the approvals come to."""
        env, short = self.release.environment, self.release.short
        folder = self.root / "approvals" / env / short
        return verified(folder, self.release, self.trusted, self.moment)

    @cached_property
    def in_force(self) -> tuple[Approval, ...]:
        """Approvals of this release that were in force when its deployment began."""
        return tuple(
            one
            for one in self.decisions.approvals
            if one.digest == self.release.digest and self.moment < one.expires
        )


def case_of(root: Path, opened: Opened) -> Case:
    """Read the members of a bundle; raises UnreadableError where they are not what they should."""
    env, short = (str(opened.manifest.get(name)) for name in ("environment", "release"))
    short = short.removeprefix("sha256:")[:12]
    try:
        release = read_release(root / "releases" / env / f"{short}.json")
        documents = {
            name: json.loads(content)
            for name, content in opened.members.items()
            if name.endswith(".json") and "/" not in name
        }
        for name in DOCUMENTS:
            if not isinstance(documents[name], dict):
                raise UnreadableError(f"{name} is no mapping. Fix: restore it.")
        if datetime.fromisoformat(opened.manifest["judged_at"]).tzinfo is None:
            raise UnreadableError("its time has no zone. Fix: restore it.")
        spec = PlatformSpec.model_validate_json(json.dumps(release.spec))
        ledger = root / "ledger" / f"{env}.jsonl"
        return Case(
            root=root,
            manifest=opened.manifest,
            release=release,
            spec=spec,
            plan=Plan.from_json(documents["plan.json"]),
            documents=documents,
            # Earlier releases were signed by the approvers of their own time.
            ledger=verify(ledger, keys_of(spec), release=release.digest),
            recorded=[one for one in entries(ledger) if one["release"] == release.digest],
        )
    except KeyError as error:
        raise UnreadableError(f"It has no {error.args[0]}.") from error
    except (BedplateError, ValidationError, ValueError, TypeError, RecursionError) as error:
        what = error.message if isinstance(error, BedplateError) else "a member has another form"
        text = " ".join(what.replace(f"{root}/", "").partition(" Fix:")[0].split()).rstrip(".")
        raise UnreadableError(f"It can't be read: {text}.") from error


def faults(case: Case) -> Iterator[str]:
    """Yield what does not fit, as sentences."""
    yield from _release(case)
    yield from _approvals(case)
    yield from _counts(case)
    yield from _change(case)
    yield from _ledger(case)


def _release(case: Case) -> Iterator[str]:
    release, documents = case.release, case.documents
    if (release.digest, release.environment) != (
        case.manifest["release"], case.manifest["environment"],
    ):  # fmt: skip
        yield "The manifest names another release than the one in it."
    if dsse.canonical(documents["spec.json"]) != dsse.canonical(release.spec):
        yield "spec.json is not the environment of the release."
    waivers = case.root / "waivers.yaml"
    texts = {name: str(text).encode() for name, text in documents["policies.json"].items()}
    texts |= {waivers.name: waivers.read_bytes()} if waivers.is_file() else {}
    is_so = parts_of(release, case.plan, texts, documents["tools.json"])
    for part, stated in release.parts.items():
        if is_so.get(part) != stated:
            layer = part.removeprefix("plan.")
            member = _MEMBERS.get(part, f"plan.json, in its layer {layer},")
            yield f"{member} is not what the release was made of: the digest of {part} differs."
    for layer in sorted(is_so.keys() - release.parts.keys() - {"details"}):
        yield f"plan.json has a part that the release does not cover: {layer}."
    known = [
        {"name": one.name, "role": one.role, "public_key": one.public_key,
         "fingerprint": one.public_key and dsse.public_key(one.public_key).keyid}
        for one in case.trusted
    ]  # fmt: skip
    if documents["approvers.json"].get("approvers") != known:
        yield "approvers.json lists other people or keys than the environment of the release."


def _approvals(case: Case) -> Iterator[str]:
    for refused in case.decisions.refused:
        yield f"The approval {refused.file} does not count: {refused.reason}"
    for rejection in case.decisions.rejections:
        yield f"{rejection.approver} rejected it: {rejection.reason}."
    for one in case.decisions.approvals:
        if one.digest != case.release.digest:
            yield f"The approval of {one.approver} is of another release."
        elif one not in case.in_force:
            when = case.moment.isoformat()
            yield f"The approval of {one.approver} had expired when it was deployed at {when}."


def _counts(case: Case) -> Iterator[str]:
    """Count anew what APR-001 and APR-002 ask of a deployment to production."""
    if case.spec.tier != "production":
        return
    asked = case.spec.governance.approvals
    is_emergency = any(one.change.type == "emergency" for one in _records(case))
    needed = 1 if is_emergency else max(_LEAST, asked.required)
    author, deployer = case.release.author, case.deployer
    names = (author, *(one.approver for one in case.in_force), deployer)
    involved = {key_among(author, names), key_among(deployer, names)}
    people = {key_among(one.approver, names): one for one in case.in_force}
    for name in sorted(people.keys() & involved):
        yield f"{people[name].approver} approved it and is its author or deployer."
    if len(involved) == 1:
        yield f"{deployer} is its author and deployed it."
    given = len(people.keys() - involved)
    if given < needed:
        yield f"It was deployed on {given} approvals and needs {needed}."
    roles = {one.role for one in people.values()}
    for role in () if is_emergency else asked.roles:
        if role not in roles:
            yield f"Nobody in the role {role} approved it."


def _records(case: Case) -> list[Any]:
    found = FileTickets(case.root / "changes").records(case.release.environment)
    return [one for one in found if one.release == case.release.digest]


def _change(case: Case) -> Iterator[str]:
    records = _records(case)
    there = sum(name.startswith("changes/") for name in case.manifest["members"])
    if there != len(records):
        yield "A change record in it is of another release."
    if case.spec.tier == "production" and not records:
        yield "It has no change record."
    for one in records:
        if one.change.type == "normal" and one.change.state != "approved":
            yield f"The change {one.change.id} is not approved."


def _ledger(case: Case) -> Iterator[str]:
    for fault in case.ledger.faults:
        yield f"In the ledger, {fault}"
    stated = case.manifest.get("ledger")
    if stated != {"count": case.ledger.count, "head": case.ledger.head}:
        yield "The ledger ends otherwise than the manifest says."
    if not case.recorded:
        yield "The ledger knows nothing of the release."
    by_event: dict[str, list[Mapping[str, Any]]] = {}
    for entry in case.recorded:
        by_event.setdefault(entry["event"], []).append(entry)
    for entry in by_event.get("release", []):
        if entry["facts"].get("parts") != dict(case.release.parts):
            yield f"The ledger's entry {entry['seq']} names other parts of the release."
    # The sandbox has a ledger of its own, of deployments only.
    if "release" in by_event:
        yield from _both_ways(case, by_event)
    ends = [one for name in _ENDS for one in by_event.get(name, [])]
    judged = datetime.fromisoformat(case.judged_at)
    if ends and judged > datetime.fromisoformat(ends[-1]["time"]) + SKEW:
        yield f"It was judged at {judged.isoformat()}, after it was deployed."


def _both_ways(case: Case, by_event: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    """Yield decisions that only the ledger, or only the bundle, knows of."""
    for event, noun, decisions in (
        ("approval", "an approval", case.decisions.approvals),
        ("rejection", "a rejection", case.decisions.rejections),
    ):
        people = {one.approver for one in decisions}
        known = {str(entry["actor"]) for entry in by_event.get(event, [])}
        for name in sorted(known - people):
            yield f"The ledger has {noun} by {name}, and none that counts is in the bundle."
        for name in sorted(people - known):
            yield f"The ledger has no {event} by {name}, and the bundle has one."
