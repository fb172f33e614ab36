"""Change records come from files or from a service; what can't be read stops a deployment."""

from __future__ import annotations

import json
import os
import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from support.tickets import TicketService, ticket_service

from bedplate.governance.changes import (
    ChangeError,
    FileTickets,
    HttpTickets,
    change_of,
    record_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
NORMAL = {
    "id": "CHG-7", "type": "normal", "state": "approved", "environment": "prod",
    "release": "sha256:aa",
}  # fmt: skip
EMERGENCY = {
    "id": "CHG-3", "type": "emergency", "state": "implemented", "environment": "prod",
    "authority": "Head of platform", "review_due": "2026-11-20T12:00:00+04:00",
}  # fmt: skip


def test_a_record_is_found_by_the_release_it_names(tmp_path: Path) -> None:
    """Records of other environments and releases are left out."""
    (tmp_path / "7.yaml").write_text(json.dumps(NORMAL))
    (tmp_path / "8.yaml").write_text(json.dumps({**NORMAL, "id": "CHG-8", "environment": "dev"}))
    records = FileTickets(tmp_path).records("prod")
    found = change_of(records, "sha256:aa", NOW)

    assert found is not None
    assert (found.id, found.type, found.state) == ("CHG-7", "normal", "approved")
    assert change_of(records, "sha256:bb", NOW) is None


def test_an_overdue_review_shows_at_the_next_change() -> None:
    """An emergency that was never reviewed is named, whatever is deployed next."""
    records = [record_of(NORMAL), record_of(EMERGENCY)]
    late = change_of(records, "sha256:aa", NOW)
    held = change_of(
        [record_of(NORMAL), record_of({**EMERGENCY, "reviewed": True})], "sha256:aa", NOW
    )

    assert late is not None
    assert late.overdue_reviews == ("CHG-3",)
    assert held is not None
    assert held.overdue_reviews == ()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"id": ""}, "id is missing or no text"),
        ({"type": "urgent"}, "type is 'urgent', not one of standard, normal, emergency"),
        ({"approved": True}, "unknown approved"),
        ({"reviewed": "yes"}, "reviewed is neither true nor false"),
        ({"review_due": "2026-11-20T12:00:00"}, "review_due has no time zone"),
        ({"review_due": "soon"}, "Invalid isoformat string: 'soon'"),
        ({"release": 7}, "release is no text"),
    ],
)
def test_a_faulty_record_stops_everything(
    tmp_path: Path, change: dict[str, Any], problem: str
) -> None:
    """A record that can't be read might be the one that forbids."""
    (tmp_path / "7.yaml").write_text(json.dumps({**NORMAL, **change}))
    with pytest.raises(ChangeError) as caught:
        FileTickets(tmp_path).records("prod")

    expected = f"{tmp_path / '7.yaml'} is no change record: {problem}. Fix: mend it."
    assert caught.value.message == expected


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Whoever may write there could stop every deployment by it."""
    os.mkfifo(tmp_path / "7.yaml")
    with pytest.raises(ChangeError) as caught:
        FileTickets(tmp_path).records("prod")

    assert caught.value.message == f"{tmp_path / '7.yaml'} is no file. Fix: remove it."


def test_no_folder_is_no_record(tmp_path: Path) -> None:
    """Nothing is there, nothing is said; the rules then ask for a record."""
    assert list(FileTickets(tmp_path / "none").records("prod")) == []


@pytest.fixture
def service() -> Iterator[TicketService]:
    """Return a ticket service."""
    with ticket_service() as running:
        yield running


def test_a_service_is_asked_for_the_environment(service: TicketService) -> None:
    """Its records are read like those of files."""
    service.holds(NORMAL)
    (found,) = HttpTickets(service.url, token="t0ken").records("prod")  # noqa: S106 - a test's own

    assert found.change.id == "CHG-7"
    assert service.asked == [("/changes?environment=prod", "Bearer t0ken")]


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (500, "", "Internal Server Error"),
        (302, "", "Found"),
        (200, "{}", "its answer is no list"),
        (200, "<html>", "Expecting value: line 1 column 1 (char 0)"),
        (200, '[{"id": "x"}]', "type is missing or no text"),
    ],
)
def test_a_service_that_answers_wrongly_stops_everything(
    service: TicketService, status: int, body: str, reason: str
) -> None:
    """No answer is not a yes, and the token is shown nowhere."""
    service.status, service.body = status, body
    with pytest.raises(ChangeError) as caught:
        HttpTickets(f"{service.url}?key=s3cret", token="t0ken").records("prod")  # noqa: S106 - a test's own

    assert caught.value.message == (
        f"The ticket service http://127.0.0.1/changes can't be asked: {reason}. "
        "Fix: see that it answers, and repeat; nothing is deployed without it."
    )


def test_a_service_that_never_answers_is_given_up() -> None:
    """It has its time, and no more."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(ChangeError, match="can't be asked: timed out"):
            HttpTickets(url, timeout_s=0.2).records("prod")


def test_a_service_without_encryption_is_not_asked() -> None:
    """A token would travel in the clear."""
    with pytest.raises(ChangeError, match="can't be asked: its address is not https"):
        HttpTickets("http://tickets.example/changes").records("prod")


def test_a_record_is_written_as_it_is_read() -> None:
    """What a service answered can be kept as a file."""
    emergency = {
        "id": "CHG-8", "type": "emergency", "state": "approved", "environment": "prod",
        "release": "sha256:aa", "authority": "duty manager", "reviewed": True,
        "review_due": "2026-11-30T12:00:00+00:00",
    }  # fmt: skip

    assert [record_of(one).to_json() for one in (NORMAL, emergency)] == [NORMAL, emergency]


def test_a_record_that_says_two_things_is_none(tmp_path: Path) -> None:
    """Which of the two a reader takes would decide over a deployment."""
    text = "id: 7\ntype: normal\nstate: rejected\nenvironment: prod\nstate: approved\n"
    (tmp_path / "7.yaml").write_text(text)
    with pytest.raises(ChangeError) as caught:
        FileTickets(tmp_path).records("prod")

    assert 'the key "state" stands twice' in str(caught.value)


@pytest.mark.parametrize("odd", ['!!int ""', "!!timestamp x", "!!bool foo", "[" * 3000])
def test_what_yaml_itself_stumbles_over_is_no_record(tmp_path: Path, odd: str) -> None:
    """Whatever the reader raises, it is told as a fault of the file."""
    (tmp_path / "7.yaml").write_text(f"id: {odd}\n")
    with pytest.raises(ChangeError, match=r"is no change record: .*Fix: mend it\."):
        FileTickets(tmp_path).records("prod")


def test_a_record_against_a_release_outweighs_one_for_it(tmp_path: Path) -> None:
    """A second record can't lift a rejection."""
    (tmp_path / "1.yaml").write_text(json.dumps({**NORMAL, "id": "CHG-1"}))
    (tmp_path / "2.yaml").write_text(json.dumps({**NORMAL, "id": "CHG-2", "state": "Rejected"}))
    found = change_of(FileTickets(tmp_path).records("prod"), NORMAL["release"], NOW)

    assert found is not None
    assert (found.id, found.state) == ("CHG-2", "Rejected")
