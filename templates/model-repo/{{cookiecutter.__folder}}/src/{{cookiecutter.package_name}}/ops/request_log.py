"""Reads the platform's request log: what its collector keeps in the bucket of requests.

An object is one batch in OpenTelemetry's JSON, below a folder for each day, hour and minute. The
predictor's own records are picked out of it; what KServe logs of other models is left alone.
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from . import storage
from .errors import OpsError

KINDS = ("prediction", "feedback")
DAY = "year=%Y/month=%m/day=%d/"
"""Folder of a day, as the collector names it."""


def read(address: str, model: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return the records of a model between two times, oldest first."""
    days = range((until.date() - since.date()).days + 1)
    folders = [f"{since + timedelta(day):{DAY}}" for day in days]
    records = [
        record
        for name, content in storage.objects(address, *folders)
        for record in _records(f"{address}/{name}", content)
        if record.get("model") == model and _within(record, since, until)
    ]
    return sorted(records, key=lambda record: str(record["at"]))


def _within(record: Mapping[str, Any], since: datetime, until: datetime) -> bool:
    return since <= datetime.fromisoformat(record["at"]) <= until


def _records(name: str, content: bytes) -> Iterator[dict[str, Any]]:
    """Yield what predictors of this template wrote, from one batch."""
    try:
        batch = json.loads(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)
        bodies = [
            line["body"]["stringValue"]
            for resource in batch.get("resourceLogs", ())
            for scope in resource.get("scopeLogs", ())
            for line in scope.get("logRecords", ())
            if "stringValue" in line.get("body", {})
        ]
    except (OSError, ValueError, AttributeError, TypeError, EOFError) as fault:
        raise OpsError(f"{name} is no batch of the request log: {fault}") from None
    for body in bodies:
        try:
            record = json.loads(body)
        except ValueError:
            continue  # a request in bytes, as KServe logs it
        known = isinstance(record, dict) and {"at", "id", "row"} <= set(record)
        if known and record.get("kind") in KINDS:
            yield record
