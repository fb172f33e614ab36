"""Verb `waiver`: what is listed, and signing with a key that ssh-keygen made."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from support.waivers import ENTRY, private_key, public_key, waivers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GRAVE = {"policy": "ENC-001", "created": "2026-01-01", "expires": "2026-03-01"}
"""A waiver of a policy of high severity."""


@pytest.fixture(autouse=True)
def _today(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the day on which waivers are listed; `project` is the working folder."""
    from datetime import UTC, datetime  # noqa: PLC0415

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Clock:
            return cls(2026, 1, 15, tzinfo=tz or UTC)

    monkeypatch.setattr("bedplate.cli.waiver.datetime", Clock)
    _approvers(project, public_key())


def _approvers(project: Path, *keys: str) -> None:
    """Name approvers in both environments; Bob Baker signs with the first key."""
    file = project / "stacks" / "common.yaml"
    common = json.loads(file.read_text())
    names = ("Bob Baker", "Carol Clark")
    listed: list[dict[str, str]] = [{"name": name, "role": "platform"} for name in names]
    for entry, key in zip(listed, keys, strict=False):
        entry["public_key"] = key
    approvals = {"required": 1, "roles": ["platform"], "approvers": listed}
    common["governance"]["approvals"] = approvals
    file.write_text(json.dumps(common, indent=1))


def _key(project: Path, number: int = 1) -> str:
    file = project / f"id_{number}"
    file.write_bytes(private_key(number))
    return str(file)


def test_nothing_to_list(run: Callable[..., Any]) -> None:
    """A platform without a file has no waivers."""
    assert (run("waiver", "list").code, run("waiver", "list").out) == (0, "There are no waivers.\n")


def test_a_list_says_what_may_hold_today(run: Callable[..., Any], project: Path) -> None:
    """One status where all environments agree, else one for each; why, above the table."""
    dates = {"created": "2026-01-01", "expires": "2026-02-01"}
    waivers(
        project,
        dates,
        dates | {"id": "W-2", "expires": "2026-01-14"},
        dates | {"id": "W-3", "policy": "ZZ-999", "environments": ["dev"]},
        GRAVE | {"id": "W-4"},
    )
    done = run("waiver", "list")
    expired = (
        "W-2: it expired on 2026-01-14, so that what it excused counts again. "
        "Fix: mend the cause and remove the waiver, or have a new one approved."
    )
    unsigned = (
        "W-4: a waiver of a high policy must be signed, and approvals/waivers has no signature of "
        "it. Fix: have Bob Baker run `bedplate waiver sign W-4`."
    )
    missing = "W-3: there is no policy ZZ-999. Fix: take one that `bedplate policies` lists."

    assert (done.code, done.err) == (0, "")
    assert done.rows == [
        f"dev: waivers.yaml:3:5: {expired}",
        f"prod: waivers.yaml:3:5: {expired}",
        f"dev: waivers.yaml:4:5: {missing}",
        f"dev: waivers.yaml:5:5: {unsigned}",
        f"prod: waivers.yaml:5:5: {unsigned}",
        "",
        "Waiver Policy Severity Resources Ticket Approved by Expires Status",
        "W-1 ENC-007 medium scratch SEC-12 Bob Baker 2026-02-01 in force",
        "W-2 ENC-007 medium scratch SEC-12 Bob Baker 2026-01-14 expired",
        "W-3 ZZ-999 - scratch SEC-12 Bob Baker 2026-02-01 no such policy",
        "W-4 ENC-001 high scratch SEC-12 Bob Baker 2026-03-01 unsigned",
    ]


def test_json_has_the_status_in_each_environment(run: Callable[..., Any], project: Path) -> None:
    """And all that stands in the file, with its faults."""
    waivers(project, {"created": "2026-01-01"}, {"id": "W-2", "ticket": None})
    done = run("waiver", "list", "--format", "json")
    found = json.loads(done.out)
    status = {
        "status": "too long",
        "problem": {
            "file": "waivers.yaml",
            "line": 2,
            "column": 5,
            "path": "W-1",
            "problem": ("it runs for 364 days; a waiver of a medium policy may run for 180"),
            "fix": "choose an earlier `expires`",
        },
    }

    assert done.code == 1
    assert found == {
        "schema": "bedplate.waivers/v1",
        "waivers": [
            ENTRY
            | {
                "severity": "medium",
                "signed": False,
                "created": "2026-01-01",
                "environments": {"dev": status, "prod": status},
            }
        ],
        "problems": [
            {
                "file": "waivers.yaml",
                "line": 3,
                "column": 5,
                "path": "waivers[1]",
                "problem": "`ticket` is missing",
                "fix": "add it",
            }
        ],
    }


def test_a_signed_waiver_holds(run: Callable[..., Any], project: Path) -> None:
    """The approver signs; the list then says so."""
    waivers(project, GRAVE)
    done = run("waiver", "sign", "W-1", "--key", _key(project))

    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "W-1 is signed. Written to approvals/waivers/W-1.dsse.json. Next: commit it.\n"
    )
    assert run("waiver", "list").rows[-1].endswith("in force")


@pytest.mark.needs("ssh-keygen")
def test_a_key_of_ssh_keygen_signs(
    run: Callable[..., Any], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locked key is opened by the passphrase in the environment."""
    file = project / "id_ed25519"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "open sesame", "-f", str(file)], check=True
    )
    _approvers(project, file.with_suffix(".pub").read_text().strip())
    waivers(project, GRAVE)
    locked = run("waiver", "sign", "W-1", "--key", str(file))
    monkeypatch.setenv("BEDPLATE_KEY_PASSPHRASE", "open sesame")
    opened = run("waiver", "sign", "W-1", "--key", str(file))

    assert (locked.code, locked.err) == (
        1,
        "The private key has a passphrase. Fix: give the passphrase.\n",
    )
    assert opened.code == 0
    assert run("waiver", "list").rows[-1].endswith("in force")


@pytest.mark.parametrize(
    ("change", "number", "code", "message"),
    [
        ({"id": "W-9"}, 1, 2, "There is no waiver `W-1` in waivers.yaml. Fix: it lists W-9."),
        (
            {"approved_by": None},
            1,
            1,
            (
                "W-1 does not say who approves it. "
                "Fix: add `approved_by`, the name of an approver, and sign then."
            ),
        ),
        (
            {"requested_by": "Bob Baker"},
            1,
            1,
            "Bob Baker asked for W-1. Fix: have another person approve it.",
        ),
        (
            {"approved_by": "Carol Clark"},
            1,
            1,
            (
                "No key of Carol Clark is listed. "
                "Fix: add the public key to governance.approvals.approvers."
            ),
        ),
        (
            {},
            2,
            1,
            "The key is not the one listed for Bob Baker. Fix: have Bob Baker sign.",
        ),
        (
            {"ticket": None},
            1,
            1,
            "waivers.yaml:2:5: waivers[0]: `ticket` is missing. Fix: add it.",
        ),
    ],
)
def test_only_its_approver_signs_a_waiver(
    run: Callable[..., Any],
    project: Path,
    change: dict[str, Any],
    number: int,
    code: int,
    message: str,
) -> None:
    """Anything else is refused with what to do, and writes nothing."""
    waivers(project, GRAVE | change)
    done = run("waiver", "sign", "W-1", "--key", _key(project, number))

    assert (done.code, done.out, done.err) == (code, "", f"{message}\n")
    assert not (project / "approvals").exists()
