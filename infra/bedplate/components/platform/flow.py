"""Who may talk to whom: one statement, held by the mesh and by network policies alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.components.platform.scope import PlatformScope

TRUST_DOMAIN: Final = "cluster.local"
"""Trust domain of the mesh; begins every principal."""

NAMESPACE_LABEL: Final = "kubernetes.io/metadata.name"
"""Label that Kubernetes gives every namespace: its own name."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Pods that may connect: those of a service account, or of a whole namespace."""

    namespace: str
    """Their namespace."""
    service_account: str | None = None
    """Their service account; None: any pod of the namespace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A connection that is let through."""

    name: str
    """Name of the policies that allow it, unique within the namespaces at both ends."""
    to: str
    """Namespace that is connected to."""
    ports: tuple[int, ...]
    """TCP ports of the pods."""
    sources: tuple[Peer, ...]
    """Who may connect."""
    selector: Mapping[str, str] = field(default_factory=dict)
    """Labels of the pods that are connected to; none: all of the namespace."""


def flow_manifests(flow: Flow, scope: PlatformScope) -> list[dict[str, Any]]:
    """Return the policies that allow a flow; none where nothing is denied by default.

    Inside the mesh the caller is known by its identity, and the network policy of every namespace
    lets the mesh's own port through. Outside it, both ends get a network policy. Raises ValueError
    for a caller outside the mesh and a callee inside: strict mutual TLS would refuse it.
    """
    if not scope.spec.zero_trust.default_deny:
        return []
    meshed = [peer for peer in flow.sources if scope.in_mesh(peer.namespace)]
    plain = [peer for peer in flow.sources if not scope.in_mesh(peer.namespace)]
    if scope.in_mesh(flow.to):
        if plain:
            raise ValueError(f"{plain[0].namespace} is not in the mesh, {flow.to} is")
        return [_authorization(flow)]
    manifests = [_ingress(flow)]
    callers = sorted({peer.namespace for peer in (*meshed, *plain)} - {flow.to})
    return [*manifests, *(_egress(flow, namespace) for namespace in callers)]


def _authorization(flow: Flow) -> dict[str, Any]:
    principals = sorted(
        f"{TRUST_DOMAIN}/ns/{peer.namespace}/sa/{peer.service_account}"
        for peer in flow.sources
        if peer.service_account
    )
    namespaces = sorted(peer.namespace for peer in flow.sources if not peer.service_account)
    sources = [{"source": {"principals": principals}}] if principals else []
    sources += [{"source": {"namespaces": namespaces}}] if namespaces else []
    spec: dict[str, Any] = {
        "action": "ALLOW",
        "rules": [{"from": sources, "to": [{"operation": {"ports": _texts(flow.ports)}}]}],
    }
    if flow.selector:
        spec["selector"] = {"matchLabels": dict(flow.selector)}
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": flow.name, "namespace": flow.to},
        "spec": spec,
    }


def _texts(ports: tuple[int, ...]) -> list[str]:
    return [str(port) for port in ports]


def _ports(flow: Flow) -> list[dict[str, Any]]:
    return [{"protocol": "TCP", "port": port} for port in flow.ports]


def _network_policy(name: str, namespace: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def _ingress(flow: Flow) -> dict[str, Any]:
    callers = sorted({peer.namespace for peer in flow.sources})
    peers = [{"namespaceSelector": {"matchLabels": {NAMESPACE_LABEL: name}}} for name in callers]
    spec = {
        "podSelector": {"matchLabels": dict(flow.selector)},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": peers, "ports": _ports(flow)}],
    }
    return _network_policy(flow.name, flow.to, spec)


def _egress(flow: Flow, namespace: str) -> dict[str, Any]:
    target = {
        "namespaceSelector": {"matchLabels": {NAMESPACE_LABEL: flow.to}},
        "podSelector": {"matchLabels": dict(flow.selector)},
    }
    spec = {
        "podSelector": {},
        "policyTypes": ["Egress"],
        "egress": [{"to": [target], "ports": _ports(flow)}],
    }
    return _network_policy(f"{flow.name}-out", namespace, spec)
