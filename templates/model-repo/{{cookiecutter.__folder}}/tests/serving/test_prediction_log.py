"""The log: kept for as long as is allowed, and counted where it is lost."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from {{cookiecutter.package_name}}.serve.prediction_log import (
    AddressSink,
    FolderSink,
    prune,
    read,
    redact,
)


def test_only_the_named_fields_are_blotted_out() -> None:
    assert redact({"income": 3, "region": "north"}, ["income", "absent"]) == {
        "income": "[redacted]",
        "region": "north",
    }


def test_days_past_the_retention_are_deleted(tmp_path: Path) -> None:
    for day in ("2026-01-01", "2026-01-30", "2026-01-31"):
        (tmp_path / f"{day}.jsonl").write_text("{}\n")

    gone = prune(tmp_path, 1, datetime(2026, 1, 31, 12, tzinfo=UTC))

    assert [path.name for path in gone] == ["2026-01-01.jsonl"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "2026-01-30.jsonl",
        "2026-01-31.jsonl",
    ]


def test_a_new_server_deletes_what_is_too_old(tmp_path: Path) -> None:
    (tmp_path / "2020-01-01.jsonl").write_text("{}\n")

    FolderSink(tmp_path, 30)

    assert list(tmp_path.iterdir()) == []


def test_records_are_read_again_from_a_time_on(tmp_path: Path) -> None:
    sink = FolderSink(tmp_path, 30)
    old, new = ({"at": datetime(year, 1, 1, tzinfo=UTC).isoformat()} for year in (2020, 2030))
    sink.write([old, new])

    assert read(tmp_path) == [old, new]
    assert read(tmp_path, datetime(2025, 1, 1, tzinfo=UTC)) == [new]


@pytest.fixture
def receiver() -> Any:
    """Return a server that keeps what is posted to it."""
    kept: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            kept.append((self.headers["Ce-Namespace"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", kept
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_address_gets_every_record_and_whose_it_is(receiver: Any) -> None:
    address, kept = receiver
    lost: list[int] = []
    sink = AddressSink(address, lost.append, "lending")

    sink.write([{"id": "a"}, {"id": "b"}])
    sink.drain()

    assert kept == [("lending", {"id": "a"}), ("lending", {"id": "b"})]
    assert lost == []


def test_what_an_address_does_not_take_is_counted() -> None:
    lost: list[int] = []
    sink = AddressSink("http://127.0.0.1:9/", lost.append)

    sink.write([{"id": "a"}, {"id": "b"}])
    sink.drain()

    assert sum(lost) == 2


def test_another_kind_of_address_is_refused() -> None:
    with pytest.raises(ValueError, match="is not an http"):
        AddressSink("file:///etc/passwd", lambda _count: None)
