"""Section `registry`: container images and registered models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bedplate.spec.base import Domain, RepositoryName, Spec
from bedplate.spec.model_registry import ModelRegistrySpec


class RegistrySpec(Spec):
    """ECR repositories, pull-through rules and their lifecycle."""

    repositories: tuple[RepositoryName, ...] = ("serving", "training", "pipelines")
    """Platform repositories; each team gets its own beside them."""
    pull_through: tuple[Domain, ...] = ()
    """Upstream registries whose images are cached on first pull. Those that ECR has no rule for,
    or that ask for a login, are listed as images to copy instead."""
    untagged_days: Annotated[int, Field(ge=1, le=365)] = 14
    """Days after which untagged images expire."""
    keep_tagged: Annotated[int, Field(ge=5, le=1000)] = 100
    """Tagged images kept per repository."""
    scanning: Literal["enhanced", "basic"] = "enhanced"
    """Image scanning: Amazon Inspector continuously, or on push only."""
    scanning_configuration: Literal["managed", "existing"] = "managed"
    """The registry's scanning configuration exists once per account and region."""
    models: ModelRegistrySpec = ModelRegistrySpec()
    """Where model versions are registered."""
