"""Section `teams`: who uses the platform."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bedplate.spec.base import HttpsUrl, Name, RoleArn, Spec


class TeamSpec(Spec):
    """A team of ML engineers: its namespaces, quota and model repositories."""

    namespaces: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Kubernetes namespaces of the team."""
    gpu_quota: Annotated[int, Field(ge=0, le=100000)] = 0
    """Most GPUs that the team's pods may request, over all its namespaces. The first namespace gets
    them, but for those that `gpu_quotas` gives to others."""
    gpu_quotas: dict[Name, Annotated[int, Field(ge=0, le=100000)]] = Field(default_factory=dict)
    """Parts of `gpu_quota`, by namespace."""
    cpu_quota: Annotated[int, Field(ge=1, le=100000)] = 64
    """Most CPUs that the pods of one namespace may request."""
    memory_quota_gib: Annotated[int, Field(ge=1, le=1000000)] = 256
    """Most memory that the pods of one namespace may request, GiB."""
    pod_quota: Annotated[int, Field(ge=1, le=10000)] = 100
    """Most pods in one namespace."""
    storage_quota_gib: Annotated[int, Field(ge=0, le=1000000)] = 500
    """Most storage that the volumes of one namespace may claim, GiB."""
    model_repositories: tuple[HttpsUrl, ...] = ()
    """Repositories that GitOps deploys for the team."""
    group_arn: RoleArn | None = None
    """IAM role of the team's people; they may run and serve models in the team's namespaces, and
    change neither its policies nor its quotas."""

    def gpus_of(self, namespace: str) -> int:
        """Return the GPUs that the pods of one namespace may request."""
        others = {name: count for name, count in self.gpu_quotas.items() if name != namespace}
        if namespace in self.gpu_quotas:
            return self.gpu_quotas[namespace]
        rest = self.gpu_quota - sum(others.values())
        return rest if namespace == self._first() else 0

    def _first(self) -> str | None:
        """Return the first namespace without a part of its own."""
        return next((name for name in self.namespaces if name not in self.gpu_quotas), None)
