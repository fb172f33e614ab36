"""The platform layer: its components, in the order in which each may rely on those before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from bedplate.components.platform.admission import Admission, AdmissionArgs
from bedplate.components.platform.certificates import Certificates
from bedplate.components.platform.cluster_access import kubernetes_provider
from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.feedback import Feedback
from bedplate.components.platform.foundation_outputs import FoundationOutputs
from bedplate.components.platform.gitops import Gitops
from bedplate.components.platform.gpu_stack import GpuStack
from bedplate.components.platform.ingress import Ingress
from bedplate.components.platform.mesh import Mesh
from bedplate.components.platform.model_registry import ModelRegistry
from bedplate.components.platform.monitoring import Monitoring
from bedplate.components.platform.namespaces import Namespaces
from bedplate.components.platform.network_policies import NetworkPolicies
from bedplate.components.platform.nodes import Nodes
from bedplate.components.platform.orchestration import Orchestration
from bedplate.components.platform.scope import PlatformScope
from bedplate.components.platform.secrets import Secrets
from bedplate.components.platform.serving import Serving
from bedplate.components.platform.storage import Storage
from bedplate.components.platform.teams import Teams
from bedplate.program.environment import aws_provider, environment
from bedplate.program.own_rules import own_admission_rules

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

    Raises pulumi.RunError with everything that is wrong in the environment's files, or in the
    platform's own rules at admission.
    """
    spec = environment().spec
    reference = pulumi.StackReference(f"{_FOUNDATION}/{pulumi.get_stack()}")
    foundation = FoundationOutputs(reference.require_output)
    scope = PlatformScope(spec, foundation=foundation)
    account = aws_provider(spec)
    cluster = kubernetes_provider(spec, foundation)
    opts = pulumi.ResourceOptions(providers=[account, cluster])
    _components(scope, opts)
    return Platform(scope, cluster, account)


def _components(scope: PlatformScope, opts: pulumi.ResourceOptions) -> None:
    def args(*after: PlatformComponent) -> PlatformArgs:
        waits = [resource for component in after for resource in component.ready]
        return PlatformArgs(scope=scope, after=waits)

    Namespaces("namespaces", args(), opts)
    network_policies = NetworkPolicies("network-policies", args(), opts)
    mesh = Mesh("mesh", args(network_policies), opts)
    certificates = Certificates("certificates", args(network_policies), opts)
    secrets = Secrets("secrets", args(network_policies), opts)
    ingress = Ingress("ingress", args(mesh, certificates, secrets), opts)
    storage = Storage("storage", args(network_policies), opts)
    own = own_admission_rules()
    admission = AdmissionArgs(scope=scope, after=network_policies.ready, own=own)
    Admission("admission", admission, opts)
    nodes = Nodes("nodes", args(network_policies), opts)
    GpuStack("gpu-stack", args(nodes), opts)
    _services(args(ingress, secrets, storage), opts)


def _services(args: PlatformArgs, opts: pulumi.ResourceOptions) -> None:
    """Create what teams use, and the teams."""
    monitoring = Monitoring("monitoring", args, opts)
    args = PlatformArgs(scope=args.scope, after=[*args.after, *monitoring.ready[-1:]])
    Serving("serving", args, opts)
    ModelRegistry("model-registry", args, opts)
    gitops = Gitops("gitops", args, opts)
    after = PlatformArgs(scope=args.scope, after=[*args.after, *gitops.ready])
    Orchestration("orchestration", after, opts)
    teams = Teams("teams", args, opts)
    Feedback("feedback", PlatformArgs(scope=args.scope, after=[*args.after, *teams.ready]), opts)
