"""What a workload's identity may reach: statements by family of resource.

Data is given only to requests that come from the environment's VPC and for resources of its own
account: a leaked session is worth nothing elsewhere. The VPC has endpoints for all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bedplate.components import iam
from bedplate.components.foundation.cluster_roles import via_service
from bedplate.components.foundation.network_services import endpoint_services

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi

    from bedplate.components.foundation.keys import Keys
    from bedplate.components.scope import Scope
    from bedplate.spec.keys import DataClass

READ_OBJECTS = ("s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion")
"""Reading objects and their older versions."""

ADD_OBJECTS = ("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject")
"""Writing objects; what they replace stays as an older version."""

REMOVE_OBJECTS = ("s3:DeleteObject",)
"""Marking objects as deleted; their versions stay."""

_READ_SECRETS = ("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue")

_PULL = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:DescribeImages",
    "ecr:GetDownloadUrlForLayer",
    "ecr:ListImages",
)
_PUSH = (
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A role, the pods that get it, and what it may do."""

    part: str
    """Name of the role within the environment."""
    namespaces: tuple[str, ...]
    """Kubernetes namespaces of the pods."""
    service_accounts: tuple[str, ...]
    """Kubernetes service accounts, in each of the namespaces."""
    grants: Mapping[str, Sequence[iam.Statement]] = field(default_factory=dict)
    """Statements by family of resource; each family becomes a policy of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Writes statements for one environment."""

    scope: Scope
    """The environment."""
    keys: Keys
    """KMS keys."""
    vpc_id: pulumi.Output[str]
    """The VPC that requests must come from."""

    def objects(
        self, part: str, actions: Sequence[str], prefix: str = ""
    ) -> tuple[iam.Statement, ...]:
        """Return what lists and does `actions` to a bucket's objects below `prefix`."""
        bucket, below = self.scope.names.bucket_arn(part), f"{prefix}/*" if prefix else "*"
        listed = {"StringLike": {"s3:prefix": [below]}} if prefix else {}
        return (
            iam.allow(
                f"List{part.title()}",
                ["s3:ListBucket"],
                [bucket],
                condition=self._inside() | listed,
            ),
            iam.allow(
                f"Use{part.title()}", actions, [f"{bucket}/{below}"], condition=self._inside()
            ),
        )

    def key_for_objects(self, *classes: DataClass, write: bool) -> iam.Statement:
        """Return what S3 needs of the keys to read, and to write, a role's objects."""
        actions = ["kms:Decrypt", *(["kms:GenerateDataKey"] if write else [])]
        return self._key("KeysOfObjects", actions, "s3", classes)

    def key_for_secrets(self) -> iam.Statement:
        """Return what Secrets Manager needs of the key to read a role's secrets."""
        return self._key("KeyOfSecrets", ["kms:Decrypt"], "secretsmanager", ("secrets",))

    def secret(self, sid: str, arn: pulumi.Input[str]) -> iam.Statement:
        """Return what reads one secret."""
        return iam.allow(sid, _READ_SECRETS, [arn], condition=self._inside())

    def tagged_secrets(self, **more: str) -> iam.Statement:
        """Return what reads the environment's secrets, those tagged with `more` only."""
        spec = self.scope.spec
        tags = {"platform": spec.platform, "environment": spec.environment} | more
        return iam.allow(
            "TaggedSecrets",
            _READ_SECRETS,
            [self.scope.names.arn("secretsmanager", "secret:*")],
            condition=self._inside(**{f"aws:ResourceTag/{k}": v for k, v in tags.items()}),
        )

    def images(self, url: pulumi.Output[str]) -> tuple[iam.Statement, ...]:
        """Return what pulls and pushes images of the repository at an address."""
        names = self.scope.names
        arn = url.apply(lambda text: names.arn("ecr", f"repository/{text.split('/', 1)[1]}"))
        login = {"StringEquals": {"aws:SourceVpc": self.vpc_id}}
        return (
            # A login is for the whole registry: the action knows no resource.
            iam.allow("Login", ["ecr:GetAuthorizationToken"], ["*"], condition=login),
            iam.allow("OwnImages", [*_PULL, *_PUSH], [arn], condition=self._inside()),
        )

    def topic(self, part: str) -> iam.Statement:
        """Return what sends messages to one of the environment's topics."""
        names = self.scope.names
        topic = names.arn("sns", names.resource(part))
        condition = self._by_way_of("sns")
        return iam.allow("Publish", ["sns:Publish"], [topic], condition=condition)

    def backups(self) -> iam.Statement:
        """Return what reads when a resource was last backed up, of the environment's own vault."""
        names = self.scope.names
        vault = names.arn("backup", f"backup-vault:{names.resource('backup')}")
        actions = [f"backup:{verb}BackupVault" for verb in ("Describe", "ListProtectedResourcesBy")]
        condition = self._by_way_of("backup")
        return iam.allow("BackupAge", actions, [vault], condition=condition)

    def key_for_topic(self) -> iam.Statement:
        """Return what SNS needs of the key to take a message."""
        actions = ["kms:Decrypt", "kms:GenerateDataKey"]
        return self._key("KeyOfTopic", actions, "sns", ("platform",))

    def _by_way_of(self, service: str) -> dict[str, Any]:
        """Return the condition of a service that has an endpoint in isolated networks only.

        A call through a NAT gateway carries no VPC, and would be refused for want of it.
        """
        if service in endpoint_services(self.scope.spec):
            return self._inside()
        return {"StringEquals": {"aws:ResourceAccount": self.scope.names.account_id}}

    def _inside(self, **more: str) -> dict[str, Any]:
        own = {"aws:ResourceAccount": self.scope.names.account_id, "aws:SourceVpc": self.vpc_id}
        return {"StringEquals": own | more}

    def _key(
        self, sid: str, actions: Sequence[str], service: str, classes: Sequence[DataClass]
    ) -> iam.Statement:
        # The call is the service's own, so it doesn't come from the VPC.
        condition = {"kms:ViaService": via_service(self.scope.names, service)}
        arns = [self.keys.arn(data_class) for data_class in classes]
        return iam.allow(sid, actions, arns, condition={"StringEquals": condition})
