"""The container registry: repositories, their lifecycle, scanning, and pull-through caches."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from bedplate.components import iam
from bedplate.components.component import Component
from bedplate.components.foundation.cluster_roles import (
    AttachedRole,
    RolePlan,
    attached_role,
    via_service,
)
from bedplate.components.foundation.registry_cache import (
    cached_repositories,
    images_to_copy,
    prefixes,
)

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.foundation.keys import Keys
    from bedplate.components.scope import Scope
    from bedplate.names import Names
    from bedplate.spec.registry import RegistrySpec

_CACHE_ROLE = "registry-cache"
"""Name of the role that makes cached repositories, within the environment."""


@dataclass(frozen=True, kw_only=True)
class RegistryArgs:
    """What the registry is made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """KMS keys."""


class Registry(Component):
    """ECR repositories of the platform and its teams, and caches of upstream registries."""

    repository_urls: dict[str, pulumi.Output[str]]
    """Addresses of the repositories, by the name of the repository or of the team."""
    pull_through_prefixes: dict[str, str]
    """Where images of an upstream registry lie in this one, by the upstream's name."""
    images_to_copy: tuple[str, ...]
    """Upstream registries whose images must be copied by a job, each with the reason."""

    def __init__(
        self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the registry."""
        super().__init__("bedplate:foundation:Registry", name, "registry", opts)
        self._name, self._scope, self._keys = name, args.scope, args.keys
        spec = args.scope.spec
        wanted = (*spec.registry.repositories, *spec.teams)
        self.repository_urls = {part: self._repository(part) for part in dict.fromkeys(wanted)}
        self._scanning()
        self.pull_through_prefixes = prefixes(args.scope)
        self._caches()
        self.images_to_copy = images_to_copy(spec)
        self.register_outputs(
            {
                "repository_urls": self.repository_urls,
                "pull_through_prefixes": self.pull_through_prefixes,
                "images_to_copy": list(self.images_to_copy),
            }
        )

    def _repository(self, part: str) -> pulumi.Output[str]:
        spec, logical = self._scope.spec, f"{self._name}-{part}"
        physical = f"{self._scope.names.prefix}/{part}"
        repository = aws.ecr.Repository(
            logical,
            name=physical,
            image_tag_mutability="IMMUTABLE",
            encryption_configurations=[
                {"encryption_type": "KMS", "kms_key": self._keys.arn("platform")}
            ],
            image_scanning_configuration={"scan_on_push": True},
            force_delete=not spec.protect,
            tags=self._scope.tags(physical),
            opts=self.stateful(protect=spec.protect),
        )
        aws.ecr.LifecyclePolicy(
            f"{logical}-lifecycle",
            repository=repository.name,
            policy=lifecycle(spec.registry),
            opts=self.child,
        )
        aws.ecr.RepositoryPolicy(
            f"{logical}-policy",
            repository=repository.name,
            policy=account_only(self._scope.names),
            opts=self.child,
        )
        return repository.repository_url

    def _scanning(self) -> None:
        """Scan every image of the account; this exists once per account and region."""
        spec = self._scope.spec.registry
        if spec.scanning_configuration == "existing":
            return
        enhanced = spec.scanning == "enhanced"
        aws.ecr.RegistryScanningConfiguration(
            f"{self._name}-scanning",
            scan_type="ENHANCED" if enhanced else "BASIC",
            rules=[
                {
                    "scan_frequency": "CONTINUOUS_SCAN" if enhanced else "SCAN_ON_PUSH",
                    "repository_filters": [{"filter": "*", "filter_type": "WILDCARD"}],
                }
            ],
            opts=self.child,
        )

    def _caches(self) -> None:
        if not self.pull_through_prefixes:
            return
        role = self._cache_role()
        for upstream, prefix in self.pull_through_prefixes.items():
            template = self._template(upstream, prefix, role)
            aws.ecr.PullThroughCacheRule(
                f"{self._name}-cache-{upstream}",
                ecr_repository_prefix=prefix,
                upstream_registry_url=upstream,
                # A repository that is made before its template would have ECR's own key.
                opts=self.after(template),
            )

    def _cache_role(self) -> AttachedRole:
        """Create the role that ECR needs to make repositories with a customer key and tags."""
        key = [self._keys.arn("platform")]
        names = self._scope.names
        make = ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"]
        through_ecr = {"StringEquals": {"kms:ViaService": via_service(names, "ecr")}}
        document = iam.document(
            iam.allow("MakeRepositories", make, cached_repositories(self._scope)),
            iam.allow(
                "EncryptRepositories",
                ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"],
                key,
                condition=through_ecr,
            ),
        )
        plan = RolePlan(
            part=_CACHE_ROLE, trust=iam.trust(names.service("ecr")), own={"repositories": document}
        )
        return attached_role(f"{self._name}-cache-role", self._scope, plan, self.child)

    def _template(
        self, upstream: str, prefix: str, role: AttachedRole
    ) -> aws.ecr.RepositoryCreationTemplate:
        """Create the settings of cached repositories; mutable, or a tag could never move on."""
        return aws.ecr.RepositoryCreationTemplate(
            f"{self._name}-cache-{upstream}-template",
            prefix=prefix,
            description=f"Images of {upstream}",
            applied_fors=["PULL_THROUGH_CACHE"],
            custom_role_arn=role.role.arn,
            encryption_configurations=[
                {"encryption_type": "KMS", "kms_key": self._keys.arn("platform")}
            ],
            image_tag_mutability="MUTABLE",
            lifecycle_policy=lifecycle(self._scope.spec.registry),
            repository_policy=account_only(self._scope.names),
            resource_tags=self._scope.tags(prefix),
            opts=self.after(*role.attachments),
        )


def lifecycle(spec: RegistrySpec) -> str:
    """Return the lifecycle policy: untagged images expire by age, tagged ones by number."""
    untagged = {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": spec.untagged_days,
    }
    tagged = {
        "tagStatus": "tagged",
        "tagPatternList": ["*"],
        "countType": "imageCountMoreThan",
        "countNumber": spec.keep_tagged,
    }
    rules = [
        {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}
        for priority, selection in enumerate((untagged, tagged), start=1)
    ]
    return json.dumps({"rules": rules})


def account_only(names: Names) -> str:
    """Return a repository policy that keeps other accounts out, whatever else is allowed.

    A policy of ECR names no resource: it stands for the repository that carries it.
    """
    statement = {
        "Sid": "DenyOtherAccounts",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["ecr:*"],
        "Condition": {
            "StringNotEquals": {"aws:PrincipalAccount": names.account_id},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
