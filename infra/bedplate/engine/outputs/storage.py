"""Outputs of what keeps data: S3, RDS, Backup, EBS, EFS, FSx, DynamoDB, ElastiCache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.engine.outputs.kind import CREATED_AT, Kind, of_bucket, regional
from bedplate.engine.outputs.model import derived

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.engine.outputs.model import Subject

_PORTS: Final = {"postgres": 5432, "mysql": 3306, "mariadb": 3306}
"""Port of a database engine where the program sets none; the others listen on 1433 or 1521."""


def _bucket(subject: Subject, identifier: str) -> dict[str, Any]:
    suffix = subject.account.dns_suffix
    return {
        "bucketDomainName": f"{identifier}.s3.{suffix}",
        "bucketRegionalDomainName": f"{identifier}.s3.{subject.region}.{suffix}",
        "bucketRegion": subject.region,
        "hostedZoneId": f"Z{derived(subject.region, 's3', 13).upper()}",
    }


def _database(subject: Subject, _identifier: str) -> dict[str, Any]:
    name = subject.physical_name("identifier")
    engine = subject.text("engine", "postgres").removeprefix("aurora-").removesuffix("ql")
    port = subject.inputs.get("port", _PORTS.get(engine, _PORTS.get(f"{engine}ql", 1433)))
    zone = derived(subject.account.account_id + subject.region, "rds", 12)
    address = f"{name}.c{zone}.{subject.region}.rds.{subject.account.dns_suffix}"
    return {
        "address": address,
        "endpoint": f"{address}:{port}",
        "port": port,
        "hostedZoneId": f"Z{derived(subject.region, 'rds', 13).upper()}",
        "engineVersionActual": subject.text("engineVersion", "17.6"),
        "masterUserSecrets": _master_secret(subject),
    }


def _database_cluster(subject: Subject, _identifier: str) -> dict[str, Any]:
    name = subject.physical_name("clusterIdentifier")
    zone = derived(subject.account.account_id + subject.region, "rds", 12)
    domain = f"{zone}.{subject.region}.rds.{subject.account.dns_suffix}"
    return {
        "endpoint": f"{name}.cluster-c{domain}",
        "readerEndpoint": f"{name}.cluster-ro-c{domain}",
        "port": subject.inputs.get("port", 5432),
        "engineVersionActual": subject.text("engineVersion", "17.6"),
        "masterUserSecrets": _master_secret(subject),
    }


def _master_secret(subject: Subject) -> list[dict[str, Any]]:
    if subject.inputs.get("manageMasterUserPassword") is not True:
        return []
    name = f"secret:rds!db-{subject.uuid('secret')}-{subject.hex(6, 'secret')}"
    default_key = subject.arn("kms", "alias/aws/secretsmanager")
    return [
        {
            "secretArn": subject.arn("secretsmanager", name),
            "kmsKeyId": subject.text("masterUserSecretKmsKeyId", default_key),
            "secretStatus": "active",
        }
    ]


def _file_system(subject: Subject, identifier: str) -> dict[str, Any]:
    return {"dnsName": f"{identifier}.efs.{subject.region}.{subject.account.dns_suffix}"}


def _lustre(subject: Subject, identifier: str) -> dict[str, Any]:
    host = f"{identifier}.fsx.{subject.region}.{subject.account.dns_suffix}"
    return {"dnsName": host, "mountName": subject.hex(8, "mount")}


def _rds(resource: str) -> Kind:
    return Kind(
        id="{name}", arn=regional("rds", f"{resource}:{{name}}"), name_key="name", tagged=True
    )


_BUCKET_SETTINGS: Final = (
    "bucketAccelerateConfiguration:BucketAccelerateConfiguration",
    "bucketAcl:BucketAcl",
    "bucketCorsConfiguration:BucketCorsConfiguration",
    "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "bucketLogging:BucketLogging",
    "bucketNotification:BucketNotification",
    "bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "bucketOwnershipControls:BucketOwnershipControls",
    "bucketPolicy:BucketPolicy",
    "bucketPublicAccessBlock:BucketPublicAccessBlock",
    "bucketReplicationConfig:BucketReplicationConfig",
    "bucketRequestPaymentConfiguration:BucketRequestPaymentConfiguration",
    "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "bucketVersioning:BucketVersioning",
)
"""Settings of a bucket that are resources of their own, known by the bucket's name."""

TABLE: Final[Mapping[str, Kind]] = {
    **{f"aws:s3/{setting}": of_bucket() for setting in _BUCKET_SETTINGS},
    "aws:s3/bucket:Bucket": Kind(
        id="{name}",
        arn="arn:{partition}:s3:::{name}",
        name_key="bucket",
        tagged=True,
        code=_bucket,
    ),
    "aws:s3/bucketObjectv2:BucketObjectv2": Kind(
        id="{bucket}/{key}",
        arn="arn:{partition}:s3:::{bucket}/{key}",
        tagged=True,
        computed={"versionId": "{hex32}"},
    ),
    "aws:s3/inventory:Inventory": Kind(id="{bucket}:{name}", name_key="name"),
    "aws:s3/bucketMetric:BucketMetric": Kind(id="{bucket}:{name}", name_key="name"),
    "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration": Kind(
        id="{bucket}:{name}", name_key="name"
    ),
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": Kind(id="{account}"),
    "aws:s3/accessPoint:AccessPoint": Kind(
        id="{account}:{name}",
        arn=regional("s3", "accesspoint/{name}"),
        name_key="name",
        tagged=True,
        computed={"alias": "{name}-{hex}-s3alias", "networkOrigin": "VPC"},
    ),
    "aws:rds/instance:Instance": Kind(
        id="db-{letters}",
        arn=regional("rds", "db:{name}"),
        name_key="identifier",
        tagged=True,
        code=_database,
        computed={"resourceId": "{id}", "status": "available"},
    ),
    "aws:rds/cluster:Cluster": Kind(
        id="{name}",
        arn=regional("rds", "cluster:{name}"),
        name_key="clusterIdentifier",
        tagged=True,
        code=_database_cluster,
        computed={"clusterResourceId": "cluster-{letters}"},
    ),
    "aws:rds/clusterInstance:ClusterInstance": Kind(
        id="{name}",
        arn=regional("rds", "db:{name}"),
        name_key="identifier",
        tagged=True,
        computed={"dbiResourceId": "db-{letters}"},
    ),
    "aws:rds/subnetGroup:SubnetGroup": _rds("subgrp"),
    "aws:rds/parameterGroup:ParameterGroup": _rds("pg"),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": _rds("cluster-pg"),
    "aws:rds/optionGroup:OptionGroup": _rds("og"),
    "aws:rds/eventSubscription:EventSubscription": _rds("es"),
    "aws:backup/vault:Vault": Kind(
        id="{name}",
        arn=regional("backup", "backup-vault:{name}"),
        name_key="name",
        tagged=True,
        computed={"recoveryPoints": 0},
    ),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": Kind(
        id="{backupVaultName}",
        computed={"backupVaultArn": regional("backup", "backup-vault:{backupVaultName}")},
    ),
    "aws:backup/vaultPolicy:VaultPolicy": Kind(
        id="{backupVaultName}",
        computed={"backupVaultArn": regional("backup", "backup-vault:{backupVaultName}")},
    ),
    "aws:backup/vaultNotifications:VaultNotifications": Kind(
        id="{backupVaultName}",
        computed={"backupVaultArn": regional("backup", "backup-vault:{backupVaultName}")},
    ),
    "aws:backup/plan:Plan": Kind(
        id="{uuid}",
        arn=regional("backup", "backup-plan:{id}"),
        name_key="name",
        tagged=True,
        computed={"version": "{uuid_version}"},
    ),
    "aws:backup/selection:Selection": Kind(id="{uuid}", name_key="name"),
    "aws:backup/regionSettings:RegionSettings": Kind(id="{region}"),
    "aws:ebs/encryptionByDefault:EncryptionByDefault": Kind(id="terraform-{hex}"),
    "aws:ebs/defaultKmsKey:DefaultKmsKey": Kind(id="{keyArn}"),
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": Kind(id="{region}"),
    "aws:ebs/volume:Volume": Kind(
        id="vol-{hex}",
        arn=regional("ec2", "volume/{id}"),
        tagged=True,
        computed={"createTime": CREATED_AT},
    ),
    "aws:efs/fileSystem:FileSystem": Kind(
        id="fs-{hex}",
        arn=regional("elasticfilesystem", "file-system/{id}"),
        tagged=True,
        code=_file_system,
        computed={"ownerId": "{account}", "numberOfMountTargets": 0},
    ),
    "aws:efs/mountTarget:MountTarget": Kind(
        id="fsmt-{hex}",
        computed={
            "fileSystemArn": regional("elasticfilesystem", "file-system/{fileSystemId}"),
            "networkInterfaceId": "eni-{hex}",
            "ownerId": "{account}",
        },
    ),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": Kind(id="{fileSystemId}"),
    "aws:efs/backupPolicy:BackupPolicy": Kind(id="{fileSystemId}"),
    "aws:efs/accessPoint:AccessPoint": Kind(
        id="fsap-{hex}", arn=regional("elasticfilesystem", "access-point/{id}"), tagged=True
    ),
    "aws:fsx/lustreFileSystem:LustreFileSystem": Kind(
        id="fs-{hex}",
        arn=regional("fsx", "file-system/{id}"),
        tagged=True,
        code=_lustre,
        computed={"ownerId": "{account}"},
    ),
    "aws:dynamodb/table:Table": Kind(
        id="{name}", arn=regional("dynamodb", "table/{name}"), name_key="name", tagged=True
    ),
    "aws:elasticache/subnetGroup:SubnetGroup": Kind(
        id="{name}",
        arn=regional("elasticache", "subnetgroup:{name}"),
        name_key="name",
        tagged=True,
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": Kind(
        id="{replicationGroupId}",
        arn=regional("elasticache", "replicationgroup:{replicationGroupId}"),
        name_key="replicationGroupId",
        tagged=True,
        computed={"primaryEndpointAddress": "{id}.{hex}.cache.{region}.{suffix}"},
    ),
}
"""How the outputs of each type that keeps data look."""
