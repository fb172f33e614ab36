"""One API server for all tests that need one; its definitions are those of the pinned versions."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support.kube import Cluster, cluster, controllers, scheduler

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "contracts" / "crds"
LEFT_OUT = {"gateway-api/v1.6.1", "kserve-llmisvc-bundled/v0.20.0"}


class _Loader(yaml.CSafeLoader):
    """Reads a lone `=` as text: one definition lists it among operators."""


_Loader.add_constructor("tag:yaml.org,2002:value", lambda _, node: str(node.value))


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Return a running API server with nothing in it."""
    with cluster(tmp_path_factory.mktemp("cluster")) as made:
        yield made


@pytest.fixture(scope="session")
def with_definitions(api_server: Cluster) -> Cluster:
    """Return the API server with every pinned custom resource definition established."""
    if not PUBLISHED.is_dir():
        pytest.skip("needs the published definitions beside the project (shared/contracts)")
    files = [
        file
        for file in sorted(PUBLISHED.glob("*/*/*.yaml"))
        if "/".join(file.parts[-3:-1]) not in LEFT_OUT
    ]
    documents = {file.name: _definition(file) for file in files}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(api_server.apply, documents.values()))
    for document in documents.values():
        _established(api_server, document)
    return api_server


def _definition(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(file.read_text(), _Loader)  # noqa: S506 - a safe loader
    document.pop("status", None)
    # Nobody answers a conversion here.
    document["spec"].pop("conversion", None)
    return document


def _established(server: Cluster, document: dict[str, Any]) -> None:
    for _ in range(200):
        conditions = server.get(document).get("status", {}).get("conditions") or []
        if any(each["type"] == "Established" and each["status"] == "True" for each in conditions):
            return
        time.sleep(0.1)
    raise AssertionError(f"{document['metadata']['name']} was not established")


@pytest.fixture(scope="session")
def with_controllers(api_server: Cluster) -> Iterator[Cluster]:
    """Return the API server with the controller manager beside it."""
    with controllers(api_server):
        yield api_server


@pytest.fixture(scope="session")
def with_scheduler(with_controllers: Cluster) -> Iterator[Cluster]:
    """Return the API server with controllers, scheduler and nodes that only seem to run."""
    with scheduler(with_controllers):
        yield with_controllers
