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
    """Most GPUs that the team's pods may request."""
    model_repositories: tuple[HttpsUrl, ...] = ()
    """Repositories that GitOps deploys for the team."""
    group_arn: RoleArn | None = None
    """IAM role of the team's people; gets edit rights in the team's namespaces."""
