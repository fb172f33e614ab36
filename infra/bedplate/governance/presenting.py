"""What the policies are told of a release that is to be deployed, and what then stands in its way.

Python compares digests and verifies signatures here; nothing of it needs Pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from bedplate.governance.approvals import Statement, verified
from bedplate.governance.changes import FileTickets, HttpTickets, change_of
from bedplate.governance.ledger import DECISIONS, entries
from bedplate.governance.policy_set import admission_policies_of, policies_of
from bedplate.governance.records import records_of
from bedplate.governance.release import make_release
from bedplate.policy import release_fact

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bedplate.engine.plan import Plan
    from bedplate.governance.approvals import Verified
    from bedplate.governance.assessment import Assessment, Options
    from bedplate.governance.changes import Record, Tickets
    from bedplate.governance.records import Records
    from bedplate.governance.release import Release
    from bedplate.policy.catalogue import Catalogue
    from bedplate.spec.governance import GovernanceSpec
    from bedplate.spec.resolve import Resolved


@dataclass(frozen=True, slots=True)
class Gate:
    """What stands between a release and its deployment."""

    release: Release
    """The release that was made last: what the approvals are of."""
    differences: tuple[str, ...]
    """What has changed since it was made; anything makes its approvals void."""
    approvals: Verified
    """Approvals, rejections, and files that do not count."""
    changes: tuple[Record, ...]
    """Change records that are about the release."""
    assessment: Assessment
    """What the policies say in their deploy phase."""

    @property
    def refusals(self) -> tuple[str, ...]:
        """Return in sentences why nothing may be deployed; nothing where it may."""
        found = spoken_against(self.differences, self.approvals)
        found += [str(problem) for problem in self.assessment.problems]
        found += [
            f"{one.policy} {one.severity}: {one.message}"
            for one in self.assessment.findings
            if one.blocks
        ]
        return tuple(found)


def spoken_against(differences: tuple[str, ...], approvals: Verified) -> list[str]:
    """Return in sentences what makes approvals void, and who rejected the release."""
    voids = [f"It has changed since it was made: {each}." for each in differences]
    said = approvals.rejections
    return voids + [f"{one.approver} ({one.role}) rejected it: {one.reason}." for one in said]


def present_release(
    environment: Resolved, plan: Plan, options: Options, author: str, now: datetime
) -> Release:
    """Return the release that an environment's files, rules and plan would make now."""
    root = options.stacks.resolve().parent
    texts = policy_texts(options)
    return make_release(environment.spec, plan, texts, root, author, now, {})


def policy_texts(options: Options) -> Mapping[str, bytes]:
    """Return all that decides what a policy says, by names that are the same on every machine."""
    texts = rule_texts(policies_of(options.stacks), admission_policies_of(options.stacks))
    waivers = options.stacks.resolve().parent / "waivers.yaml"
    return texts | ({"waivers.yaml": waivers.read_bytes()} if waivers.is_file() else {})


def rule_texts(*catalogues: Catalogue) -> dict[str, bytes]:
    """Return the text of each rule file, by a name that is the same on every machine."""
    return {
        "/".join((module.package, *PurePath(module.file).parts[-2:])): module.text.encode()
        for catalogue in catalogues
        for module in catalogue.modules
    }


@dataclass(frozen=True, slots=True)
class Presented:
    """What the policies are told of a deployment, and what it was made from."""

    release: Release
    """The release that was made last."""
    present: Release
    """The release that the files, rules and plan would make now."""
    approvals: Verified
    """What people said of it."""
    changes: tuple[Record, ...]
    """Change records that are about it."""
    fact: release_fact.Release
    """What the policies are told."""


def presented(
    environment: Resolved,
    plan: Plan,
    options: Options,
    deployer: str,
    now: datetime,
    tickets: Tickets | None = None,
    release: Release | None = None,
) -> Presented:
    """Return what the policies are told of a deployment of a release.

    Which release that is, `submitted` says. Raises NoReleaseError where there is none.
    """
    name = environment.spec.environment
    authority = authority_of(environment, options)
    release, present, found = submitted(environment, plan, options, now, release)
    source = tickets or tickets_of(authority, records_of(options.stacks, name), options)
    changes = source.records(name)
    fact = release_fact.Release(
        digest=present.digest,
        author=release.author,
        deployer=deployer,
        now=now,
        approvals=found.approvals,
        change=change_of(changes, present.digest, now),
        authority=authority,
    )
    own = tuple(one for one in changes if one.release == release.digest)
    return Presented(release, present, found, own, fact)


def submitted(
    environment: Resolved,
    plan: Plan,
    options: Options,
    now: datetime,
    release: Release | None = None,
) -> tuple[Release, Release, Verified]:
    """Return a release, the one that the files would make now, and what people said of it.

    Where none is named, it is the one that the files make now, which may be an older one whose
    files were brought back; else the newest. Raises NoReleaseError where there is none.
    """
    records = records_of(options.stacks, environment.spec.environment)
    present = present_release(environment, plan, options, "", now)
    release = release or records.newest(present.parts)
    present = replace(present, author=release.author)
    trusted = authority_of(environment, options).approvals.approvers
    signed = verified(records.approvals, release, trusted, now)
    return release, present, _with_recorded(signed, records, release, now)


def authority_of(environment: Resolved, options: Options) -> GovernanceSpec:
    """Return who decides on a release, and when: as its own files say, and today's.

    Files of another day are deployed by those who may decide today. Of them only those count whom
    the release itself lists, with the same key and role: its evidence must hold by itself.
    """
    own, today = environment.spec.governance, options.authority
    if today is None:
        return own
    then, now = own.approvals, today.approvals
    approvals = now.model_copy(
        update={
            "required": max(then.required, now.required),
            "roles": tuple(dict.fromkeys((*now.roles, *then.roles))),
            "approvers": tuple(one for one in now.approvers if one in then.approvers),
        }
    )
    return own.model_copy(update={"approvals": approvals, "change": today.change})


def _with_recorded(found: Verified, records: Records, release: Release, now: datetime) -> Verified:
    """Return what people said of a release, with the rejections whose files are gone.

    The ledger holds each decision too: a rejection ends by a later decision of the same person, or
    by another release, and not by a file that somebody removes.
    """
    last: dict[str, Mapping[str, Any]] = {}
    for entry in entries(records.ledger):
        if entry["event"] in DECISIONS and entry["release"] == release.digest:
            last[str(entry["actor"])] = entry
    told = {one.approver for one in found.rejections}
    gone = tuple(
        _rejection(entry, release, now)
        for actor, entry in last.items()
        if entry["event"] == "rejection" and actor not in told
    )
    return replace(found, rejections=found.rejections + gone)


def _rejection(entry: Mapping[str, Any], release: Release, now: datetime) -> Statement:
    facts = entry.get("facts")
    said = facts if isinstance(facts, dict) else {}
    return Statement(
        digest=release.digest,
        environment=release.environment,
        choice="rejected",
        approver=str(entry["actor"]),
        role=str(said.get("role", "?")),
        reason=f"{said.get('reason', '?')} (the ledger says so; its file is gone)",
        signed_at=now,
        expires=now,
    )


def tickets_of(authority: GovernanceSpec, records: Records, options: Options) -> Tickets:
    """Return where an environment's change records are: at its service, else in files."""
    service = authority.change.ticket_service
    if service is None:
        return FileTickets(records.changes)
    return HttpTickets(service, options.ticket_token)
