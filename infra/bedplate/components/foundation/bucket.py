"""A private bucket: encrypted by a customer key, versioned, reached over TLS 1.2 or later only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pulumi_aws as aws

from bedplate.components import iam
from bedplate.components.component import Component

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi

    from bedplate.components.scope import Scope

OLDEST_TLS = 1.2
"""Oldest version of TLS that a request may use."""


@dataclass(frozen=True)
class Lock:
    """S3 Object Lock: no object version can be deleted before it is `days` old."""

    mode: Literal["COMPLIANCE", "GOVERNANCE"]
    """COMPLIANCE: nobody can shorten it; GOVERNANCE: a privileged role can."""
    days: int
    """Days that every object version is kept."""


@dataclass(frozen=True, kw_only=True)
class BucketArgs:
    """What a bucket is made from."""

    scope: Scope
    """The environment."""
    part: str
    """What the bucket holds; the name is `scope.names.bucket(part)`."""
    key_arn: pulumi.Input[str]
    """KMS key that encrypts every object."""
    spec_path: str
    """Part of the environment file that asks for the bucket."""
    protect: bool
    """Whether the bucket is kept from deletion; without it, it is deleted with its objects."""
    lock: Lock | None = None
    """Object Lock; it can be switched on only when the bucket is made."""
    lifecycle: Sequence[Mapping[str, Any]] = ()
    """Lifecycle rules, as `aws.s3.BucketLifecycleConfiguration` takes them."""
    statements: Sequence[iam.Statement] = ()
    """Statements of the bucket policy beside those that demand TLS."""


class Bucket(Component):
    """A bucket with every setting that a private bucket needs."""

    bucket_name: pulumi.Output[str]
    """Name of the bucket."""
    arn: pulumi.Output[str]
    """ARN of the bucket."""

    def __init__(
        self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the bucket and its settings."""
        super().__init__("bedplate:foundation:Bucket", name, args.spec_path, opts)
        self._name, self._args = name, args
        self._bucket = self._make_bucket()
        self._encryption()
        versioning = self._versioning()
        self._lock(versioning)
        self._lifecycle(versioning)
        self._policy(self._privacy())
        self.bucket_name = self._bucket.bucket
        self.arn = self._bucket.arn
        self.register_outputs({"bucket_name": self.bucket_name, "arn": self.arn})

    def _make_bucket(self) -> aws.s3.Bucket:
        args = self._args
        bucket = args.scope.names.bucket(args.part)
        return aws.s3.Bucket(
            f"{self._name}-bucket",
            bucket=bucket,
            force_destroy=not args.protect,
            object_lock_enabled=args.lock is not None,
            tags=args.scope.tags(bucket),
            opts=self.stateful(protect=args.protect),
        )

    def _encryption(self) -> None:
        rule: Any = {
            "apply_server_side_encryption_by_default": {
                "sse_algorithm": "aws:kms",
                "kms_master_key_id": self._args.key_arn,
            },
            # One data key a bucket instead of one an object: far fewer requests to KMS.
            "bucket_key_enabled": True,
        }
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{self._name}-encryption",
            bucket=self._bucket.id,
            rules=[rule],
            opts=self.child,
        )

    def _versioning(self) -> aws.s3.BucketVersioning:
        return aws.s3.BucketVersioning(
            f"{self._name}-versioning",
            bucket=self._bucket.id,
            versioning_configuration={"status": "Enabled"},
            opts=self.child,
        )

    def _lock(self, versioning: aws.s3.BucketVersioning) -> None:
        lock = self._args.lock
        if lock is None:
            return
        aws.s3.BucketObjectLockConfiguration(
            f"{self._name}-lock",
            bucket=self._bucket.id,
            rule={"default_retention": {"mode": lock.mode, "days": lock.days}},
            opts=self.after(versioning),
        )

    def _lifecycle(self, versioning: aws.s3.BucketVersioning) -> None:
        if not self._args.lifecycle:
            return
        rules: Any = [dict(rule) for rule in self._args.lifecycle]
        aws.s3.BucketLifecycleConfiguration(
            f"{self._name}-lifecycle",
            bucket=self._bucket.id,
            rules=rules,
            opts=self.after(versioning),
        )

    def _privacy(self) -> aws.s3.BucketPublicAccessBlock:
        aws.s3.BucketOwnershipControls(
            f"{self._name}-ownership",
            bucket=self._bucket.id,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=self.child,
        )
        return aws.s3.BucketPublicAccessBlock(
            f"{self._name}-privacy",
            bucket=self._bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.child,
        )

    def _policy(self, privacy: aws.s3.BucketPublicAccessBlock) -> None:
        # S3 refuses two changes to one bucket's access at the same time.
        aws.s3.BucketPolicy(
            f"{self._name}-policy",
            bucket=self._bucket.id,
            policy=iam.document(*self._transport(), *self._args.statements),
            opts=self.after(privacy),
        )

    def _transport(self) -> list[iam.Statement]:
        arn = self._args.scope.names.bucket_arn(self._args.part)
        everything = [arn, f"{arn}/*"]
        plain = {"Bool": {"aws:SecureTransport": "false"}}
        old = {"NumericLessThan": {"s3:TlsVersion": str(OLDEST_TLS)}}
        return [
            iam.deny("DenyPlainText", ["s3:*"], everything, condition=plain, principal="*"),
            iam.deny("DenyOldTls", ["s3:*"], everything, condition=old, principal="*"),
        ]
