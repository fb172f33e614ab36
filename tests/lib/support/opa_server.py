"""Real OPA servers on the loopback interface, and stand-ins for servers that are not well."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Answer = tuple[int, bytes]
"""Status and body of a stand-in's answer."""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def opa_server(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run a real server and give its address and its process."""
    port = free_port()
    command = ["opa", "run", "--server", "--addr", f"127.0.0.1:{port}", *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(f"{address}/health", process)
            yield address, process
        finally:
            process.kill()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=1):  # noqa: S310 - loopback
                return
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, "the server ended"
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


@contextmanager
def stand_in(answer: Callable[[str, str, bytes], Answer | None]) -> Iterator[str]:
    """Serve what ``answer`` says to a method, path and body; None breaks off the connection."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            given = answer(self.command, self.path, body)
            if given is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, content = given
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    for method in ("GET", "PUT", "POST", "DELETE"):
        setattr(Handler, f"do_{method}", Handler._serve)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def never_answering(trickle: bytes = b"") -> Iterator[str]:
    """Accept connections and never answer, or send ``trickle`` again and again."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()
    held: list[socket.socket] = []

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            held.append(connection)
            threading.Thread(target=drip, args=(connection,), daemon=True).start()

    def drip(connection: socket.socket) -> None:
        while trickle and not over.wait(0.1):
            try:
                connection.sendall(trickle)
            except OSError:
                return

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.close()
        for connection in held:
            connection.close()
