"""The platform's object store: `s3://bucket/prefix`. Credentials come from the pod's identity."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from .errors import OpsError

SCHEME = "s3://"


def fetch(address: str, folder: Path) -> Path:
    """Copy what lies below an address into a folder, and return the folder."""
    found = 0
    for name, content in objects(address):
        if not name or ".." in PurePosixPath(name).parts:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        found += 1
    if not found:
        raise OpsError(f"{address} holds nothing. Fix: name the folder of an artefact.")
    return folder


def objects(address: str, *below: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every object below an address, or below folders of it.

    In the order of their names.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, _, prefix = address.removeprefix(SCHEME).partition("/")
    base = f"{prefix.rstrip('/')}/" if prefix else ""
    # A store that does not answer is told soon, not after minutes.
    patience = Config(connect_timeout=5, read_timeout=30, retries={"max_attempts": 3})
    try:
        client: Any = boto3.client("s3", config=patience)
        listed = client.get_paginator("list_objects_v2")
        pages = (page for folder in below or ("",)
                 for page in listed.paginate(Bucket=bucket, Prefix=base + folder))  # fmt: skip
        for key in (each["Key"] for page in pages for each in page.get("Contents", ())):
            yield key.removeprefix(base), client.get_object(Bucket=bucket, Key=key)["Body"].read()
    except (BotoCoreError, ClientError) as fault:
        raise OpsError(f"{address} can't be read: {fault}") from None
