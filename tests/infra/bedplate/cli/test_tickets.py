"""Change records that a service has, from the environment file to the evidence."""

from __future__ import annotations

import json
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support.deployments import PEOPLE, platform, simulated_once
from support.tickets import TicketService, ticket_service

from bedplate.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TOKEN = "t0ken-of-the-service"  # noqa: S105 - a test's own


@pytest.fixture(scope="module")
def service() -> Iterator[TicketService]:
    """Return the ticket service of the organisation."""
    with ticket_service() as running:
        yield running


@pytest.fixture(scope="module")
def signed(service: TicketService, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a platform whose changes are at the service, with an approved release."""
    folder = tmp_path_factory.mktemp("signed")
    platform(folder)
    common = folder / "stacks/common.yaml"
    settings = yaml.safe_load(common.read_text())
    settings["governance"]["change"]["ticket_service"] = service.url
    common.write_text(yaml.safe_dump(settings))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        simulated_once(patch)
        assert main(["release", "prod", "--author", "Sara Nasser"]) == 0
        for name in PEOPLE:
            assert main(["approve", "prod", "--as", name, "--key", name.split()[0]]) == 0
    return folder


@pytest.fixture
def here(signed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of it, which is the working folder, with the service's token at hand."""
    simulated_once(monkeypatch)
    folder = tmp_path / "acme"
    shutil.copytree(signed, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("BEDPLATE_TICKET_TOKEN", TOKEN)
    return folder


def record(folder: Path, state: str) -> dict[str, Any]:
    """Return the change record of the release."""
    (release,) = (folder / "releases/prod").glob("*.json")
    digest = json.loads(release.read_text())["digest"]
    return {
        "id": "CHG 7/2026", "type": "normal", "state": state, "environment": "prod",
        "release": digest,
    }  # fmt: skip


def test_what_the_service_says_decides(
    run: Callable[..., Any], here: Path, service: TicketService
) -> None:
    """Approved there, it may be deployed; until then it may not. Files do not count."""
    words = ("approvals", "prod", "--deployer", "pipeline")
    service.holds(record(here, "requested"))
    (here / "changes").mkdir()
    (here / "changes/own.yaml").write_text(yaml.safe_dump(record(here, "approved")))
    waiting = run(*words)
    service.holds(record(here, "approved"))
    done = run(*words)

    assert (waiting.code, done.code) == (1, 0)
    assert "APR-003 critical: " in waiting.out
    assert "Nothing stands in its way." in done.out
    assert service.asked[-1] == ("/changes?environment=prod", f"Bearer {TOKEN}")
    assert TOKEN not in waiting.out + waiting.err + done.out + done.err


def test_a_service_that_does_not_answer_stops_a_deployment(
    run: Callable[..., Any], here: Path, service: TicketService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is told the token."""
    monkeypatch.setattr(service, "status", 503)
    done = run("up", "prod", "--sandbox", "--deployer", "pipeline", "--yes")

    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "SANDBOX: stand-in provider, nothing is deployed\n"
        "The ticket service http://127.0.0.1/changes can't be asked: Service Unavailable. "
        "Fix: see that it answers, and repeat; nothing is deployed without it.\n"
    )
    assert not (here / ".bedplate/sandbox/ledger").exists()


def test_evidence_keeps_what_the_service_said(
    run: Callable[..., Any], here: Path, service: TicketService
) -> None:
    """Whoever verifies it later need not ask the service."""
    service.holds(record(here, "approved"))
    made = run("audit", "bundle", "prod", "--output", "evidence.zip")
    before = len(service.asked)
    verified = run("audit", "verify", "--bundle", "evidence.zip")

    with zipfile.ZipFile(here / "evidence.zip") as members:
        kept = json.loads(members.read("changes/CHG-7-2026.yaml"))
    assert (made.code, made.err, kept) == (0, "", record(here, "approved"))
    assert (verified.code, len(service.asked)) == (0, before)


@pytest.mark.parametrize(
    "url", ["http://tickets.example/x", "https://tickets.example/?key=s", "https://me@x.example/"]
)
def test_an_address_that_gives_something_away_is_refused(
    run: Callable[..., Any], project: Path, url: str
) -> None:
    """Records travel encrypted, and no secret stands in an environment file."""
    common = json.loads((project / "stacks/common.yaml").read_text())
    common["governance"]["change"] = {"ticket_service": url}
    (project / "stacks/common.yaml").write_text(json.dumps(common))
    done = run("check", "dev")

    assert done.code == 1
    assert "governance.change.ticket_service: " in done.out
    assert "an address that begins with `https://`, without a query or a user's name" in done.out
