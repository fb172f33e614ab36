"""The fact `release`: what deploy-phase rules are told of a release that is about to be deployed.

Whoever deploys fills a `Release` and hands it to `facts`. Signatures are verified before that: an
approval stands in it only if its signature holds under the public key that the environment lists
for its approver. Whether the approvals suffice is for the rules APR-001 to APR-004 and APR-010.

Rules compare numbers, never texts of time, because engines read those differently. So instants
become seconds since 1970 in UTC, days become numbers such as 20261224, and each window carries the
weekday (Monday 0) and the minute of the day that its own time zone shows at the moment of the
deployment. `Release.fact` returns::

    {"digest": "sha256:…", "author": "Ann", "author_key": "ann", "deployer": "CI",
     "deployer_key": "ci", "now": 1795600000, "dates": [20261125],
     "approvals": [{"approver": "Huda", "key": "huda", "role": "platform", "digest": "sha256:…",
                    "signed_at": 1795500000, "expires": 1795700000}],
     "required": 2, "roles": ["platform", "compliance"],
     "change": {"type": "normal", "id": "CHG-1", "state": "approved", "template": "",
                "authority": "", "review_due": 0, "reviewed": false, "overdue_reviews": []},
     "windows": [{"days": [0, 1], "start": 1140, "end": 1320, "weekday": 2, "minute": 881,
                  "text": "mon, tue 19:00 to 22:00 Asia/Dubai"}],
     "freezes": [{"start": 20261224, "end": 20270103, "reason": "year-end closing"}],
     "standard_templates": [], "emergency_authorities": []}

A `key` is a name without the differences of case, space and look-alike letters by which one person
could count twice.
`dates` holds the day in UTC and in the time zone of each window: a freeze holds if any of them lies
in it. `change` is absent where no record was found; `review_due` is 0 where none is set.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal
from zoneinfo import ZoneInfo

from bedplate.spec.people import key_among

if TYPE_CHECKING:
    from datetime import date

    from bedplate.spec.governance import ChangeSpec, GovernanceSpec, WindowSpec

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names of the days in the order of their numbers."""

ChangeType = Literal["standard", "normal", "emergency"]
"""Kind of a change, as ITIL 4 tells them apart."""


@dataclass(frozen=True, slots=True)
class Approval:
    """One signature on a release that was verified."""

    approver: str
    """Who signed, by the name that the environment lists."""
    role: str
    """Role that the approval counts for."""
    digest: str
    """Digest of the release that was signed, `sha256:…`."""
    signed_at: datetime
    """When it was signed; with a time zone."""
    expires: datetime
    """When it ceases to count; with a time zone."""


@dataclass(frozen=True, slots=True)
class Change:
    """The change record of a release."""

    type: ChangeType
    """Kind of the change."""
    id: str
    """Id of the record."""
    state: str
    """State of the record; `approved` lets a normal change through."""
    template: str = ""
    """Recipe of a standard change."""
    authority: str = ""
    """Who authorised an emergency."""
    review_due: datetime | None = None
    """When an emergency must have been reviewed; with a time zone."""
    reviewed: bool = False
    """Whether it was reviewed."""
    overdue_reviews: tuple[str, ...] = ()
    """Ids of earlier emergencies whose review is overdue."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release that is about to be deployed."""

    digest: str
    """Digest of spec, policies, plan and tool version, `sha256:…`."""
    author: str
    """Who made the change."""
    deployer: str
    """Who deploys it."""
    now: datetime
    """The moment of the deployment; with a time zone."""
    approvals: tuple[Approval, ...] = ()
    """Verified approvals, for this release or another."""
    change: Change | None = None
    """The change record; None where there is none."""
    authority: GovernanceSpec | None = None
    """Who decides, and when; None: the environment's own files say so."""

    def _key(self, name: str) -> str:
        """Return one key for all names that can't be told from one another by eye."""
        people = (self.author, *(one.approver for one in self.approvals), self.deployer)
        return key_among(name, people)

    def fact(self, governance: GovernanceSpec) -> dict[str, Any]:
        """Return the form that rules are given, with the demands of who decides."""
        authority = self.authority or governance
        schedule = authority.change
        return {
            "digest": self.digest,
            "author": self.author,
            "author_key": self._key(self.author),
            "deployer": self.deployer,
            "deployer_key": self._key(self.deployer),
            "now": _epoch(self.now),
            "dates": _dates(self.now, schedule),
            "approvals": [
                {
                    "approver": approval.approver,
                    "key": self._key(approval.approver),
                    "role": approval.role,
                    "digest": approval.digest,
                    "signed_at": _epoch(approval.signed_at),
                    "expires": _epoch(approval.expires),
                }
                for approval in self.approvals
            ],
            "required": authority.approvals.required,
            "roles": list(authority.approvals.roles),
            "windows": [_window(window, self.now) for window in schedule.windows],
            "freezes": [
                {"start": _day(f.start), "end": _day(f.end), "reason": f.reason}
                for f in schedule.freezes
            ],
            "standard_templates": list(schedule.standard_templates),
            "emergency_authorities": list(schedule.emergency_authorities),
            **({} if self.change is None else {"change": _change(self.change)}),
        }


def _change(change: Change) -> dict[str, Any]:
    return {
        "type": change.type,
        "id": change.id,
        "state": change.state,
        "template": change.template,
        "authority": change.authority,
        "review_due": 0 if change.review_due is None else _epoch(change.review_due),
        "reviewed": change.reviewed,
        "overdue_reviews": sorted(change.overdue_reviews),
    }


def _window(window: WindowSpec, now: datetime) -> dict[str, Any]:
    local = now.astimezone(ZoneInfo(window.timezone))
    days = ", ".join(window.days)
    return {
        "days": [WEEKDAYS.index(day) for day in window.days],
        "start": _minute(window.start),
        "end": _minute(window.end),
        "weekday": local.weekday(),
        "minute": local.hour * 60 + local.minute,
        "text": f"{days} {window.start} to {window.end} {window.timezone}",
    }


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _dates(now: datetime, schedule: ChangeSpec) -> list[int]:
    zones = {window.timezone for window in schedule.windows}
    local = [now.astimezone(UTC), *(now.astimezone(ZoneInfo(zone)) for zone in zones)]
    return sorted({_day(moment) for moment in local})


def _day(day: date) -> int:
    return day.year * 10000 + day.month * 100 + day.day


def _epoch(moment: datetime) -> int:
    if moment.tzinfo is None:
        # A moment without a zone would be read in that of the machine: a window could open by it.
        text = f"a moment of a release has no time zone: {moment.isoformat()}"
        raise ValueError(text)
    return int(moment.timestamp())
