"""What a waiver must be to hold: approved by one who may, short, narrow, and signed if grave."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Literal

from bedplate.errors import BedplateError
from bedplate.policy.waivers import (
    LEAST_LITERAL,
    LONGEST_DAYS,
    MOST_RESOURCES,
    PAYLOAD_TYPE,
    SIGNATURES,
    SIGNED,
)
from bedplate.spec.people import same_person

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bedplate.errors import Problem
    from bedplate.policy.catalogue import Severity
    from bedplate.policy.waivers import Waiver

Status = Literal[
    "in force",
    "unused",
    "not yet",
    "expired",
    "too long",
    "too broad",
    "unapproved",
    "unsigned",
    "bad signature",
    "no such policy",
]
"""What a waiver amounts to in an environment on a day; only those in force excuse anything."""

SOON_DAYS: Final = 14
"""Days before its end from which a waiver is reported as about to expire."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a waiver amounts to in one environment on one day."""

    waiver: Waiver
    """The waiver."""
    status: Status
    """Whether it holds, or why it does not."""
    problem: Problem | None
    """What is to be said of it, at its line."""
    findings: int = 0
    """Findings that it excuses."""


def ruling(
    waiver: Waiver,
    severities: Mapping[str, Severity],
    approvers: Mapping[str, str],
    today: date,
) -> Ruling:
    """Return whether a waiver may hold on a day, before anything is known of what it excuses.

    ``severities`` are those of all policies by id, ``approvers`` the public keys, "" for none, of
    those who may grant it.
    """
    severity = severities.get(waiver.policy)
    if severity is None:
        close = get_close_matches(waiver.policy, sorted(severities), n=1, cutoff=0.7)
        fix = f"did you mean {close[0]}?" if close else "take one that `bedplate policies` lists"
        problem = waiver.problem(f"there is no policy {waiver.policy}", fix)
        return Ruling(waiver, "no such policy", problem)
    return (
        _time(waiver, severity, today)
        or _breadth(waiver)
        or _approval(waiver, approvers)
        or _signature(waiver, severity, approvers)
        or Ruling(waiver, "in force", _soon(waiver, today))
    )


def too_many(waiver: Waiver, severity: Severity, resources: int) -> Ruling | None:
    """Return that a waiver names too many resources of one layer, where it does."""
    most = MOST_RESOURCES[severity]
    if resources <= most:
        return None
    what = f"it covers {resources} resources of one layer; {_waiver_of(severity)} may {most}"
    return Ruling(waiver, "too broad", waiver.problem(what, "name fewer, or mend the cause"))


def _time(waiver: Waiver, severity: Severity, today: date) -> Ruling | None:
    days, most = (waiver.expires - waiver.created).days, LONGEST_DAYS[severity]
    if today > waiver.expires:
        what = f"it expired on {waiver.expires}, so that what it excused counts again"
        fix = "mend the cause and remove the waiver, or have a new one approved"
        return Ruling(waiver, "expired", waiver.problem(what, fix))
    if today < waiver.created:
        what = f"it does not hold before {waiver.created}"
        return Ruling(waiver, "not yet", waiver.problem(what, "wait, or correct `created`"))
    if days > most:
        what = f"it runs for {days} days; {_waiver_of(severity)} may run for {most}"
        return Ruling(waiver, "too long", waiver.problem(what, "choose an earlier `expires`"))
    return None


def _breadth(waiver: Waiver) -> Ruling | None:
    if not waiver.too_broad:
        return None
    what = f"`{waiver.too_broad}` stands for nearly anything"
    fix = f"give the name at least {LEAST_LITERAL} characters besides wildcards"
    if waiver.too_broad.startswith("urn:"):
        fix = f"write the URN with its project and type, and {fix}"
    return Ruling(waiver, "too broad", waiver.problem(what, fix))


def _approval(waiver: Waiver, approvers: Mapping[str, str]) -> Ruling | None:
    by = waiver.approved_by
    if not by:
        what, fix = "nobody has approved it", "have an approver add `approved_by`"
    elif same_person(by, waiver.requested_by):
        what, fix = f"{by} approved what {by} asked for", "have another person approve it"
    elif by not in approvers:
        listed = ", ".join(sorted(approvers)) or "nobody yet"
        what = f"{by} is no approver of the environment"
        fix = f"ask one of governance.approvals.approvers: {listed}"
    else:
        return None
    return Ruling(waiver, "unapproved", waiver.problem(what, fix))


def _signature(waiver: Waiver, severity: Severity, approvers: Mapping[str, str]) -> Ruling | None:
    """Return what is wrong with the signature; one that is not demanded must be good as well."""
    by = waiver.approved_by
    if not waiver.signature:
        if severity not in SIGNED:
            return None
        what = f"{_waiver_of(severity)} must be signed, and {SIGNATURES} has no signature of it"
        fix = f"have {by} run `bedplate waiver sign {waiver.id}`"
        return Ruling(waiver, "unsigned", waiver.problem(what, fix))
    if not approvers[by]:
        what = f"its signature can't be checked: the environment has no public key of {by}"
        fix = "add `public_key` to governance.approvals.approvers"
        return Ruling(waiver, "bad signature", waiver.problem(what, fix))
    wrong = _wrong(waiver, approvers[by])
    if not wrong:
        return None
    fix = f"have {by} run `bedplate waiver sign {waiver.id}`"
    return Ruling(waiver, "bad signature", waiver.problem(wrong, fix))


def _wrong(waiver: Waiver, key: str) -> str:
    """Return why a signature does not count, without a full stop; "" where it does."""
    # It takes long to import, and few waivers are signed.
    from bedplate import dsse  # noqa: PLC0415

    try:
        envelope = dsse.Envelope.parse(waiver.signature)
        dsse.verify(envelope, PAYLOAD_TYPE, [dsse.public_key(key)])
    except BedplateError as error:
        what = error.message.partition(". Fix:")[0]
        return f"{what[:1].lower()}{what[1:]}"
    if envelope.payload != waiver.statement:
        return "it was changed after it was signed"
    return ""


def _soon(waiver: Waiver, today: date) -> Problem | None:
    days = (waiver.expires - today).days
    if days > SOON_DAYS:
        return None
    left = "today" if not days else f"in {days} day{'s' if days > 1 else ''}"
    when = f"it expires on {waiver.expires}, {left}"
    return waiver.problem(when, "mend the cause, or have a new one approved")


def _waiver_of(severity: Severity) -> str:
    return f"a waiver of a {severity} policy"
