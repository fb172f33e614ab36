"""The provider of the cluster: how a deploy reaches the Kubernetes API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from bedplate.components.platform.foundation_outputs import FoundationOutputs
    from bedplate.spec.platform import PlatformSpec

_EXEC_API = "client.authentication.k8s.io/v1beta1"
"""API of credential plugins (Kubernetes documentation, client-go credential plugins)."""


def kubernetes_provider(
    spec: PlatformSpec, foundation: FoundationOutputs
) -> pulumi.ProviderResource:
    """Create the provider.

    The kubeconfig holds no token: the AWS CLI asks for one at each call. A private endpoint is
    reached from inside the VPC, or through a tunnel (docs/how-to/private-endpoint.md).
    """
    name = foundation.text("cluster_name")
    endpoint = foundation.text("cluster_endpoint")
    authority = foundation.text("cluster_certificate_authority")
    region, role = spec.aws.region, spec.aws.deploy_role_arn
    kubeconfig = pulumi.Output.all(name, endpoint, authority).apply(
        lambda known: _kubeconfig(*known, region=region, role=role)
    )
    inputs = {
        "kubeconfig": kubeconfig,
        # The cluster is the same one whatever its endpoint or certificate becomes.
        "clusterIdentifier": name,
        "enableServerSideApply": "true",
    }
    return pulumi.ProviderResource("kubernetes", "kubernetes", inputs)


def _kubeconfig(name: str, endpoint: str, authority: str, *, region: str, role: str | None) -> str:
    """Return the kubeconfig of one cluster, as JSON, which is YAML too."""
    arguments = ["eks", "get-token", "--cluster-name", name, "--region", region, "--output", "json"]
    arguments += ["--role-arn", role] if role else []
    command = {"apiVersion": _EXEC_API, "command": "aws", "args": arguments}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [
            {
                "name": name,
                "cluster": {"server": endpoint, "certificate-authority-data": authority},
            }
        ],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "users": [{"name": name, "user": {"exec": command}}],
    }
    return json.dumps(config)
