"""Where models, datasets, lineage and evidence lie, with the database and the backups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedplate.components import iam
from bedplate.components.component import Component
from bedplate.components.foundation import stores_lifecycle as lifecycle
from bedplate.components.foundation.backup import Backup, BackupArgs
from bedplate.components.foundation.bucket import Bucket, BucketArgs, Lock
from bedplate.components.foundation.database import Database, DatabaseArgs

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.foundation.keys import Keys
    from bedplate.components.foundation.network import Network
    from bedplate.components.scope import Scope
    from bedplate.names import Names
    from bedplate.spec.keys import DataClass

_BACKED_UP = ("models", "datasets", "evidence")
"""Buckets that backups cover; the rest is made again, or is not worth it."""


@dataclass(frozen=True, kw_only=True)
class StoresArgs:
    """What the stores are made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """Keys, one per class of data."""
    network: Network
    """The VPC that the database stands in."""


class Stores(Component):
    """Six buckets, one database, and backups of what can't be made again."""

    buckets: dict[str, Bucket]
    """Buckets by what they hold: models, datasets, lineage, evidence, requests, telemetry. Not a
    registered output."""
    bucket_names: dict[str, pulumi.Output[str]]
    """Names of the buckets, by what they hold."""
    database_endpoint: pulumi.Output[str]
    """Host and port of the database."""
    database_secret_arn: pulumi.Output[str]
    """Secret with the user and password of the database's owner."""
    backup_vault_name: pulumi.Output[str]
    """Vault that recovery points lie in."""

    def __init__(
        self, name: str, args: StoresArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the stores."""
        super().__init__("bedplate:foundation:Stores", name, "stores", opts)
        self._name, self._args, self._scope = name, args, args.scope
        self.buckets = {
            "models": self._models(),
            "datasets": self._datasets(),
            "lineage": self._lineage(),
            "evidence": self._evidence(),
            "requests": self._requests(),
            "telemetry": self._telemetry(),
        }
        self.bucket_names = {part: bucket.bucket_name for part, bucket in self.buckets.items()}
        database = self._database()
        self.database_endpoint = database.endpoint
        self.database_secret_arn = database.secret_arn
        self.backup_vault_name = self._backup(database).vault_name
        self.register_outputs(
            {
                "bucket_names": self.bucket_names,
                "database_endpoint": self.database_endpoint,
                "database_secret_arn": self.database_secret_arn,
                "backup_vault_name": self.backup_vault_name,
            }
        )

    def _models(self) -> Bucket:
        return self._bucket("models", "models", lifecycle=lifecycle.models(self._scope.spec))

    def _datasets(self) -> Bucket:
        return self._bucket("datasets", "data", lifecycle=lifecycle.datasets(self._scope.spec))

    def _lineage(self) -> Bucket:
        return self._bucket("lineage", "data", lifecycle=lifecycle.lineage(self._scope.spec))

    def _evidence(self) -> Bucket:
        spec = self._scope.spec
        return self._bucket(
            "evidence",
            "evidence",
            lifecycle=lifecycle.evidence(spec),
            lock=Lock(spec.stores.evidence_lock, spec.stores.evidence_retention_days),
            statements=(_keep_evidence(self._scope.names),),
        )

    def _requests(self) -> Bucket:
        return self._bucket("requests", "data", lifecycle=lifecycle.requests(self._scope.spec))

    def _telemetry(self) -> Bucket:
        return self._bucket("telemetry", "logs", lifecycle=lifecycle.telemetry())

    def _bucket(self, part: str, data_class: DataClass, **settings: Any) -> Bucket:
        args = BucketArgs(
            scope=self._scope,
            part=part,
            key_arn=self._args.keys.arn(data_class),
            spec_path="stores",
            protect=self._scope.spec.protect,
            **settings,
        )
        return Bucket(f"{self._name}-{part}", args, self.child)

    def _database(self) -> Database:
        args = DatabaseArgs(scope=self._scope, keys=self._args.keys, network=self._args.network)
        return Database(f"{self._name}-database", args, self.child)

    def _backup(self, database: Database) -> Backup:
        buckets = [self.buckets[part].arn for part in _BACKED_UP]
        args = BackupArgs(
            scope=self._scope,
            key_arn=self._args.keys.arn("data"),
            resources=[database.arn, *buckets],
        )
        return Backup(f"{self._name}-backup", args, self.child)


def _keep_evidence(names: Names) -> iam.Statement:
    """Return the statement by which nobody, the deployer included, deletes evidence.

    Changing this very policy stays possible, and is an event in the trail: a policy that denies its
    own change can be mended by the account's root user only.
    """
    return iam.deny(
        "KeepEvidence",
        [
            "s3:BypassGovernanceRetention",
            "s3:DeleteObject",
            "s3:DeleteObjectTagging",
            "s3:DeleteObjectVersion",
            "s3:DeleteObjectVersionTagging",
        ],
        [f"{names.bucket_arn('evidence')}/*"],
        principal="*",
    )
