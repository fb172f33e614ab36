"""The platform's request log, as its collector keeps it, is a source of truth like a folder is."""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from {{cookiecutter.package_name}} import schema
from {{cookiecutter.package_name}}.ops import monitor, request_log
from {{cookiecutter.package_name}}.ops.context import Context, now
from {{cookiecutter.package_name}}.ops.errors import OpsError

ADDRESS = "s3://requests-dev/requests"
LABEL: Any = 10.0 if schema.CLASSES is None else schema.CLASSES[0]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a client of a store that has the bucket of requests."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        client: Any = boto3.client("s3", "us-east-1")
        client.create_bucket(Bucket="requests-dev")
        yield client


def record(model: str, kind: str, days: float = 0, **more: Any) -> dict[str, Any]:
    """Return a record as the predictor posts it."""
    at = (now() - timedelta(days)).isoformat(timespec="milliseconds")
    width = None if schema.CLASSES is None else [1.0] + [0.0] * (len(schema.CLASSES) - 1)
    said = {"prediction": LABEL, "probability": width} if kind == "prediction" else {}
    return {
        "at": at,
        "kind": kind,
        "id": "a",
        "row": 0,
        "model": model,
        "version": "3",
        **said,
        **more,
    }


def keep(client: Any, days: float, *bodies: Any, packed: bool = True) -> None:
    """Write a batch as the collector does."""
    lines = [
        {"timeUnixNano": "1", "body": {"stringValue": each if isinstance(each, str) else json.dumps(each)},
         "attributes": [{"key": "ce-namespace", "value": {"stringValue": "team"}}]}
        for each in bodies
    ]  # fmt: skip
    batch = {"resourceLogs": [{"resource": {}, "scopeLogs": [{"scope": {}, "logRecords": lines}]}]}
    content = json.dumps(batch).encode()
    when = now() - timedelta(days)
    key = f"requests/{when:year=%Y/month=%m/day=%d/hour=%H/minute=%M}/logs_{len(bodies)}.json.gz"
    client.put_object(
        Bucket="requests-dev", Key=key, Body=gzip.compress(content) if packed else content
    )


def test_only_the_models_own_records_of_the_window_are_read(bucket: Any) -> None:
    ours = record("m", "prediction")
    keep(bucket, 0, ours, record("other", "prediction"), "not json", {"instances": [[1, 2]]}, "[]")
    keep(bucket, 40, record("m", "prediction", 40))
    keep(bucket, 1, record("m", "feedback", 1, label=LABEL), packed=False)

    found = request_log.read(ADDRESS, "m", now() - timedelta(days=30), now())

    assert [each["kind"] for each in found] == ["feedback", "prediction"]
    assert found[1] == ours


def test_the_monitor_joins_feedback_from_the_bucket(
    bucket: Any, offline: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = offline.name()
    keep(bucket, 0, record(name, "prediction"), record(name, "feedback", label=LABEL, rating=4))
    monkeypatch.setenv("PREDICTION_LOG", ADDRESS)

    found = monitor.feedback(offline, "3")

    assert (found.labels, found.ratings, found.predicted) == ([LABEL], [4], 1)


def test_what_is_no_batch_is_told_and_not_passed_over(bucket: Any) -> None:
    key = f"requests/{now():year=%Y/month=%m/day=%d}/x.json"
    bucket.put_object(Bucket="requests-dev", Key=key, Body=b"<html>")

    with pytest.raises(OpsError, match="is no batch of the request log"):
        request_log.read(ADDRESS, "m", now() - timedelta(days=1), now())
