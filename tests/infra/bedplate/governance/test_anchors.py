"""Anchors: what the evidence bucket knows of a ledger shows a cut, and a ledger made anew."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws
from support.plans import ROOT
from support.releases import LAYLA, key

from bedplate.governance import bundle
from bedplate.governance.anchors import anchor, anchors_of, keeps_bundle, uncovered
from bedplate.governance.auditing import audited
from bedplate.governance.evidence_bucket import AnchorError, EvidenceBucket, evidence_bucket
from bedplate.governance.evidence_verify import Evidence, Signer
from bedplate.governance.ledger import Entry, append
from bedplate.governance.records import Records
from bedplate.spec.governance import ApprovalsSpec
from bedplate.spec.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from bedplate.spec.platform import PlatformSpec

BASE = resolve("prod", ROOT / "stacks").spec
ACCOUNT = BASE.aws.account_id
NAME = f"acme-prod-evidence-{ACCOUNT}"
THE = f"The evidence bucket {NAME}"
START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def spec() -> PlatformSpec:
    """Return production with one approver."""
    approvals = ApprovalsSpec(approvers=(LAYLA,))
    governance = BASE.governance.model_copy(update={"approvals": approvals})
    return BASE.model_copy(update={"governance": governance})


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """Return the records of production: four entries, one of them signed."""
    found = Records(tmp_path, "prod")
    for number in range(4):
        _add(found, number, signed=number == 1)
    return found


def _add(records: Records, number: int, *, signed: bool = False) -> None:
    time = START + timedelta(minutes=number)
    entry = Entry(time, LAYLA.name, "note", "prod", "sha256:aa", {"number": number})
    append(records.ledger, entry, key(LAYLA.name) if signed else None)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Client]:
    """Return an account without any bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    with mock_aws():
        yield boto3.client("s3", region_name=BASE.aws.region)


@pytest.fixture
def locked(s3: S3Client) -> S3Client:
    """Return an account with the evidence bucket as the foundation makes it."""
    _bucket(s3)
    retention = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}
    s3.put_object_lock_configuration(
        Bucket=NAME,
        ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention},  # type: ignore[typeddict-item]
    )
    return s3


def _bucket(s3: S3Client, *, lock: bool = True) -> None:
    s3.create_bucket(
        Bucket=NAME,
        CreateBucketConfiguration={"LocationConstraint": BASE.aws.region},  # type: ignore[typeddict-item]
        ObjectLockEnabledForBucket=lock,
    )


def _faults(records: Records, spec: PlatformSpec, **more: Any) -> list[str]:
    found = audited(records, spec, in_bucket=True, **more)
    git = "It lies in no git repository: a cut at its end would not show."
    return [text for fault in found.ledger.faults if (text := str(fault)) != git]


def test_ledger_and_bundle_are_kept_under_a_lock(
    locked: S3Client, records: Records, spec: PlatformSpec, tmp_path: Path
) -> None:
    """Under the bucket's own retention; the anchor's key says what is verified."""
    made = bundle.write(tmp_path / "x.zip", {}, {"a": b"x"}, None)
    done = anchor(records, spec, made.path)
    keys = [each["Key"] for each in locked.list_objects_v2(Bucket=NAME)["Contents"]]
    body = json.loads(locked.get_object(Bucket=NAME, Key=keys[0])["Body"].read())
    kept = locked.get_object(Bucket=NAME, Key=keys[1])

    assert keys == [
        f"bedplate/prod/anchors/00000004-{done.anchor.head[7:]}.json",
        f"bedplate/prod/bundles/{made.digest[7:]}.zip",
    ]
    assert body == {
        "schema": "bedplate.anchor/v1", "environment": "prod", "count": 4,
        "head": done.anchor.head, "bundle": keys[1],
    }  # fmt: skip
    assert kept["Body"].read() == made.path.read_bytes()
    assert kept["ObjectLockMode"] == "COMPLIANCE"
    assert done.until is not None
    assert done.until - datetime.now(UTC) > timedelta(days=29)
    assert keeps_bundle(evidence_bucket(spec), "prod", made.digest)
    assert _faults(records, spec) == []


@pytest.mark.usefixtures("locked")
def test_it_can_be_repeated(records: Records, spec: PlatformSpec) -> None:
    """What lies there stays; what is new is added; how much is not there yet is known."""
    first, again = anchor(records, spec), anchor(records, spec)
    _add(records, 9)
    missing = audited(records, spec, in_bucket=True).unanchored
    anchor(records, spec)
    known = anchors_of(evidence_bucket(spec), "prod")

    assert first.until is not None
    assert again.until is None
    assert (missing, [one.count for one in known], uncovered(known, 5)) == (1, [4, 5], 0)


@pytest.mark.usefixtures("locked")
def test_a_cut_shows(records: Records, spec: PlatformSpec) -> None:
    """The chain alone could not know, nor could a new entry where the others were."""
    anchor(records, spec)
    lines = records.ledger.read_bytes().splitlines(keepends=True)
    records.ledger.write_bytes(b"".join(lines[:2]))
    cut = _faults(records, spec)
    _add(records, 7)
    _add(records, 8)

    assert cut == [f"2 entries were cut off its end; the evidence bucket {NAME} knows of more."]
    assert _faults(records, spec) == [
        f"entry 4: It is not the entry that the evidence bucket {NAME} knows."
    ]
    with pytest.raises(AnchorError) as caught:
        anchor(records, spec)
    assert caught.value.message == (
        f"{records.ledger} is not what it was: entry 4: It is not the entry that the evidence "
        f"bucket {NAME} knows. Fix: see `bedplate audit verify prod`."
    )


def test_neither_a_marker_nor_a_newer_version_hides_an_anchor(
    locked: S3Client, records: Records, spec: PlatformSpec
) -> None:
    """All versions are listed, also of what seems to be deleted."""
    anchor(records, spec)
    (found,) = locked.list_objects_v2(Bucket=NAME)["Contents"]
    locked.put_object(Bucket=NAME, Key=found["Key"], Body=b"{}")
    locked.delete_object(Bucket=NAME, Key=found["Key"])
    records.ledger.write_bytes(records.ledger.read_bytes().splitlines(keepends=True)[0])

    assert locked.list_objects_v2(Bucket=NAME)["KeyCount"] == 0
    assert _faults(records, spec) == [
        f"3 entries were cut off its end; the evidence bucket {NAME} knows of more."
    ]


def test_what_somebody_else_put_there_is_no_anchor(
    locked: S3Client, records: Records, spec: PlatformSpec
) -> None:
    """It is named, and nothing is called verified."""
    anchor(records, spec)
    locked.put_object(Bucket=NAME, Key="bedplate/prod/anchors/mine.json", Body=b"{}")

    assert _faults(records, spec) == [
        (
            f"Whether its end was cut off is not known. {THE} has "
            "'bedplate/prod/anchors/mine.json' among its anchors."
        )
    ]


@pytest.mark.usefixtures("locked")
def test_a_bucket_without_an_anchor_proves_nothing(records: Records, spec: PlatformSpec) -> None:
    """So a bucket that was exchanged does not pass."""
    assert _faults(records, spec) == [
        (
            f"{THE} has no anchor of {records.ledger}: a cut at its end would not show. "
            "Fix: `bedplate audit anchor prod`."
        )
    ]


def test_a_bucket_that_is_not_there_is_a_sentence(
    s3: S3Client, records: Records, spec: PlatformSpec
) -> None:
    """Nothing is anchored, nothing is called verified, and the ledger stays as it is."""
    before = records.ledger.read_bytes()
    with pytest.raises(AnchorError) as caught:
        anchor(records, spec)

    assert s3.list_buckets()["Buckets"] == []
    assert caught.value.message == (
        f"There is no evidence bucket {NAME}. "
        "Fix: deploy the foundation first; it makes the bucket."
    )
    assert _faults(records, spec) == [
        f"Whether its end was cut off is not known. There is no evidence bucket {NAME}."
    ]
    assert records.ledger.read_bytes() == before


@pytest.mark.parametrize("lock", [True, False])
def test_a_bucket_that_locks_nothing_is_refused(
    s3: S3Client, records: Records, spec: PlatformSpec, *, lock: bool
) -> None:
    """Whether it could be locked, or not at all: what can be taken away proves nothing."""
    _bucket(s3, lock=lock)
    with pytest.raises(AnchorError) as caught:
        anchor(records, spec)

    assert caught.value.message == (
        f"{THE} locks nothing that is put there. "
        "Fix: give it a default retention, as the foundation does."
    )
    assert s3.list_objects_v2(Bucket=NAME)["KeyCount"] == 0


def test_a_bucket_that_can_not_be_reached_is_a_sentence(
    records: Records, spec: PlatformSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real client, and nobody at the other end."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    monkeypatch.setattr("bedplate.governance.evidence_bucket._ATTEMPTS", 1)
    with pytest.raises(AnchorError) as caught:
        anchor(records, spec)

    reason = EndpointConnectionError.fmt.format(
        endpoint_url=f"http://127.0.0.1:1/{NAME}?versions&prefix=bedplate%2Fprod%2Fanchors%2F"
    ).rstrip(".")
    assert caught.value.message.startswith(f"{THE} can't be read: {reason.partition('http')[0]}")
    assert caught.value.message.endswith("Fix: sign in to AWS, see to the connection, and repeat.")


def test_no_request_goes_to_somebody_elses_bucket(
    locked: S3Client, records: Records, spec: PlatformSpec
) -> None:
    """Every request names the account that must own the bucket."""
    seen: list[tuple[str, object]] = []
    bucket = evidence_bucket(spec)

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        seen.append((model.name, params.get("ExpectedBucketOwner")))

    bucket._client.meta.events.register("before-parameter-build.s3", note)
    bucket.must_lock()
    bucket.put("bedplate/prod/x", b"x", "text/plain")
    bucket.has("bedplate/prod/x")

    assert seen == [
        (name, ACCOUNT)
        for name in (
            "GetObjectLockConfiguration", "PutObject", "HeadObject", "ListObjectVersions"
        )
    ]  # fmt: skip
    assert EvidenceBucket(NAME, "me-central-1", ACCOUNT) == bucket
    assert locked is not bucket._client
    assert records.environment == "prod"


@pytest.mark.usefixtures("locked")
def test_a_bundle_must_belong_to_the_environment(records: Records, spec: PlatformSpec) -> None:
    """Its ledger is a part of this one, its keys are listed, and the bucket keeps it."""
    anchor(records, spec)
    head = anchors_of(evidence_bucket(spec), "prod")[0].head
    signer = Signer(LAYLA.name, LAYLA.role, key(LAYLA.name).public.keyid)
    own = Evidence("sha256:aa", "prod", "sha256:aa", (), (signer,), 4, head, "", ())
    strange = replace(signer, fingerprint="SHA256:x")
    other = replace(own, environment="dev", signers=(strange,), entries=6)
    unkept = f"The bundle is not the one that the evidence bucket {NAME} keeps."

    assert _faults(records, spec, evidence=own) == [unkept]
    assert _faults(records, spec, evidence=other) == [
        "2 entries were cut off its end; the bundle knows of more.",
        "The bundle is of dev.",
        "The bundle trusts Layla Haddad by a key that is not listed now: SHA256:x.",
        unkept,
    ]


@pytest.mark.usefixtures("locked")
def test_who_has_left_is_named_to_the_audit(records: Records, spec: PlatformSpec) -> None:
    """Anchoring goes on when an approver has left; verifying needs the former key."""
    nobody = spec.governance.model_copy(update={"approvals": ApprovalsSpec(approvers=())})
    later = spec.model_copy(update={"governance": nobody})
    anchor(records, later)

    assert _faults(records, later) == [
        "entry 2: Its signature does not count: it was edited, or signed with an unknown key."
    ]
    assert _faults(records, later, former=[key(LAYLA.name).public]) == []
