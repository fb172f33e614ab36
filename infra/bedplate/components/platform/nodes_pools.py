"""Karpenter's objects for one GPU pool: pure functions of the environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bedplate.components.gpu_nodes import GPU_TAINT, gpu_labels
from bedplate.spec.gpu_types import GPU_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from bedplate.components.platform.scope import PlatformScope
    from bedplate.spec.gpu_pools import GpuPoolSpec, Purchase

_OWN_ORDER: Final[tuple[Purchase, ...]] = ("reserved", "spot", "on-demand")
"""The order in which Karpenter itself tries purchases within one pool (its documentation)."""
_HIGHEST_WEIGHT = 100
"""Weights run from 1 to 100; the highest is tried first."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One NodePool: purchases that Karpenter may choose from, and its share of the pool."""

    name: str
    """Name of the NodePool."""
    purchases: tuple[Purchase, ...]
    """How its nodes may be bought."""
    weight: int
    """The higher, the earlier it is tried."""
    max_nodes: int
    """Most nodes."""


def offers(name: str, pool: GpuPoolSpec) -> tuple[Offer, ...]:
    """Return the NodePools of a pool: one where Karpenter's own order is the wanted one.

    Otherwise one a purchase, by weight. NodePools share no limit, so they share out the pool's
    nodes, as managed pools do.
    """
    wanted = tuple(dict.fromkeys(pool.purchase))
    natural = tuple(purchase for purchase in _OWN_ORDER if purchase in wanted)
    if wanted == natural:
        return (Offer(name, wanted, _HIGHEST_WEIGHT, pool.max_nodes),)
    count = len(wanted)
    shares = [pool.max_nodes // count + (at < pool.max_nodes % count) for at in range(count)]
    found = (
        Offer(f"{name}-{purchase}", (purchase,), _HIGHEST_WEIGHT - at * 10, shares[at])
        for at, purchase in enumerate(wanted)
    )
    return tuple(offer for offer in found if offer.max_nodes)


def node_class(
    name: str, pool: GpuPoolSpec, scope: PlatformScope, profile: pulumi.Output[str]
) -> dict[str, Any]:
    """Return what the nodes of a pool are made of."""
    discovery = [{"tags": {"karpenter.sh/discovery": scope.names.prefix}}]
    spec: dict[str, Any] = {
        "amiSelectorTerms": [{"alias": scope.spec.nodes.ami}],
        # Karpenter could make a profile of a role itself, if IAM had an endpoint in the VPC.
        "instanceProfile": profile,
        "subnetSelectorTerms": discovery,
        "securityGroupSelectorTerms": discovery,
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpTokens": "required",
            "httpPutResponseHopLimit": 1,
        },
        "blockDeviceMappings": [_volume(pool, scope)],
        "tags": scope.tags(scope.names.resource(f"gpu-{name}")),
    }
    if pool.reservations:
        spec["capacityReservationSelectorTerms"] = [{"id": each} for each in pool.reservations]
    return {
        "apiVersion": "karpenter.k8s.aws/v1",
        "kind": "EC2NodeClass",
        "metadata": {"name": name},
        "spec": spec,
    }


def _volume(pool: GpuPoolSpec, scope: PlatformScope) -> dict[str, Any]:
    """Return the root volume; Bottlerocket keeps images on its second one."""
    bottlerocket = scope.spec.nodes.ami.startswith("bottlerocket")
    return {
        "deviceName": "/dev/xvdb" if bottlerocket else "/dev/xvda",
        "ebs": {
            "volumeSize": f"{pool.disk_gib}Gi",
            "volumeType": "gp3",
            "encrypted": True,
            "kmsKeyID": scope.foundation.key_arn("platform"),
            "deleteOnTermination": True,
        },
    }


def node_pool(name: str, pool: GpuPoolSpec, offer: Offer, scope: PlatformScope) -> dict[str, Any]:
    """Return one NodePool: what it may launch, how much, and when nodes go."""
    nodes, most = scope.spec.nodes, max(GPU_TYPES[each].count for each in pool.instance_types)
    reference = {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": name}
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": offer.name},
        "spec": {
            "weight": offer.weight,
            "limits": {
                "nvidia.com/gpu": str(offer.max_nodes * most),
                "nodes": str(offer.max_nodes),
            },
            "disruption": {
                "consolidationPolicy": "WhenEmpty",
                "consolidateAfter": f"{nodes.idle_minutes}m",
                "budgets": [{"nodes": "1"}],
            },
            "template": {
                "metadata": {"labels": gpu_labels(name, pool)},
                "spec": {
                    "nodeClassRef": reference,
                    "expireAfter": f"{nodes.expire_hours}h",
                    "terminationGracePeriod": f"{nodes.drain_minutes}m",
                    "taints": [GPU_TAINT],
                    "requirements": _requirements(pool, offer, scope),
                },
            },
        },
    }


def _requirements(pool: GpuPoolSpec, offer: Offer, scope: PlatformScope) -> list[dict[str, Any]]:
    architecture = GPU_TYPES[pool.instance_types[0]].architecture
    region, zones = scope.spec.aws.region, pool.zones
    found = [
        _in("node.kubernetes.io/instance-type", pool.instance_types),
        _in("karpenter.sh/capacity-type", offer.purchases),
        _in("kubernetes.io/arch", ["arm64" if architecture == "arm64" else "amd64"]),
        _in("kubernetes.io/os", ["linux"]),
    ]
    if zones:
        found.append(_in("topology.kubernetes.io/zone", [f"{region}{zone}" for zone in zones]))
    return found


def _in(key: str, values: Sequence[str]) -> dict[str, Any]:
    return {"key": key, "operator": "In", "values": list(values)}
