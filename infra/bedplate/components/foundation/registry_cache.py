"""Pull-through caches: which upstream registries have one, under which prefix, and who fills it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bedplate.components import iam

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.scope import Scope
    from bedplate.names import Names
    from bedplate.spec.platform import PlatformSpec

_ANONYMOUS = {"public.ecr.aws": "ecr", "quay.io": "quay", "registry.k8s.io": "k8s"}
"""Upstreams that ECR caches without a login, and the end of their prefix (ECR user guide)."""

_WITH_LOGIN = ("cgr.dev", "docker.io", "ghcr.io", "registry-1.docker.io", "registry.gitlab.com")
"""Upstreams that ECR caches only with credentials in Secrets Manager (ECR user guide)."""
_WITH_LOGIN_BELOW = ".azurecr.io"

_LONGEST_PREFIX = 30
"""Characters (ECR API, CreatePullThroughCacheRule)."""


def prefixes(scope: Scope) -> dict[str, str]:
    """Return the repository prefix of each upstream that gets a cache."""
    spec = scope.spec
    if spec.aws.partition != "aws":
        return {}
    upstreams = spec.registry.pull_through
    return {
        name: _prefix(scope.names, _ANONYMOUS[name]) for name in upstreams if name in _ANONYMOUS
    }


def _prefix(names: Names, end: str) -> str:
    """Return a prefix that is the environment's own, shortened where ECR asks for it."""
    whole = f"{names.prefix}/{end}"
    if len(whole) <= _LONGEST_PREFIX:
        return whole
    digest = hashlib.sha256(names.prefix.encode()).hexdigest()[:8]
    return f"{names.environment}-{digest}/{end}"


def images_to_copy(spec: PlatformSpec) -> tuple[str, ...]:
    """Return the upstreams whose images must be copied by a job, each with the reason."""
    reasons = ((name, _reason(name, spec.aws.partition)) for name in spec.registry.pull_through)
    return tuple(f"{name}: {reason}" for name, reason in reasons if reason)


def _reason(upstream: str, partition: str) -> str | None:
    if partition != "aws":
        return f"ECR has no pull-through cache in the partition {partition}"
    if upstream in _ANONYMOUS:
        return None
    if upstream in _WITH_LOGIN or upstream.endswith(_WITH_LOGIN_BELOW):
        return "its pull-through cache needs credentials in Secrets Manager"
    return "ECR has no pull-through cache for it"


def cached_repositories(scope: Scope) -> list[str]:
    """Return the ARNs of the repositories that caches fill."""
    names = scope.names
    return [names.arn("ecr", f"repository/{prefix}/*") for prefix in prefixes(scope).values()]


def node_documents(scope: Scope) -> dict[str, pulumi.Output[str]]:
    """Return what a node's role needs to be the first to pull an image through a cache.

    Without a way to the internet, no node can be the first (ECR user guide, interface endpoints):
    images are pulled once from elsewhere, and nodes need no more than to read them.
    """
    repositories = cached_repositories(scope)
    if not repositories or scope.spec.network.egress != "nat":
        return {}
    actions = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository", "ecr:TagResource"]
    return {"caches": iam.document(iam.allow("FillCaches", actions, repositories))}
