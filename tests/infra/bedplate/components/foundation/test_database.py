"""The database is encrypted, closed, watched and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support import neighbours
from support.layers import named, of_type, only, policy_of, simulated

from bedplate.components.foundation.database import Database, DatabaseArgs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.components.scope import Scope
    from bedplate.engine.plan import LayerPlan

ARN = f"arn:aws:rds:me-central-1:{neighbours.ACCOUNT}:db:acme-prod-database"
UNPROTECTED = {"protect": False, "tier": "development"}


def _plan(changes: Mapping[str, Any] | None = None) -> LayerPlan:
    def build(scope: Scope) -> None:
        args = DatabaseArgs(scope=scope, keys=neighbours.keys(), network=neighbours.network())
        Database("database", args)

    return simulated(build, changes)


def _instance(changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return only(_plan(changes), "aws:rds/instance:Instance").inputs


def _some(inputs: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: inputs.get(key) for key in keys}


def test_it_is_encrypted_by_the_customers_keys() -> None:
    """Storage and insights use the key for data, the password the key for secrets."""
    keys = ("kmsKeyId", "masterUserSecretKmsKeyId", "performanceInsightsKmsKeyId")
    inputs = _instance()

    assert inputs["storageEncrypted"] is True
    assert [inputs[key].rsplit("/", 1)[1] for key in keys] == ["data", "secrets", "data"]


def test_no_password_passes_through_the_program() -> None:
    """RDS makes and rotates the owner's password; roles may also log in by IAM."""
    inputs = _instance()

    assert "password" not in inputs
    assert inputs["manageMasterUserPassword"] is True
    assert inputs["iamDatabaseAuthenticationEnabled"] is True


def test_it_demands_tls() -> None:
    """The parameter group of the major version refuses plain connections and old TLS."""
    group = only(_plan(), "aws:rds/parameterGroup:ParameterGroup").inputs
    values = {p["name"]: p["value"] for p in group["parameters"]}

    assert group["family"] == "postgres17"
    assert (values["rds.force_ssl"], values["ssl_min_protocol_version"]) == ("1", "TLSv1.2")


def test_the_parameter_group_follows_the_major_version() -> None:
    """A minor version doesn't change the family; the name carries the major one."""
    plan = _plan({"stores": {"database": {"engine_version": "16.4"}}})
    group = only(plan, "aws:rds/parameterGroup:ParameterGroup").inputs

    assert (group["family"], group["name"]) == ("postgres16", "acme-prod-database-16")
    assert only(plan, "aws:rds/instance:Instance").inputs["engineVersion"] == "16.4"


def test_it_stands_in_the_intra_subnets_without_a_public_address() -> None:
    """Subnets without a way out, and no public address."""
    plan = _plan()

    assert only(plan, "aws:rds/subnetGroup:SubnetGroup").inputs["subnetIds"] == [
        "subnet-ia",
        "subnet-ib",
        "subnet-ic",
    ]
    assert only(plan, "aws:rds/instance:Instance").inputs["publiclyAccessible"] is False


def test_only_the_private_subnets_reach_it() -> None:
    """One rule per private subnet for the one port, and no rule that lets it out."""
    plan = _plan()
    rules = of_type(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")

    assert [
        (r.inputs["cidrIpv4"], r.inputs["ipProtocol"], r.inputs["fromPort"], r.inputs["toPort"])
        for r in rules
    ] == [
        ("10.40.0.0/18", "tcp", 5432, 5432),
        ("10.40.64.0/18", "tcp", 5432, 5432),
        ("10.40.128.0/18", "tcp", 5432, 5432),
    ]
    group = only(plan, "aws:ec2/securityGroup:SecurityGroup").inputs
    assert "ingress" not in group
    assert "egress" not in group


def test_two_zones_have_two_rules() -> None:
    """A rule exists only for a subnet that does."""
    plan = _plan({"network": {"zones": 2}})

    assert len(of_type(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")) == 2


@pytest.mark.parametrize("multi_az", [True, False])
def test_the_spec_decides_about_a_standby(multi_az: bool) -> None:  # noqa: FBT001
    """`multi_az` is passed on."""
    assert _instance({"stores": {"database": {"multi_az": multi_az}}})["multiAz"] is multi_az


def test_a_protected_database_is_kept() -> None:
    """It can't be deleted, and would leave a snapshot and its backups."""
    plan = _plan()
    instance = only(plan, "aws:rds/instance:Instance")

    assert instance.options["protect"] is True
    assert _some(
        instance.inputs,
        "deletionProtection",
        "skipFinalSnapshot",
        "finalSnapshotIdentifier",
        "deleteAutomatedBackups",
    ) == {
        "deletionProtection": True,
        "skipFinalSnapshot": False,
        "finalSnapshotIdentifier": "acme-prod-database-final",
        "deleteAutomatedBackups": False,
    }


def test_an_unprotected_database_goes_without_a_trace() -> None:
    """It can be deleted, with its backups and without a snapshot."""
    assert _some(
        _instance(UNPROTECTED),
        "deletionProtection",
        "skipFinalSnapshot",
        "finalSnapshotIdentifier",
        "deleteAutomatedBackups",
    ) == {
        "deletionProtection": False,
        "skipFinalSnapshot": True,
        "finalSnapshotIdentifier": None,
        "deleteAutomatedBackups": True,
    }


def test_size_and_backups_follow_the_spec() -> None:
    """Class, storage, its ceiling and the days of recovery are passed on."""
    database = {
        "instance_class": "db.t4g.medium",
        "storage_gib": 20,
        "max_storage_gib": 40,
        "backup_retention_days": 3,
    }
    keys = ("instanceClass", "allocatedStorage", "maxAllocatedStorage", "backupRetentionPeriod")

    assert _some(_instance({"stores": {"database": database}}), *keys, "storageType") == {
        "instanceClass": "db.t4g.medium",
        "allocatedStorage": 20,
        "maxAllocatedStorage": 40,
        "backupRetentionPeriod": 3,
        "storageType": "gp3",
    }


def test_its_logs_are_kept_in_encrypted_groups_made_before_it() -> None:
    """RDS would make groups of its own: without a key, and kept for ever."""
    plan = _plan({"monitoring": {"logs_retention_days": 90}})
    groups = of_type(plan, "aws:cloudwatch/logGroup:LogGroup")
    instance = only(plan, "aws:rds/instance:Instance")

    assert [
        (g.inputs["name"], g.inputs["retentionInDays"], g.inputs["kmsKeyId"]) for g in groups
    ] == [
        (f"/aws/rds/instance/acme-prod-database/{log}", 90, f"{neighbours.KEY}/logs")
        for log in instance.inputs["enabledCloudwatchLogsExports"]
    ]
    assert {g.urn for g in groups} <= set(instance.dependencies)


def test_monitoring_assumes_its_role_for_this_database_only() -> None:
    """The role's trust names the account and the instance, and has the boundary."""
    plan = _plan()
    role = only(plan, "aws:iam/role:Role")
    (statement,) = policy_of(role, "assumeRolePolicy")["Statement"]

    assert statement["Principal"] == {"Service": "monitoring.rds.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": neighbours.ACCOUNT},
        "ArnLike": {"aws:SourceArn": ARN},
    }
    assert role.inputs["permissionsBoundary"].endswith(":policy/acme-prod-boundary")
    assert only(plan, "aws:rds/instance:Instance").inputs["monitoringInterval"] == 60


def test_findings_point_at_its_section() -> None:
    """All its parts trace to `stores.database`."""
    plan = _plan()

    assert {r.spec_path for r in plan.resources if r.type.startswith("aws:")} == {"stores.database"}
    assert named(plan, "database").outputs["arn"] == ARN
