"""One API server for all tests that need one; its definitions are those of the pinned versions."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support.kube import Cluster, Refused, cluster, controllers, scheduler
from support.platform_plans import CASES, manifests, plan

from bedplate.components.platform.gitops_projects import ALLOWED
from bedplate.contracts import store
from bedplate.contracts.objects import group_of, is_custom

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "contracts" / "crds"
_CONFLICT, _GAVE_UP = 409, 500
"""Answers of the server: there is one already; anything from here on is its own trouble."""
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
    """Return the API server with the pinned definitions that the platform uses established."""
    if not PUBLISHED.is_dir():
        pytest.skip("needs the published definitions beside the project (shared/contracts)")
    names = _wanted()
    files = [
        file
        for file in sorted(PUBLISHED.glob("*/*/*.yaml"))
        if "/".join(file.parts[-3:-1]) not in LEFT_OUT and file.stem in names
    ]
    assert len(files) == len(names)
    documents = {file.name: _definition(file) for file in files}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(partial(_defined, api_server), documents.values()))
    for document in documents.values():
        _established(api_server, document)
    return api_server


def _wanted() -> set[str]:
    """Return the files of the kinds that a plan makes or a team may make, without their suffix.

    The server works on all definitions anew for each that comes: the others would only cost time.
    """
    made = {
        (group_of(manifest["apiVersion"]), manifest["kind"])
        for case in CASES
        for manifest in manifests(plan(case))
        if is_custom(manifest["apiVersion"])
    }
    contracts = [store.kind(group, kind) for group, kind in {*made, *ALLOWED}]
    return {f"{each['group']}_{each['plural']}" for each in contracts if each is not None}


def _defined(server: Cluster, document: dict[str, Any]) -> None:
    """Create a definition; a busy server may give up on one, and is asked again.

    Created, not applied: of definitions this large, keeping track of the fields' owners is most of
    the work.
    """
    for _ in range(5):
        try:
            server.create(document)
        except (Refused, TimeoutError) as refusal:
            status = refusal.status if isinstance(refusal, Refused) else _GAVE_UP
            if status == _CONFLICT:
                return  # it was made after all
            if status < _GAVE_UP:
                raise
        else:
            return
    raise AssertionError(f"{document['metadata']['name']} could not be created")


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
