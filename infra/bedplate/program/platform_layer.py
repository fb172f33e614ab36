"""The platform layer: its components, in the order in which each may rely on those before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from bedplate.components.platform.cluster_access import kubernetes_provider
from bedplate.components.platform.foundation_outputs import FoundationOutputs
from bedplate.components.platform.scope import PlatformScope
from bedplate.program.environment import aws_provider, environment

if TYPE_CHECKING:
    import pulumi_aws as aws

_FOUNDATION = "organization/bedplate-foundation"
"""Project that this layer reads; `organization` is what Pulumi's file backends call theirs."""


@dataclass(frozen=True)
class Platform:
    """The components of the platform layer, for resources of your own beside them."""

    scope: PlatformScope
    """Spec, names, exports of the foundation."""
    provider: pulumi.ProviderResource
    """The explicit Kubernetes provider; give it to your own objects."""
    aws_provider: aws.Provider
    """The explicit AWS provider."""


def platform() -> Platform:
    """Create the platform layer of the stack's environment.

    Raises pulumi.RunError with everything that is wrong in the environment's files.
    """
    spec = environment().spec
    reference = pulumi.StackReference(f"{_FOUNDATION}/{pulumi.get_stack()}")
    foundation = FoundationOutputs(reference.require_output)
    scope = PlatformScope(spec, foundation=foundation)
    account = aws_provider(spec)
    cluster = kubernetes_provider(spec, foundation)
    return Platform(scope, cluster, account)
