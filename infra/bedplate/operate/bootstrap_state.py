"""Where the state lies: a key, and a bucket that only speaks TLS and forgets nothing.

Pulumi's backend keeps its own lock files in the bucket, against two deployers at once. Against
losing history there is versioning, and a bucket policy under which no version can be deleted.
Object Lock is not used: under a default retention S3 refuses every upload without a checksum, and a
backend that can't write any more is worse than one whose history an administrator could end.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from bedplate.errors import BedplateError
from bedplate.operate.bootstrap_steps import (
    Setting,
    Step,
    as_mapping,
    as_tags,
    check_owner,
    found,
    same,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedplate.operate.bootstrap_steps import Clients, Hand
    from bedplate.operate.deployer import Deployer

_HISTORY_DAYS = 90
"""Days for which an earlier state is kept."""
_UPLOAD_DAYS = 7
"""Days after which an upload that never ended is removed."""

_ENCRYPTION = "s3:x-amz-server-side-encryption"
_KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id"

_BLOCK = dict.fromkeys(
    ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
)

Tags = dict[str, str]
"""Tags by key."""


class StateBucket:
    """The bucket of an environment's state."""

    def __init__(self, clients: Clients, hand: Hand, deployer: Deployer, tags: Tags) -> None:
        """Prepare to look at the bucket."""
        self._s3, self._hand, self._deployer = clients.s3, hand, deployer
        self._name, self._tags = deployer.bucket, tags

    def step(self, key_arn: str | None) -> Step:
        """Make the bucket, or mend what differs; `key_arn` is None where a dry run made no key.

        Raises BedplateError for a bucket that is not this environment's.
        """
        exists = self._exists()
        if exists:
            check_owner(f"Bucket {self._name}", self._found_tags(), self._tags)
        else:
            self._hand.write(self._make)
        settings = self._settings(key_arn)
        if not exists and self._hand.dry:
            return Step("bucket", self._name, "made", tuple(each.name for each in settings))
        return self._hand.step("bucket", self._name, settings, made=not exists)

    def _exists(self) -> bool:
        pages = self._s3.get_paginator("list_buckets").paginate(Prefix=self._name)
        if any(each["Name"] == self._name for page in pages for each in page.get("Buckets", ())):
            self._check_region()
            return True
        # Names are taken worldwide: what is not among the account's own is somebody else's.
        elsewhere = ("301", "400", "403", "AccessDenied", "PermanentRedirect")
        try:
            answer = found(lambda: self._s3.head_bucket(Bucket=self._name), "404", "NoSuchBucket")
        except ClientError as error:
            if error.response["Error"]["Code"] in elsewhere:
                raise BedplateError(self._foreign()) from None
            raise
        if answer is not None:
            raise BedplateError(self._foreign())
        return False

    def _foreign(self) -> str:
        return (
            f"Bucket {self._name} belongs to another account. Fix: name another one in "
            f"state.backend, such as {self._deployer.names.bucket('state')}."
        )

    def _check_region(self) -> None:
        answer = self._s3.get_bucket_location(Bucket=self._name)
        region = answer.get("LocationConstraint") or "us-east-1"
        if region != self._deployer.state_region:
            raise BedplateError(
                f"Bucket {self._name} lies in {region}, not in {self._deployer.state_region}. "
                "Fix: state its region in state.backend, or name another bucket."
            )

    def _found_tags(self) -> Tags:
        tags = self._read_tags()
        if tags:
            return tags
        # Made by a run that ended before it could tag it: empty, and nobody's.
        listed = self._s3.list_object_versions(Bucket=self._name, MaxKeys=1)
        empty = not listed.get("Versions") and not listed.get("DeleteMarkers")
        return self._tags if empty else {}

    def _make(self) -> None:
        region = self._deployer.state_region
        place: Any = {} if region == "us-east-1" else {"LocationConstraint": region}
        more = {"CreateBucketConfiguration": place} if place else {}
        self._s3.create_bucket(Bucket=self._name, ObjectOwnership="BucketOwnerEnforced", **more)

    def _settings(self, key_arn: str | None) -> list[Setting]:
        return [
            self._tagging(),
            *self._access(),
            self._versioning(),
            self._encrypting(key_arn),
            self._policing(key_arn),
            self._forgetting(),
        ]

    def _tagging(self) -> Setting:
        tags: Any = {"TagSet": as_tags(self._tags)}

        def write() -> object:
            return self._s3.put_bucket_tagging(Bucket=self._name, Tagging=tags)

        return Setting("tags", self._tags, self._read_tags, write)

    def _read_tags(self) -> Tags:
        answer = found(lambda: self._s3.get_bucket_tagging(Bucket=self._name), "NoSuchTagSet")
        return as_mapping(answer["TagSet"]) if answer else {}

    def _access(self) -> Iterator[Setting]:
        name, s3 = self._name, self._s3
        owned: Any = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}

        def blocked() -> Any:
            absent = "NoSuchPublicAccessBlockConfiguration"
            answer = found(lambda: s3.get_public_access_block(Bucket=name), absent)
            return answer and answer["PublicAccessBlockConfiguration"]

        def block() -> object:
            wanted: Any = _BLOCK
            return s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=wanted)

        def owner() -> Any:
            absent = "OwnershipControlsNotFoundError"
            answer = found(lambda: s3.get_bucket_ownership_controls(Bucket=name), absent)
            return answer and answer["OwnershipControls"]

        def own() -> object:
            return s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=owned)

        yield Setting("public access block", _BLOCK, blocked, block)
        yield Setting("ownership", owned, owner, own)

    def _versioning(self) -> Setting:
        def read() -> Any:
            return self._s3.get_bucket_versioning(Bucket=self._name).get("Status")

        def write() -> object:
            return self._s3.put_bucket_versioning(
                Bucket=self._name, VersioningConfiguration={"Status": "Enabled"}
            )

        return Setting("versioning", "Enabled", read, write)

    def _encrypting(self, key_arn: str | None) -> Setting:
        wanted = ("aws:kms", key_arn, True)
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
        rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
        rules: Any = {"Rules": [rule]}

        def read() -> Any:
            absent = "ServerSideEncryptionConfigurationNotFoundError"
            answer = found(lambda: self._s3.get_bucket_encryption(Bucket=self._name), absent)
            stated = answer and answer["ServerSideEncryptionConfiguration"]["Rules"][0]
            applied = stated and stated.get("ApplyServerSideEncryptionByDefault", {})
            return applied and (
                applied.get("SSEAlgorithm"),
                applied.get("KMSMasterKeyID"),
                stated.get("BucketKeyEnabled"),
            )

        def write() -> object:
            return self._s3.put_bucket_encryption(
                Bucket=self._name, ServerSideEncryptionConfiguration=rules
            )

        return Setting("encryption", wanted, read, write)

    def _policing(self, key_arn: str | None) -> Setting:
        policy = bucket_policy(self._deployer, key_arn)

        def read() -> Any:
            answer = found(
                lambda: self._s3.get_bucket_policy(Bucket=self._name), "NoSuchBucketPolicy"
            )
            return answer and same(json.loads(answer["Policy"]))

        def write() -> object:
            return self._s3.put_bucket_policy(Bucket=self._name, Policy=json.dumps(policy))

        return Setting("policy", same(policy), read, write)

    def _forgetting(self) -> Setting:
        rule: Any = {
            "ID": "history",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": _HISTORY_DAYS},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _UPLOAD_DAYS},
        }

        def read() -> Any:
            absent = "NoSuchLifecycleConfiguration"
            ask = self._s3.get_bucket_lifecycle_configuration
            answer = found(lambda: ask(Bucket=self._name), absent)
            return answer and answer["Rules"]

        def write() -> object:
            return self._s3.put_bucket_lifecycle_configuration(
                Bucket=self._name, LifecycleConfiguration={"Rules": [rule]}
            )

        return Setting("history", [rule], read, write)


def bucket_policy(deployer: Deployer, key_arn: str | None) -> dict[str, Any]:
    """Return the bucket's policy: what nobody may do, whatever else they are allowed."""
    bucket = deployer.bucket_arn
    whole, objects = [bucket, f"{bucket}/*"], [f"{bucket}/*"]
    account = {"aws:PrincipalAccount": deployer.names.account_id}
    return {
        "Version": "2012-10-17",
        "Statement": [
            _deny("PlainText", "s3:*", whole, {"Bool": {"aws:SecureTransport": "false"}}),
            _deny("OldTls", "s3:*", whole, {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
            _deny("OtherAccounts", "s3:*", whole, {"StringNotEquals": account}),
            _deny("OtherEncryption", "s3:PutObject", objects, _unless(_ENCRYPTION, "aws:kms")),
            _deny("OtherKeys", "s3:PutObject", objects, _unless(_KEY, key_arn)),
            # Not even an administrator, unless this policy is taken away first.
            _deny("EndOfHistory", "s3:DeleteObjectVersion", objects, {}),
        ],
    }


def _unless(header: str, value: str | None) -> dict[str, Any]:
    """Return the condition that a request states something else than the bucket does by itself.

    A negated operator alone would match a request without the header too (IAM user guide).
    """
    return {"StringNotEquals": {header: value}, "Null": {header: "false"}}


def _deny(sid: str, action: str, resources: list[str], condition: Mapping[str, Any]) -> Any:
    statement = {
        "Sid": f"Deny{sid}",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resources,
    }
    return statement | ({"Condition": dict(condition)} if condition else {})
