"""A real server, on the model that was released for all tests."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from {{cookiecutter.package_name}}.ops.artefact import Opened, open_model
from {{cookiecutter.package_name}}.ops.context import Context, registered
from {{cookiecutter.package_name}}.ops.serving import serving


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    address: str
    """Where."""
    opened: Opened
    """What it serves."""
    log: Path
    """Where it logs."""
    version: str
    """Version that it says it serves."""

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
def trained(offline: Context) -> Opened:
    """Return the artefact of the clean run."""
    return open_model(offline.model)


@pytest.fixture(scope="session")
def server(released: Context, trained: Opened) -> Iterator[Server]:
    """Return the server that the gates asked too."""
    with serving(released) as running:
        version = registered(released)["version"]
        yield Server(running.address, trained, released.build / "predictions", version)
