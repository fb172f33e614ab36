"""`bedplate audit`: evidence made, verified offline and anchored, as people run it."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from support.evidence import Deployed, deployed_platform, small_plan
from support.releases import LAYLA, OMAR, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ACCOUNT = "333333333333"
BUCKET = f"acme-prod-evidence-{ACCOUNT}"
EVENTS = ["release", "approval", "approval", "deployment-started", "deployed"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    """Return a platform after a deployment, in git."""
    found = deployed_platform(tmp_path_factory.mktemp("platform"))
    git = ["git", "-C", str(found.root), "-c", "user.name=t", "-c", "user.email=t@t.example"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "deployed"]):
        subprocess.run([*git, *words], check=True)
    return found


@pytest.fixture
def platform(made: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of it as the working folder; its plan is the small one."""
    root = tmp_path / "acme"
    shutil.copytree(made.root, root)
    monkeypatch.chdir(root)
    monkeypatch.setattr("bedplate.governance.admitting.simulated", lambda *_: small_plan())
    return root


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the evidence bucket as the foundation does."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    retention: Any = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}
    with mock_aws():
        s3 = boto3.client("s3", region_name="me-central-1")
        s3.create_bucket(
            Bucket=BUCKET,
            CreateBucketConfiguration={"LocationConstraint": "me-central-1"},
            ObjectLockEnabledForBucket=True,
        )
        s3.put_object_lock_configuration(
            Bucket=BUCKET,
            ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention},
        )
        yield


def test_evidence_is_made_by_one_command_and_verified_by_another(
    run: Callable[..., Any], platform: Path, made: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second needs nothing but the file: neither repository nor network."""
    short = made.admitted.release.short
    file = platform / "evidence/prod" / f"{short}.zip"
    done = run("audit", "bundle", "prod", "--format", "json")
    digest = json.loads(done.out)["digest"]
    alone = platform.parent / "alone"
    alone.mkdir()
    shutil.move(file, alone / "evidence.zip")
    shutil.rmtree(platform)
    monkeypatch.chdir(alone)
    verified = run("audit", "verify", "--bundle", "evidence.zip")

    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["file"] == f"evidence/prod/{short}.zip"
    assert verified.code == 0
    assert verified.out.splitlines() == [
        f"evidence.zip: release {short} of prod, all as it was written.",
        f"  {digest}",
        (
            "  approved by Layla Haddad (platform), 2026-11-24 14:00 UTC, "
            f"{key(LAYLA.name).public.keyid}"
        ),
        (
            "  approved by Omar Rahman (compliance), 2026-11-24 14:00 UTC, "
            f"{key(OMAR.name).public.keyid}"
        ),
        "  5 entries of the ledger",
        "  the rules were asked again, and say the same",
        "  not signed itself",
        "Compare each key's fingerprint with its owner's: a bundle can't vouch for them.",
    ]


def test_one_changed_character_of_the_ledger_names_the_entry(
    run: Callable[..., Any], platform: Path
) -> None:
    """By the chain, and by git."""
    before = run("audit", "verify", "prod")
    ledger = platform / "ledger/prod.jsonl"
    ledger.write_text(ledger.read_text().replace('"actor":"Layla', '"actor":"Kayla'))
    done = run("audit", "verify", "prod")

    assert (before.code, before.out) == (
        0,
        "ledger/prod.jsonl: 5 entries, 2 signed, all as they were written.\n",
    )
    assert (done.code, done.out.splitlines()) == (
        1,
        [
            (
                "ledger/prod.jsonl: entry 2: Its signature does not count: it was edited, "
                "or signed with an unknown key."
            ),
            (
                "ledger/prod.jsonl: entry 3: It does not follow from the entry before it: "
                "one of the two was edited or moved."
            ),
            "ledger/prod.jsonl: What is not committed yet removes or edits entries.",
        ],
    )


@pytest.mark.usefixtures("bucket")
def test_a_cut_that_git_forgot_shows_in_the_bucket(run: Callable[..., Any], platform: Path) -> None:
    """The anchor is put there once, repeated without harm, and read back."""
    run("audit", "bundle", "prod")
    first = run("audit", "anchor", "prod", "--format", "json")
    again = run("audit", "anchor", "prod")
    whole = run("audit", "verify", "prod", "--anchor", "s3")
    shutil.rmtree(platform / ".git")
    ledger = platform / "ledger/prod.jsonl"
    ledger.write_bytes(b"".join(ledger.read_bytes().splitlines(keepends=True)[:3]))
    done = run("audit", "verify", "prod", "--anchor", "s3")
    key_ = json.loads(first.out)["bundle"]

    assert (first.code, again.code, whole.code, done.code) == (0, 0, 0, 1)
    assert again.out.splitlines() == [
        f"5 entries of ledger/prod.jsonl are anchored already, in the evidence bucket {BUCKET}.",
        f"Bundle: {key_}",
    ]
    assert whole.out == "ledger/prod.jsonl: 5 entries, 2 signed, all as they were written.\n"
    assert done.out.splitlines()[0] == (
        "ledger/prod.jsonl: 2 entries were cut off its end; "
        f"the evidence bucket {BUCKET} knows of more."
    )


@pytest.mark.usefixtures("platform")
def test_a_bucket_out_of_reach_is_never_called_verified(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its ledger is whole as far as git goes, and the exit code is 1 all the same."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    monkeypatch.setattr("bedplate.governance.evidence_bucket._ATTEMPTS", 1)
    done = run("audit", "verify", "prod", "--anchor", "s3", "--format", "json")
    (fault,) = json.loads(done.out)["faults"]

    assert done.code == 1
    assert fault["message"].startswith(
        f"Whether its end was cut off is not known. The evidence bucket {BUCKET} can't be read: "
    )


def test_ledger_and_bundle_are_verified_together(
    run: Callable[..., Any], platform: Path, made: Deployed
) -> None:
    """What the bundle knows of the ledger is an anchor too."""
    run("audit", "bundle", "prod")
    file = f"evidence/prod/{made.admitted.release.short}.zip"
    whole = run("audit", "verify", "prod", "--bundle", file, "--format", "json")
    shutil.rmtree(platform / ".git")
    ledger = platform / "ledger/prod.jsonl"
    ledger.write_bytes(b"".join(ledger.read_bytes().splitlines(keepends=True)[:4]))
    done = run("audit", "verify", "prod", "--bundle", file)

    assert whole.code == 0
    assert json.loads(whole.out)["bundle"]["faults"] == []
    assert done.code == 1
    assert (
        "ledger/prod.jsonl: 1 entry was cut off its end; the bundle knows of more."
        in done.out.splitlines()
    )


@pytest.mark.usefixtures("platform")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "There is nothing to verify. Fix: name an environment, or a file by --bundle.\n"),
        (
            ["--bundle", "x.zip", "--anchor", "s3"],
            "--anchor s3 is of an environment. Fix: name it too.\n",
        ),
        (
            ["--bundle", "x.zip", "--signer", "none.pub"],
            "none.pub can't be read: no such file or directory. Fix: name a public key.\n",
        ),
    ],
)
def test_what_can_not_be_verified_is_a_sentence(
    run: Callable[..., Any], words: list[str], said: str
) -> None:
    """With the exit code of wrong usage."""
    done = run("audit", "verify", *words)

    assert (done.code, done.err) == (2, said)


def test_the_sandbox_has_a_record_of_its_own(run: Callable[..., Any], platform: Path) -> None:
    """Its ledger is shown and verified by itself; it has no evidence bucket to be held against."""
    ledger = platform / "ledger/prod.jsonl"
    kept = platform / ".bedplate/sandbox/ledger/prod.jsonl"
    nothing = run("audit", "log", "prod", "--sandbox")
    kept.parent.mkdir(parents=True)
    shutil.move(ledger, kept)
    shown = run("audit", "log", "prod", "--sandbox", "--format", "json")
    good = run("audit", "verify", "prod", "--sandbox")
    kept.write_text("\n".join(kept.read_text().splitlines()[1:]) + "\n")
    cut = run("audit", "verify", "prod", "--sandbox")
    asked = run("audit", "verify", "prod", "--sandbox", "--anchor", "s3")

    assert nothing.out == "Nothing is recorded of prod yet.\n"
    assert [entry["event"] for entry in json.loads(shown.out)["entries"]] == EVENTS
    assert good.out == (
        ".bedplate/sandbox/ledger/prod.jsonl: 5 entries, 2 signed, all as they were written.\n"
    )
    assert (good.code, cut.code, asked.code) == (0, 1, 2)
    assert cut.out.startswith(".bedplate/sandbox/ledger/prod.jsonl: ")
    assert asked.err == (
        "The sandbox has a ledger, and no evidence bucket. "
        "Fix: name an environment, and leave out --anchor.\n"
    )
