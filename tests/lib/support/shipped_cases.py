"""Cases of the shipped rules on encryption, residency, zero trust, operations and tags."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from support.plans import BUCKET, KEY, SSE, reading, resource
from support.rule_cases import (
    GROUP,
    NAMESPACE,
    RDS,
    UNKNOWN,
    Case,
    mesh_cases,
    of,
    part,
    store_cases,
    supply_cases,
)

if TYPE_CHECKING:
    from bedplate.engine.plan import Resource

CLUSTER = "aws:eks/cluster:Cluster"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
POOL = "kubernetes:karpenter.sh/v1:NodePool"
VPC = "aws:ec2/vpc:Vpc"
TAGS = {
    "owner": "ml-platform",
    "environment": "prod",
    "cost_center": "4711",
    "data_classification": "restricted",
    "purpose": "fraud detection",
    "controller": "Acme",
    "dpo_contact": "dpo@acme.example",
    "retention_days": "365",
}
VAULT = "arn:aws:backup:me-central-1:111122223333:backup-vault:copy"


def _policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | statement]})


def _sse(bucket: Resource, key: Any) -> Resource:
    default = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key}
    rules = [{"applyServerSideEncryptionByDefault": default}]
    return reading(SSE, "sse", {"bucket": UNKNOWN, "rules": rules}, "bucket", bucket)


def _denials() -> str:
    everything = ["arn:aws:s3:::acme", "arn:aws:s3:::acme/*"]
    conditions = [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    ]
    statements = [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": everything,
            "Condition": c,
        }
        for c in conditions
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _backup(schedule: Any) -> list[Resource]:
    rules = [{"schedule": schedule, "copyActions": [{"destinationVaultArn": VAULT}]}]
    everything = {"resources": ["*"]}
    return [
        resource("aws:backup/plan:Plan", "plan", {"rules": rules}),
        reading("aws:backup/selection:Selection", "all", everything, "planId", resource(RDS)),
    ]


def _encryption(good_bucket: Resource) -> dict[str, Case]:
    volume = {"ebs": {"encrypted": "true", "kmsKeyId": KEY}}
    opaque_policy = part(good_bucket, "BucketPolicy", policy=UNKNOWN)
    return {
        "ENC-001": Case(
            [good_bucket],
            [good_bucket, _sse(good_bucket, KEY)],
            [good_bucket, _sse(good_bucket, UNKNOWN)],
        ),
        "ENC-002": Case(
            [good_bucket, part(good_bucket, "BucketPolicy", policy=_policy(Action="s3:*"))],
            [good_bucket, part(good_bucket, "BucketPolicy", policy=_denials())],
            [good_bucket, opaque_policy],
        ),
        "ENC-003": of(
            "aws:kms/key:Key",
            {"deletionWindowInDays": 7, "enableKeyRotation": True},
            {"enableKeyRotation": True},
            {"enableKeyRotation": UNKNOWN},
        ),
        "ENC-004": of(
            "aws:kms/key:Key",
            {"policy": _policy(Principal="*", Action="kms:*")},
            {"policy": _policy(Principal={"AWS": "111122223333"}, Action="kms:*")},
            {"policy": UNKNOWN},
        ),
        "ENC-005": of(
            CLUSTER,
            {},
            {"encryptionConfig": {"provider": {"keyArn": KEY}, "resources": ["secrets"]}},
            {"encryptionConfig": {"provider": {"keyArn": UNKNOWN}, "resources": ["secrets"]}},
        ),
        "ENC-006": of(
            TEMPLATE,
            {"blockDeviceMappings": [{"ebs": {"encrypted": "true"}}]},
            {"blockDeviceMappings": [volume]},
            {"blockDeviceMappings": UNKNOWN},
        ),
        "ENC-007": of(
            "aws:ecr/repository:Repository",
            {"encryptionConfigurations": [{"encryptionType": "AES256"}]},
            {"encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": KEY}]},
            {"encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": UNKNOWN}]},
        ),
        "ENC-008": of(
            RDS,
            {"storageEncrypted": True},
            {"storageEncrypted": True, "kmsKeyId": KEY},
            {"storageEncrypted": True, "kmsKeyId": UNKNOWN},
        ),
        "ENC-009": of(
            "aws:sqs/queue:Queue", {}, {"kmsMasterKeyId": KEY}, {"kmsMasterKeyId": UNKNOWN}
        ),
        "ENC-011": of(
            "aws:kms/key:Key",
            {},
            {"policy": _policy(Principal={"AWS": "111122223333"}, Action="kms:*")},
            {"policy": UNKNOWN},
        ),
        "ENC-010": of(
            "aws:lb/listener:Listener",
            {"protocol": "HTTP"},
            {"protocol": "TLS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
            {"protocol": "TLS", "sslPolicy": UNKNOWN},
        ),
    }


def _residency() -> dict[str, Case]:
    copy = "aws:secretsmanager/secret:Secret"
    target = "aws:cloudwatch/logDestination:LogDestination"
    arn = "arn:aws:kinesis:{}:111122223333:stream/logs"
    one_zone = {"multiAz": False, "backupRetentionPeriod": 14}
    two_zones = {"multiAz": True, "backupRetentionPeriod": 14}
    daily, weekly = "cron(0 3 * * ? *)", "cron(0 3 ? * SUN *)"
    in_region = {"StringEquals": {"aws:RequestedRegion": "me-central-1"}}
    abroad, here, open_ = {"region": "me-south-1"}, {"region": "me-central-1"}, {"region": UNKNOWN}
    return {
        "RES-001": Case(
            [resource(VPC, provider=None)], [resource(VPC)], [resource(VPC, inputs=open_)]
        ),
        "RES-002": of(BUCKET, abroad, here, open_),
        "RES-003": of(
            copy,
            {"replicas": [{"region": "eu-west-1"}]},
            {"replicas": [here]},
            {"replicas": [open_]},
        ),
        "RES-004": of(BUCKET, abroad, here, open_),
        "RES-005": Case(
            [resource(RDS, inputs=one_zone), *_backup(daily)],
            [resource(RDS, inputs=two_zones), *_backup(daily)],
            [resource(RDS, inputs=two_zones | {"multiAz": UNKNOWN}), *_backup(daily)],
        ),
        "RES-006": of(
            target,
            {"targetArn": arn.format("eu-west-1")},
            {"targetArn": arn.format("me-central-1")},
            {"targetArn": UNKNOWN},
        ),
        "RES-007": Case(
            [resource(RDS, inputs=two_zones), *_backup(weekly)],
            [resource(RDS, inputs=two_zones), *_backup(daily)],
        ),
        "RES-008": of(
            "aws:iam/policy:Policy",
            {"policy": _policy(Action="ec2:*", Resource="*")},
            {"policy": _policy(Action="ec2:*", Resource="*", Condition=in_region)},
            {"policy": UNKNOWN},
        ),
        "TAG-001": of(VPC, {"tags": {"owner": "x"}}, {"tags": TAGS}, {"tags": UNKNOWN}),
        "TAG-002": of(VPC, {"tags": {"owner": "x"}}, {"tags": TAGS}, {"tags": UNKNOWN}),
        "TAG-003": of(
            "kubernetes:apps/v1:Deployment",
            {"metadata": {"labels": {"app": "x"}}},
            {"metadata": {"labels": {"app": "x", "team": "y"}}},
            {"metadata": {"labels": UNKNOWN}},
        ),
    }


def _zero_trust() -> dict[str, Case]:
    private = {"endpointPrivateAccess": True, "endpointPublicAccess": False}
    pod = "kubernetes:core/v1:Pod"
    on_objects = {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme/*"}
    condition = {"StringEquals": {"aws:ResourceAccount": "111122223333"}}
    metadata = {"httpTokens": "required", "httpPutResponseHopLimit": 1}
    bucket = resource(BUCKET, "closed")
    switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    closed = dict.fromkeys(switches, True)
    ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    enforce = "pod-security.kubernetes.io/enforce"
    return {
        "ZT-001": of(
            CLUSTER,
            {"vpcConfig": private | {"endpointPublicAccess": True}},
            {"vpcConfig": private},
            {"vpcConfig": private | {"endpointPublicAccess": UNKNOWN}},
        ),
        "ZT-002": of(
            ingress, {"cidrIpv4": "0.0.0.0/0"}, {"cidrIpv4": "10.0.0.0/8"}, {"cidrIpv4": UNKNOWN}
        ),
        "ZT-005": of(
            pod,
            {"spec": {"containers": [{"env": [{"name": "AWS_ACCESS_KEY_ID", "value": "x"}]}]}},
            {"spec": {"containers": [{"env": [{"name": "A", "value": "x"}]}]}},
            {"spec": UNKNOWN},
        ),
        "ZT-006": of(
            "aws:iam/policy:Policy",
            {"policy": _policy(**on_objects)},
            {"policy": _policy(**on_objects, Condition=condition)},
            {"policy": UNKNOWN},
        ),
        "ZT-011": Case(
            [bucket],
            [bucket, part(bucket, "BucketPublicAccessBlock", **closed)],
            [
                bucket,
                part(bucket, "BucketPublicAccessBlock", **closed | {"blockPublicAcls": UNKNOWN}),
            ],
        ),
        "ZT-012": of(
            NAMESPACE,
            {"metadata": {"labels": {"bedplate/team": "fraud", enforce: "baseline"}}},
            {"metadata": {"labels": {"bedplate/team": "fraud", enforce: "restricted"}}},
            {"metadata": {"labels": {"bedplate/team": "fraud", enforce: UNKNOWN}}},
        ),
        "ZT-009": of(
            TEMPLATE,
            {"metadataOptions": metadata | {"httpPutResponseHopLimit": 2}},
            {"metadataOptions": metadata},
            {"metadataOptions": metadata | {"httpTokens": UNKNOWN}},
        ),
    }


def _operations() -> dict[str, Case]:
    logs = {"enabledClusterLogTypes": ["api", "audit"]}
    every = {
        "enabledClusterLogTypes": [
            "api",
            "audit",
            "authenticator",
            "controllerManager",
            "scheduler",
        ]
    }
    selectors = [
        {"fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]},
        {"fieldSelectors": [{"field": "resources.type", "equals": ["AWS::S3::Object"]}]},
    ]
    trail = resource(
        "aws:cloudtrail/trail:Trail",
        "trail",
        {"enableLogFileValidation": True, "advancedEventSelectors": selectors},
    )
    evidence = resource(BUCKET, "evidence", {"objectLockEnabled": True})
    versions = part(evidence, "BucketVersioning", versioningConfiguration={"status": "Enabled"})
    locks = [
        part(evidence, "BucketObjectLockConfiguration", rule={"defaultRetention": retention})
        for retention in ({"mode": "COMPLIANCE"}, {"mode": "COMPLIANCE", "days": 30}, UNKNOWN)
    ]
    sizes = [{"maxSize": size} for size in (5, 4, UNKNOWN)]
    pools = [{"instanceTypes": ["g6.xlarge"], "scalingConfig": size} for size in sizes]
    whens = ("Balanced", "WhenEmpty", UNKNOWN)
    disruptions = [{"consolidationPolicy": when, "consolidateAfter": "1m"} for when in whens]
    log_group = "aws:cloudwatch/logGroup:LogGroup"
    return {
        "GPU-001": of(
            GROUP,
            {"instanceTypes": ["p5.48xlarge"]},
            {"instanceTypes": ["g6.xlarge"]},
            {"instanceTypes": [UNKNOWN]},
        ),
        "GPU-002": of(GROUP, *pools),
        "OPS-001": Case(
            [resource(CLUSTER, inputs=logs), trail],
            [resource(CLUSTER, inputs=every), trail],
            [resource(CLUSTER, inputs={"enabledClusterLogTypes": UNKNOWN}), trail],
        ),
        "OPS-002": of(
            log_group,
            {"retentionInDays": 90},
            {"retentionInDays": 365},
            {"retentionInDays": UNKNOWN},
        ),
        "OPS-007": Case(
            *([evidence, versions, lock] for lock in locks),
        ),
        "OPS-009": of(POOL, *({"spec": {"disruption": each}} for each in disruptions)),
    }


def shipped_cases() -> dict[str, Case]:
    """Return a case for each rule that judges resources."""
    bucket = resource(BUCKET, inputs={"bucket": "acme"})
    ours = _encryption(bucket) | _residency() | _zero_trust() | _operations()
    return ours | store_cases() | supply_cases() | mesh_cases()
