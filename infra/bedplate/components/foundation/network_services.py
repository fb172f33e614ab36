"""Which AWS services an environment reaches by interface endpoint, derived from what it enables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bedplate.spec.platform import PlatformSpec

_DATA = ("ecr.api", "ecr.dkr", "eks-auth", "kms", "logs", "secretsmanager", "sts")
"""What carries images, credentials, secrets and logs: never over the internet."""

_CONTROL = (
    "autoscaling",
    "backup",
    "ec2",
    "eks",
    "elasticloadbalancing",
    "monitoring",
    "sns",
    "ssm",
    "ssmmessages",
)
"""What nodes and controllers call besides; through the NAT gateway where there is one.

Source: EKS user guide, private clusters; Karpenter documentation, private clusters. The SSM agent
needs no `ec2messages` since version 3.3.40, and newer regions no longer have it.
"""

_ACTION_PREFIXES = {
    "airflow.api": "airflow",
    "aps-workspaces": "aps",
    "bedrock-agent-runtime": "bedrock",
    "bedrock-runtime": "bedrock",
    "guardduty-data": "guardduty",
    "monitoring": "cloudwatch",
}
"""Where the actions of a service begin with another word than the endpoint's name."""


def endpoint_services(spec: PlatformSpec) -> tuple[str, ...]:
    """Return the services, as suffixes of `com.amazonaws.<region>`, sorted.

    S3 is not among them: its endpoint is a gateway, and there is always one.
    """
    wanted = {*_DATA, *spec.network.endpoints}
    if spec.network.egress == "isolated":
        wanted |= {*_CONTROL}
        wanted |= _karpenter(spec) | _feature_store(spec)
    if spec.audit.guardduty == "managed":
        # Otherwise GuardDuty makes this endpoint itself, and the VPC can't be deleted any more.
        wanted.add("guardduty-data")
    return tuple(sorted(wanted - {"s3"}))


def action_prefix(service: str) -> str:
    """Return what the IAM actions of a service begin with."""
    return _ACTION_PREFIXES.get(service, service.split(".", maxsplit=1)[0])


def _karpenter(spec: PlatformSpec) -> set[str]:
    # Karpenter is told of interruptions through a queue.
    uses = any(pool.provisioner == "karpenter" for pool in spec.gpu_pools.values())
    return {"sqs"} if uses else set()


def _feature_store(spec: PlatformSpec) -> set[str]:
    store = spec.integrations.feature_store
    if store is None or store.kind != "sagemaker":
        return set()
    return {"sagemaker.api", "sagemaker.featurestore-runtime"}
