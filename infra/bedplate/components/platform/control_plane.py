"""What the API server may call: webhooks and extension servers, which stand outside the mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.spec.subnets import subnets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bedplate.components.platform.scope import PlatformScope


def control_plane_manifests(
    name: str,
    namespace: str,
    ports: Sequence[int],
    selector: Mapping[str, str],
    scope: PlatformScope,
) -> list[dict[str, Any]]:
    """Return the policy that lets the API server reach pods; none where nothing is denied.

    EKS puts the control plane's network interfaces into the intra subnets, so its calls come from
    there (EKS user guide, network requirements).
    """
    if not scope.spec.zero_trust.default_deny:
        return []
    blocks = [{"ipBlock": {"cidr": cidr}} for cidr in subnets(scope.spec.network).intra]
    return [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "podSelector": {"matchLabels": dict(selector)},
                "policyTypes": ["Ingress"],
                "ingress": [
                    {
                        "from": blocks,
                        "ports": [{"protocol": "TCP", "port": port} for port in ports],
                    }
                ],
            },
        }
    ]
