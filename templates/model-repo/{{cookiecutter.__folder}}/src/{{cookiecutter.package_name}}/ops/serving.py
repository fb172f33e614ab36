"""Starts the repository's own server on the registered artefact, and asks it through v2."""

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .context import Context, registered
from .errors import OpsError
from .registry import registered_folder

WAIT = 120
"""Seconds for which a server may take to be ready."""


@dataclass(frozen=True)
class Server:
    """A server that is ready."""

    address: str
    """Address without a path."""
    name: str
    """Name of its model."""
    inputs: dict[str, str]
    """Inputs and their data types."""
    folder: Path
    """The artefact that it serves."""

    def infer(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Return the outputs for the rows, by name."""
        body = {"inputs": [
            {"name": name, "shape": [len(rows)], "datatype": kind, "data": [row[name] for row in rows]}
            for name, kind in self.inputs.items()
        ]}  # fmt: skip
        answer = post(f"{self.address}/v2/models/{self.name}/infer", body)
        return {each["name"]: each for each in answer["outputs"]}


def post(url: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON answer to a JSON question."""
    asked = urllib.request.Request(  # noqa: S310 # an address of our own
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with _open(asked) as answer:
            result: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as fault:
        raise OpsError(f"the server refused the question: {fault.read().decode()[:300]}") from None
    except (OSError, ValueError) as fault:
        raise OpsError(f"the server did not answer: {fault}") from None
    return result


def _open(asked: Any) -> Any:
    # A proxy of the environment must not stand between a test and its own server.
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked, timeout=30)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_RUNNING: dict[tuple[Path, str, str], tuple[subprocess.Popen[bytes], Server]] = {}
"""Servers that one process shares between its gates, by build folder, digest and module."""


def warm(context: Context, folder: Path, version: str) -> None:
    """Start a server without waiting for it; a later `serving` finds it."""
    from . import artefact

    metadata = json.loads((folder / artefact.METADATA).read_text("utf-8"))
    port, digest = free_port(), artefact.verify(folder)
    module = context.serve or f"{__name__.split('.', maxsplit=1)[0]}.serve"
    environ = {
        **os.environ, "MODEL_DIR": str(folder), "MODEL_DIGEST": digest, "MODEL_VERSION": version,
        "PORT": str(port), "PREDICTION_LOG": str(context.build / "predictions"),
    }  # fmt: skip
    context.build.mkdir(parents=True, exist_ok=True)
    with (context.build / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module], stdout=log, stderr=log, env=environ
        )
    atexit.unregister(stop)  # it ends all of them, and is asked once
    atexit.register(stop)
    server = Server(f"http://127.0.0.1:{port}", metadata["name"], metadata["inputs"], folder)
    _RUNNING[context.build, digest, context.serve] = (process, server)


@contextlib.contextmanager
def serving(context: Context) -> Iterator[Server]:
    """Give the server of the registered artefact, ready; it ends with the process or `stop`."""
    known = registered(context)
    key = (context.build, known["digest"], context.serve)
    if key not in _RUNNING:
        warm(context, registered_folder(context), known["version"])
    process, server = _RUNNING[key]
    _wait(process, server, context.build / "server.log")
    yield server


def _wait(process: subprocess.Popen[bytes], server: Server, log: Path) -> None:
    until = time.monotonic() + WAIT
    while time.monotonic() < until:
        if process.poll() is not None:
            tail = log.read_text("utf-8", "replace").strip().splitlines()[-1:]
            raise OpsError(f"the server ended before it was ready: {''.join(tail)} (see {log})")
        with contextlib.suppress(OSError), _open(f"{server.address}/v2/health/ready"):
            return
        time.sleep(0.1)
    raise OpsError(f"the server was not ready after {WAIT} seconds (see {log})")


def stop(module: str | None = None) -> None:
    """End the servers that this process started: all, or those of one module."""
    ended = [key for key in _RUNNING if module in {None, key[2]}]
    processes = [_RUNNING.pop(key)[0] for key in ended]
    # Each answer was logged before it was given: nothing is lost that a slow end would save.
    for process in processes:
        process.kill()
    for process in processes:
        process.wait()
