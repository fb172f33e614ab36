"""What may pass an endpoint: this account's principals, on this account's resources.

A principal of another account can't carry data out through an endpoint, and a principal of this
account can't carry data into another account. Where AWS itself owns what is read (images of EKS
add-ons, AMIs, public parameters), only reading it is let through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components import iam
from bedplate.components.foundation.network_services import action_prefix

if TYPE_CHECKING:
    import pulumi

    from bedplate.names import Names

_EVERYBODY = {"AWS": "*"}
_PULL = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:DescribeImages",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
)
"""What pulling an image calls."""


def s3_policy(names: Names) -> pulumi.Output[str]:
    """Return the policy of the S3 gateway: own buckets, and the one that ECR keeps layers in."""
    layers = f"arn:{names.partition}:s3:::prod-{names.region}-starport-layer-bucket/*"
    return iam.document(
        _own("OwnBuckets", ["s3:*"], names),
        # A pull follows an address that ECR signed: the principal is AWS' own.
        iam.allow("ImageLayers", ["s3:GetObject"], [layers], principal=_EVERYBODY),
    )


def interface_policy(names: Names, service: str) -> pulumi.Output[str]:
    """Return the policy of a service's interface endpoint."""
    actions = [f"{action_prefix(service)}:*"]
    if service == "ec2":
        # Launching names an AMI and its snapshots, which belong to AWS.
        return iam.document(_ours("OwnPrincipals", actions, ["*"], names))
    return iam.document(_own("OwnResources", actions, names), *_foreign(names, service))


def _foreign(names: Names, service: str) -> list[iam.Statement]:
    """Return what may be read although AWS owns it."""
    if service in {"ecr.api", "ecr.dkr"}:
        return [_ours("ImagesOfAws", _PULL, ["*"], names)]
    if service == "ssm":
        public = f"arn:{names.partition}:ssm:{names.region}::parameter/aws/service/*"
        actions = ("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath")
        return [_ours("ParametersOfAws", actions, [public], names)]
    return []


def _ours(
    sid: str, actions: list[str] | tuple[str, ...], resources: list[str], names: Names
) -> iam.Statement:
    condition = {"StringEquals": {"aws:PrincipalAccount": names.account_id}}
    return iam.allow(sid, actions, resources, condition=condition, principal=_EVERYBODY)


def _own(sid: str, actions: list[str], names: Names) -> iam.Statement:
    condition: dict[str, Any] = {
        "StringEquals": {"aws:PrincipalAccount": names.account_id},
        # Some actions name no resource; those that do must name one of this account.
        "StringEqualsIfExists": {"aws:ResourceAccount": names.account_id},
    }
    return iam.allow(sid, actions, ["*"], condition=condition, principal=_EVERYBODY)
