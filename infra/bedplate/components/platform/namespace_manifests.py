"""A namespace and its first policies: nothing passes but what every pod needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.spec.namespaces import PodSecurity
    from bedplate.spec.platform import PlatformSpec

MESH_LABEL: Final = "istio.io/dataplane-mode"
"""Label of namespaces and pods whose traffic the ambient mesh takes (Istio documentation)."""

_HBONE = 15008
"""Port at which the mesh receives its tunnelled traffic (Istio, ambient and NetworkPolicy)."""
_KUBELET_PROBES = "169.254.7.127/32"
"""Address that the mesh gives the kubelet's probes (Istio, ambient and NetworkPolicy)."""
_POD_IDENTITY = "169.254.170.23/32"
"""Address of the Pod Identity agent on every node (EKS user guide, Pod Identity)."""


def namespace_manifest(
    name: str,
    spec: PlatformSpec,
    pod_security: PodSecurity,
    *,
    mesh: bool,
    labels: Mapping[str, str],
) -> dict[str, Any]:
    """Return a namespace whose pods are held to a level, in the mesh or out of it."""
    prefix, version = "pod-security.kubernetes.io", f"v{spec.cluster.version}"
    levels = {f"{prefix}/{mode}": pod_security for mode in ("enforce", "audit", "warn")}
    versions = {f"{prefix}/{mode}-version": version for mode in ("enforce", "audit", "warn")}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": name,
            "labels": {
                **levels,
                **versions,
                MESH_LABEL: "ambient" if mesh else "none",
                **labels,
            },
        },
    }


def baseline(
    namespace: str, spec: PlatformSpec, *, mesh: bool, object_storage: bool
) -> list[dict[str, Any]]:
    """Return the first policies of a namespace; none where nothing is denied by default.

    Everything is denied, then let through: names, the Kubernetes API and AWS' interface endpoints
    (both inside the VPC), credentials of Pod Identity, and the mesh. S3's gateway endpoint has
    public addresses, which a policy can't name: where a namespace uses S3, HTTPS may leave, and
    routes, endpoint policy and DNS firewall say how far it gets.
    """
    if not spec.zero_trust.default_deny:
        return []
    https = "0.0.0.0/0" if object_storage else spec.network.cidr
    rules = [
        _rule([_block(https)], ("TCP", 443)),
        _rule([_block(_POD_IDENTITY)], ("TCP", 80)),
        _rule([_pods("kube-system", {"k8s-app": "kube-dns"})], ("UDP", 53), ("TCP", 53)),
    ]
    policies = [
        _policy(namespace, "default-deny", {"policyTypes": ["Ingress", "Egress"]}),
        _policy(namespace, "baseline", {"policyTypes": ["Egress"], "egress": rules}),
    ]
    return [*policies, _mesh(namespace)] if mesh else policies


def _mesh(namespace: str) -> dict[str, Any]:
    members = {"namespaceSelector": {"matchLabels": {MESH_LABEL: "ambient"}}}
    spec = {
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {"from": [members], "ports": [{"protocol": "TCP", "port": _HBONE}]},
            {"from": [_block(_KUBELET_PROBES)]},
        ],
        "egress": [_rule([members], ("TCP", _HBONE))],
    }
    return _policy(namespace, "mesh", spec)


def _policy(namespace: str, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"podSelector": {}, **spec},
    }


def _rule(to: list[dict[str, Any]], *ports: tuple[str, int]) -> dict[str, Any]:
    return {"to": to, "ports": [{"protocol": each[0], "port": each[1]} for each in ports]}


def _block(cidr: str) -> dict[str, Any]:
    return {"ipBlock": {"cidr": cidr}}


def _pods(namespace: str, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "podSelector": {"matchLabels": dict(labels)},
    }
