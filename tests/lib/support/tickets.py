"""A ticket service on this machine, which answers as a test says."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class TicketService:
    """What it answers, and what it was asked."""

    url: str = ""
    """Its address."""
    status: int = 200
    """Status of each answer."""
    body: str = "[]"
    """What each answer says."""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and authorization of each question."""

    def holds(self, *records: dict[str, Any]) -> None:
        """Answer with these change records."""
        self.body = json.dumps(records)


@contextmanager
def ticket_service() -> Iterator[TicketService]:
    """Run a ticket service."""
    service = TicketService()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service.asked.append((self.path, self.headers.get("Authorization")))
            self.send_response(service.status)
            if service.status == 302:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(service.body.encode())

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}/changes"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
