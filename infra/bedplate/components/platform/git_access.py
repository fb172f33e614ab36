"""The way to git servers that stand outside the VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bedplate.spec.platform import PlatformSpec


def git_policies(namespace: str, spec: PlatformSpec) -> list[dict[str, Any]]:
    """Return the policy that lets a namespace's pods reach the git servers over HTTPS."""
    gitops = spec.gitops
    if gitops is None or not gitops.cidrs or not spec.zero_trust.default_deny:
        return []
    blocks = [{"ipBlock": {"cidr": cidr}} for cidr in gitops.cidrs]
    return [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "git", "namespace": namespace},
            "spec": {
                "podSelector": {},
                "policyTypes": ["Egress"],
                "egress": [{"to": blocks, "ports": [{"protocol": "TCP", "port": 443}]}],
            },
        }
    ]
