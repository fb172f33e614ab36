"""Change records: who asked for a change, of which kind, and whether it is authorised.

A ticket system is anything that returns records. The one built in reads `changes/*.yaml` of the
platform's repository; the other asks a service over HTTPS. Whether a record lets a release through
is for the rules APR-003 and APR-004.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

import yaml

from bedplate.errors import BedplateError
from bedplate.policy import positioned
from bedplate.policy.release_fact import Change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TYPES: Final = ("standard", "normal", "emergency")
"""Kinds of change, as ITIL 4 tells them apart."""
TIMEOUT_S: Final = 10.0
"""Seconds that a ticket service has for its answer."""
_MOST_BYTES: Final = 4 * 1024 * 1024
_UNREADABLE: Final = (
    OSError, yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, RecursionError,
)  # fmt: skip
"""What a file that is no record may raise: YAML's own tags fail in ways of their own."""
_AGAINST: Final = frozenset({"rejected", "declined", "cancelled", "canceled"})
"""States of a record that speak against a release, whatever another record says."""


class ChangeError(BedplateError):
    """Change records can't be read: nothing may be deployed on their word."""


@dataclass(frozen=True, slots=True)
class Record:
    """One change record."""

    change: Change
    """What the rules are told of it."""
    environment: str
    """Environment that it changes."""
    release: str
    """Digest of the release that it is about; "" where it names none."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields that `record_of` reads, without those that say nothing."""
        change = self.change
        due = change.review_due and change.review_due.isoformat()
        fields = {
            "id": change.id,
            "type": change.type,
            "state": change.state,
            "environment": self.environment,
            "release": self.release,
            "template": change.template,
            "authority": change.authority,
            "review_due": due,
            "reviewed": change.reviewed,
        }
        return {name: value for name, value in fields.items() if value}


class Tickets(Protocol):
    """Where change records come from."""

    def records(self, environment: str) -> Sequence[Record]:
        """Return all records of an environment; raises ChangeError where they can't be had."""
        ...


@dataclass(frozen=True, slots=True)
class FileTickets:
    """Records in a folder, one YAML file each."""

    folder: Path
    """Usually `changes/` beside `stacks/`."""

    def records(self, environment: str) -> Sequence[Record]:
        """Return all records of an environment; no folder is no record."""
        files = sorted(self.folder.glob("*.yaml")) if self.folder.is_dir() else ()
        return [one for one in map(record_in, files) if one.environment == environment]


def record_in(file: Path) -> Record:
    """Read the record in a file; raises ChangeError where it is none."""
    if not file.is_file():
        raise ChangeError(f"{file} is no file. Fix: remove it.")  # a pipe would be waited for
    try:
        # A key that stands twice is refused: which of the two a reader took would be their luck.
        return record_of(positioned.load(file.read_text(encoding="utf-8")))
    except _UNREADABLE as error:
        what = " ".join(str(error).split()) or type(error).__name__
        raise ChangeError(f"{file} is no change record: {what}. Fix: mend it.") from error


@dataclass(frozen=True, slots=True)
class HttpTickets:
    """Records of a service: `GET <url>?environment=<name>` answers with a JSON list of them."""

    url: str
    """Address; HTTPS, or a loopback address."""
    token: str | None = None
    """Bearer token; it is never shown."""
    timeout_s: float = TIMEOUT_S
    """Seconds that the service has."""

    def records(self, environment: str) -> Sequence[Record]:
        """Return all records of an environment."""
        try:
            found = [record_of(each) for each in _listed(self._answer(environment))]
        except (OSError, ValueError, urllib.error.URLError) as error:
            reason = getattr(error, "reason", None) or str(error) or type(error).__name__
            fix = "see that it answers, and repeat; nothing is deployed without it"
            text = f"The ticket service {_shown(self.url)} can't be asked: {reason}."
            raise ChangeError(f"{text} Fix: {fix}.") from error
        return [one for one in found if one.environment == environment]

    def _answer(self, environment: str) -> bytes:
        parts = urllib.parse.urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("its address is not https")
        query = urllib.parse.urlencode({"environment": environment})
        headers = {"Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(f"{self.url}?{query}", headers=headers)  # noqa: S310 - checked
        opener = urllib.request.build_opener(_NoRedirect())
        with opener.open(request, timeout=self.timeout_s) as answer:
            content: bytes = answer.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise ValueError("its answer is too long")
        return content


def _listed(content: bytes) -> list[Any]:
    data = json.loads(content)
    if not isinstance(data, list):
        raise ValueError("its answer is no list")  # noqa: TRY004 - of an answer, not of an argument
    return data


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token must not follow to another place."""

    def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
        """Refuse to go elsewhere."""


def _shown(url: str) -> str:
    """Return an address without what may be secret in it."""
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit((parts.scheme, parts.hostname or "", parts.path, "", ""))


def change_of(records: Sequence[Record], digest: str, now: datetime) -> Change | None:
    """Return the record of a release, with the ids of reviews that are overdue.

    Of several records of one release one that speaks against it counts, else the first by id.
    """
    about = (record.change for record in records if record.release == digest)
    own = sorted(about, key=lambda change: (change.state.lower() not in _AGAINST, change.id))
    overdue = tuple(sorted(r.change.id for r in records if _is_overdue(r.change, now)))
    if not own:
        return None
    first = own[0]
    return Change(
        first.type, first.id, first.state, first.template, first.authority, first.review_due,
        first.reviewed, overdue,
    )  # fmt: skip


def _is_overdue(change: Change, now: datetime) -> bool:
    if change.type != "emergency" or change.reviewed:
        return False
    return change.review_due is not None and change.review_due < now


_FIELDS: Final = {
    "id", "type", "state", "environment", "release", "template", "authority", "review_due",
    "reviewed", "title", "requested_by",
}  # fmt: skip


def record_of(data: Any) -> Record:
    """Read one record; raises ValueError with what is wrong."""
    if not isinstance(data, dict):
        raise ValueError("it is no mapping")  # noqa: TRY004 - of a file, not of an argument
    unknown = sorted(str(key) for key in data if key not in _FIELDS)
    if unknown:
        raise ValueError(f"unknown {', '.join(unknown)}")
    for name in ("id", "type", "state", "environment"):
        if not isinstance(data.get(name), str) or not data[name].strip():
            raise ValueError(f"{name} is missing or no text")
    if data["type"] not in TYPES:
        raise ValueError(f"type is {data['type']!r}, not one of {', '.join(TYPES)}")
    if not isinstance(data.get("reviewed", False), bool):
        raise ValueError("reviewed is neither true nor false")  # noqa: TRY004 - likewise
    change = Change(
        type=data["type"],
        id=data["id"],
        state=data["state"],
        template=_optional(data, "template"),
        authority=_optional(data, "authority"),
        review_due=_moment(data),
        reviewed=data.get("reviewed", False),
    )
    return Record(change, data["environment"], _optional(data, "release"))


def _optional(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")  # noqa: TRY004 - likewise
    return value


def _moment(data: Mapping[str, Any]) -> datetime | None:
    value = data.get("review_due")
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("review_due has no time zone")
    return moment
