"""PostgreSQL on RDS: encrypted, reached over TLS from the private subnets only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi_aws as aws

from bedplate.components.component import Component
from bedplate.components.foundation.log_group import log_group
from bedplate.components.foundation.service_role import service_role
from bedplate.spec.subnets import subnets

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.foundation.keys import Keys
    from bedplate.components.foundation.network import Network
    from bedplate.components.scope import Scope
    from bedplate.names import Names

PORT = 5432
"""Port that PostgreSQL listens on."""

_LOGS = ("postgresql", "upgrade")
"""Logs that RDS sends to CloudWatch."""

_CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1"
"""RDS' certificate authority that is valid up to 2061 (RDS user guide, SSL/TLS certificates)."""

_PARAMETERS = {
    "rds.force_ssl": "1",
    "ssl_min_protocol_version": "TLSv1.2",
    "log_connections": "1",
    "log_disconnections": "1",
    "log_statement": "ddl",
}
"""TLS is demanded of every client, and who connects and changes the schema is logged."""

_BACKUP_WINDOW = "01:00-02:00"
_MAINTENANCE_WINDOW = "sun:05:00-sun:06:00"
_MONITORING_SECONDS = 60
_INSIGHTS_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    """What the database is made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """Keys, of which `data` encrypts storage, `secrets` the password and `logs` the logs."""
    network: Network
    """The VPC; the database stands in its intra subnets."""


def identifier(names: Names) -> str:
    """Return the identifier of the environment's database."""
    return names.resource("database")


class Database(Component):
    """One PostgreSQL instance with its password in Secrets Manager, managed by RDS."""

    arn: pulumi.Output[str]
    """ARN of the instance."""
    endpoint: pulumi.Output[str]
    """Host and port."""
    secret_arn: pulumi.Output[str]
    """Secret with the owner's user name and password."""

    def __init__(
        self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the database."""
        super().__init__("bedplate:foundation:Database", name, "stores.database", opts)
        self._name, self._args, self._scope = name, args, args.scope
        self._spec, self._id = args.scope.spec.stores.database, identifier(args.scope.names)
        placement = self._placement()
        instance = self._instance(placement | self._secrecy() | self._insight() | self._care())
        self.arn = instance.arn
        self.endpoint = instance.endpoint
        self.secret_arn = instance.master_user_secrets[0]["secret_arn"]
        self.register_outputs(
            {"arn": self.arn, "endpoint": self.endpoint, "secret_arn": self.secret_arn}
        )

    def _instance(self, settings: dict[str, Any]) -> aws.rds.Instance:
        spec = self._spec
        groups = self._log_groups()
        options = self.stateful(protect=self._scope.spec.protect)
        options.depends_on = groups
        return aws.rds.Instance(
            f"{self._name}-instance",
            identifier=self._id,
            engine="postgres",
            engine_version=spec.engine_version,
            instance_class=spec.instance_class,
            allocated_storage=spec.storage_gib,
            max_allocated_storage=spec.max_storage_gib,
            storage_type="gp3",
            username="bedplate",
            parameter_group_name=self._parameters(),
            tags=self._scope.tags(self._id),
            opts=options,
            **settings,
        )

    def _placement(self) -> dict[str, Any]:
        """Return where the instance stands and who reaches it."""
        group = aws.rds.SubnetGroup(
            f"{self._name}-subnets",
            name=self._id,
            description=f"{self._scope.names.prefix}: subnets without a way out",
            subnet_ids=self._args.network.intra_subnet_ids,
            tags=self._scope.tags(self._id),
            opts=self.child,
        )
        return {
            "db_subnet_group_name": group.name,
            "vpc_security_group_ids": [self._security_group()],
            "publicly_accessible": False,
            "port": PORT,
            "multi_az": self._spec.multi_az,
        }

    def _security_group(self) -> pulumi.Output[str]:
        group = aws.ec2.SecurityGroup(
            f"{self._name}-access",
            name=self._id,
            description="PostgreSQL from the private subnets",
            vpc_id=self._args.network.vpc_id,
            tags=self._scope.tags(self._id),
            opts=self.child,
        )
        blocks = subnets(self._scope.spec.network).private
        for zone, block in zip(self._scope.zones, blocks, strict=True):
            aws.vpc.SecurityGroupIngressRule(
                f"{self._name}-from-{zone}",
                security_group_id=group.id,
                description=f"PostgreSQL from the private subnet in {zone}",
                ip_protocol="tcp",
                from_port=PORT,
                to_port=PORT,
                cidr_ipv4=block,
                tags=self._scope.tags(f"{self._id}-from-{zone}"),
                opts=self.child,
            )
        return group.id

    def _parameters(self) -> pulumi.Output[str]:
        major = self._spec.engine_version.split(".")[0]
        # The name carries the version: a group in use can't change its family.
        name = f"{self._id}-{major}"
        return aws.rds.ParameterGroup(
            f"{self._name}-parameters-{major}",
            name=name,
            family=f"postgres{major}",
            description=f"{self._scope.names.prefix}: TLS demanded, connections logged",
            parameters=[{"name": key, "value": value} for key, value in _PARAMETERS.items()],
            tags=self._scope.tags(name),
            opts=self.child,
        ).name

    def _secrecy(self) -> dict[str, Any]:
        keys = self._args.keys
        return {
            "storage_encrypted": True,
            "kms_key_id": keys.arn("data"),
            "manage_master_user_password": True,
            "master_user_secret_kms_key_id": keys.arn("secrets"),
            "iam_database_authentication_enabled": True,
            "ca_cert_identifier": _CERTIFICATE_AUTHORITY,
        }

    def _insight(self) -> dict[str, Any]:
        """Return what is measured and logged."""
        names = self._scope.names
        role = service_role(
            f"{self._name}-monitoring",
            "database-monitor",
            "monitoring.rds",
            names.arn("rds", f"db:{self._id}"),
            self._scope,
            self.child,
        )
        policy = names.aws_policy_arn("service-role/AmazonRDSEnhancedMonitoringRole")
        aws.iam.RolePolicyAttachment(
            f"{self._name}-monitoring", role=role.name, policy_arn=policy, opts=self.child
        )
        return {
            "monitoring_interval": _MONITORING_SECONDS,
            "monitoring_role_arn": role.arn,
            "performance_insights_enabled": True,
            "performance_insights_kms_key_id": self._args.keys.arn("data"),
            "performance_insights_retention_period": _INSIGHTS_DAYS,
            "enabled_cloudwatch_logs_exports": list(_LOGS),
        }

    def _log_groups(self) -> list[pulumi.Resource]:
        # RDS would make them itself: without a key, and kept for ever.
        keys = self._args.keys
        return [
            log_group(
                f"{self._name}-{log}-log",
                f"/aws/rds/instance/{self._id}/{log}",
                self._scope,
                keys,
                self.child,
            )
            for log in _LOGS
        ]

    def _care(self) -> dict[str, Any]:
        """Return how the instance is backed up, upgraded and kept from deletion."""
        protect = self._scope.spec.protect
        return {
            "backup_retention_period": self._spec.backup_retention_days,
            "backup_window": _BACKUP_WINDOW,
            "maintenance_window": _MAINTENANCE_WINDOW,
            "auto_minor_version_upgrade": True,
            "copy_tags_to_snapshot": True,
            "deletion_protection": protect,
            "delete_automated_backups": not protect,
            "skip_final_snapshot": not protect,
            "final_snapshot_identifier": f"{self._id}-final" if protect else None,
        }
