"""The evidence bucket: what is put there can't be changed or taken away before its lock ends.

Only this module talks to S3. What can't be done is told in a sentence, never taken for done.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from bedplate.errors import BedplateError
from bedplate.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_s3 import S3Client

    from bedplate.spec.platform import PlatformSpec

EVIDENCE: Final = "evidence"
"""What the foundation calls the bucket in its `buckets`, and in its name."""
_CONNECT_S: Final = 5
_READ_S: Final = 30
_ATTEMPTS: Final = 3
_ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_NO_BUCKET: Final = frozenset({"NoSuchBucket"})
_NO_LOCK: Final = frozenset({"ObjectLockConfigurationNotFoundError"})


class AnchorError(BedplateError):
    """Evidence can't be put into the bucket, or can't be read back from it."""


@dataclass(frozen=True)
class EvidenceBucket:
    """The evidence bucket of one environment."""

    name: str
    """Name of the bucket."""
    region: str
    """Its region."""
    account_id: str
    """Account that must own it: a name that somebody else took is never written to."""

    @property
    def shown(self) -> str:
        """What messages call it."""
        return f"the evidence bucket {self.name}"

    @cached_property
    def _client(self) -> S3Client:
        import boto3  # noqa: PLC0415 - slow to import
        from botocore.config import Config  # noqa: PLC0415 - likewise

        config = Config(
            connect_timeout=_CONNECT_S,
            read_timeout=_READ_S,
            retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
        )
        return boto3.client("s3", region_name=self.region, config=config)

    def must_lock(self) -> None:
        """Raise AnchorError unless every object is locked as soon as it is written."""
        with self._told("asked for its lock"):
            found = self._client.get_object_lock_configuration(
                Bucket=self.name, ExpectedBucketOwner=self.account_id
            )
            if found["ObjectLockConfiguration"].get("Rule", {}).get("DefaultRetention"):
                return
        raise _unlocked(self)

    def has(self, key: str) -> bool:
        """Tell whether there is an object."""
        return key in self.keys(key)

    def put(self, key: str, content: bytes, kind: str) -> datetime:
        """Write an object; return until when it is locked."""
        with self._told("written to"):
            self._client.put_object(
                Bucket=self.name,
                Key=key,
                Body=content,
                ContentType=kind,
                # Under a lock S3 asks for a checksum of what is written.
                ChecksumAlgorithm="SHA256",
                ExpectedBucketOwner=self.account_id,
            )
            found = self._client.head_object(
                Bucket=self.name, Key=key, ExpectedBucketOwner=self.account_id
            )
        until = found.get("ObjectLockRetainUntilDate")
        if until is None:
            raise _unlocked(self)
        return until

    def keys(self, prefix: str) -> frozenset[str]:
        """Return the keys of all objects below a prefix, hidden and overwritten ones too."""
        found: set[str] = set()
        with self._told("read"):
            pages = self._client.get_paginator("list_object_versions").paginate(
                Bucket=self.name, Prefix=prefix, ExpectedBucketOwner=self.account_id
            )
            for page in pages:
                found.update(str(each["Key"]) for each in page.get("Versions", []))
        return frozenset(found)

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        """Turn what S3 refuses, or that it can't be reached, into a sentence."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow

        try:
            yield
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _NO_LOCK:
                raise _unlocked(self) from None
            if code in _NO_BUCKET | _ABSENT:
                fix = "deploy the foundation first; it makes the bucket"
                raise AnchorError(f"There is no {self.shown[4:]}. Fix: {fix}.") from None
            fix = "use credentials of the deployer, or of an auditor, of its account"
            problem = f"{self.shown.capitalize()} can't be {doing}: S3 says {code}"
            raise AnchorError(f"{problem}. Fix: {fix}.") from None
        except BotoCoreError as error:
            reason = " ".join(str(error).split()).rstrip(".")
            fix = "sign in to AWS, see to the connection, and repeat"
            problem = f"{self.shown.capitalize()} can't be {doing}: {reason}"
            raise AnchorError(f"{problem}. Fix: {fix}.") from None


def evidence_bucket(spec: PlatformSpec) -> EvidenceBucket:
    """Return the evidence bucket that the foundation of an environment makes."""
    aws = spec.aws
    names = Names(spec.platform, spec.environment, aws.account_id, aws.region, aws.partition)
    return EvidenceBucket(names.bucket(EVIDENCE), aws.region, aws.account_id)


def _unlocked(bucket: EvidenceBucket) -> AnchorError:
    problem = f"{bucket.shown.capitalize()} locks nothing that is put there"
    return AnchorError(f"{problem}. Fix: give it a default retention, as the foundation does.")
