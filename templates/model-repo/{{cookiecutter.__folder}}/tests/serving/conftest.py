"""A real server, on a model that was trained for these tests."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from {{cookiecutter.package_name}}.ops import dataset, train
from {{cookiecutter.package_name}}.ops.artefact import Opened
from {{cookiecutter.package_name}}.ops.context import Context

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    address: str
    """Where."""
    opened: Opened
    """What it serves."""
    log: Path
    """Where it logs."""

    @property
    def name(self) -> str:
        """Name of the model."""
        return str(self.opened.metadata["name"])

    def call(self, path: str, body: Any = None) -> tuple[int, Any]:
        """Return status and answer of a request."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, _text(answer.read())
        except urllib.error.HTTPError as fault:
            return fault.code, _text(fault.read())

    def infer(self, inputs: list[dict[str, Any]]) -> tuple[int, Any]:
        """Return status and answer of a prediction."""
        return self.call(f"/v2/models/{self.name}/infer", {"inputs": inputs})

    def inputs(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return rows as tensors."""
        return [
            {"name": name, "datatype": kind, "shape": [len(rows)],
             "data": [row[name] for row in rows]}
            for name, kind in self.opened.metadata["inputs"].items()
        ]  # fmt: skip


def _text(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return data.decode()


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """Return a trained artefact."""
    context = Context(ROOT, tmp_path_factory.mktemp("build"))
    dataset.make(context)
    return train.train(context)


def environ(opened: Opened, log: str, port: int) -> dict[str, str]:
    """Return what a server is told."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "MODEL_DIR": str(opened.folder),
        "MODEL_DIGEST": opened.digest,
        "MODEL_VERSION": "3",
        "PREDICTION_LOG": log,
        "PORT": str(port),
    }


def free_port() -> int:
    """Return a port that nothing uses."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@pytest.fixture(scope="session")
def server(trained: Opened, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server that answers; it is stopped afterwards."""
    log, port = tmp_path_factory.mktemp("log"), free_port()
    output = log.parent / "server.txt"
    with output.open("w") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "{{cookiecutter.package_name}}.serve"],
            env=environ(trained, str(log), port), stdout=written, stderr=written, cwd=log,
        )  # fmt: skip
        made = Server(f"http://127.0.0.1:{port}", trained, log)
        try:
            _wait(made, process, output)
            yield made
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait(server: Server, process: subprocess.Popen[bytes], output: Path) -> None:
    until = time.monotonic() + 180  # a busy machine imports slowly
    while time.monotonic() < until:
        assert process.poll() is None, output.read_text()
        try:
            if server.call("/v2/health/ready")[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the server is not ready after three minutes:\n{output.read_text()}")
