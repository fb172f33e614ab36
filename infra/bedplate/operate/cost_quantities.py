"""How much of what an environment holds: quantities by price key, from its plan and its spec.

GPU nodes are counted from the spec's pools, because Karpenter's appear in no plan; the node groups
of a pool are therefore left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedplate.engine.plan import SECRET, UNKNOWN
from bedplate.operate.cost_types import BY_USE, PIECES, is_free
from bedplate.spec.gpu_types import GPU_TYPES
from bedplate.versions import EKS_STANDARD_SUPPORT_ENDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bedplate.engine.plan import Plan, Resource
    from bedplate.spec.gpu_pools import GpuPoolSpec
    from bedplate.spec.platform import PlatformSpec

POOLS = "gpu_pools"
"""Section of the spec that GPU nodes are counted from."""
OWN = "own"
"""Stands for the spec path of what a team adds to the program itself."""

_DEFAULT_NODE_TYPE = "t3.medium"
_DEFAULT_NODE_DISK_GIB = 20.0
"""What EKS takes where a node group says nothing (EKS API reference, CreateNodegroup)."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much of one thing there is."""

    path: str
    """Spec path that it comes from."""
    key: str
    """Price key."""
    unit: str
    """What is counted."""
    most: float | None
    """At full scale; None where the plan does not know it yet."""
    least: float | None
    """At minimum sizes; None where the plan does not know it yet."""


@dataclass(frozen=True, slots=True)
class Nodes:
    """Nodes of which any one type may be taken: the dearest counts."""

    path: str
    """Spec path that they come from."""
    choices: tuple[Quantity, ...]
    """The same nodes, once for each type that they may be of."""


Counted = Quantity | Nodes
"""One thing, or nodes of one of several types."""


def counted(plan: Plan, spec: PlatformSpec) -> Iterator[Counted]:
    """Yield all that is charged by the piece."""
    for name, pool in spec.gpu_pools.items():
        yield from _pool(f"{POOLS}.{name}", pool)
    for layer in plan.layers:
        by_urn = layer.by_urn()
        for resource in layer.resources:
            if resource.custom and not resource.is_provider:
                yield from _resource(resource, by_urn, spec)


def _resource(
    resource: Resource, by_urn: Mapping[str, Resource], spec: PlatformSpec
) -> Iterator[Counted]:
    path = resource.spec_path or OWN
    if resource.type == "aws:eks/nodeGroup:NodeGroup":
        if path.split(".")[0] != POOLS:
            yield from _node_group(path, resource, by_urn)
    elif resource.type == "aws:ec2/vpcEndpoint:VpcEndpoint":
        yield from _endpoint(path, resource, spec)
    elif resource.type in _HANDLERS:
        yield from _HANDLERS[resource.type](path, resource.inputs)
    elif resource.type in PIECES:
        key, unit = PIECES[resource.type]
        yield Quantity(path, key, unit, 1.0, 1.0)
    elif resource.type not in BY_USE and not is_free(resource.type):
        yield Quantity(path, resource.type, "resource", 1.0, 1.0)


def _pool(path: str, pool: GpuPoolSpec) -> Iterator[Counted]:
    """Count a pool's nodes; the EC2 rate of a reservation is the on-demand one."""
    suffix = ":spot"
    if {"on-demand", "reserved"} & set(pool.purchase):
        suffix = ""
    elif "capacity-block" in pool.purchase:
        suffix = ":capacity-block"
    least = float(pool.min_nodes if pool.provisioner == "managed" else 0)
    choices = []
    for name in pool.instance_types:
        # Karpenter counts GPUs, so a smaller type brings more nodes; a node group counts nodes.
        by_gpus = pool.max_gpus // GPU_TYPES[name].count
        most = float(by_gpus if pool.provisioner == "karpenter" else pool.max_nodes)
        choices.append(Quantity(path, f"ec2:{name}{suffix}", "node", most, least))
    yield Nodes(path, tuple(choices))
    disk = float(pool.disk_gib)
    nodes = max((choice.most or 0.0) for choice in choices)
    yield Quantity(path, "ebs:gp3-gib", "GiB", nodes * disk, least * disk)


def _node_group(path: str, group: Resource, by_urn: Mapping[str, Resource]) -> Iterator[Counted]:
    scaling = _mapping(group.inputs.get("scalingConfig"))
    most, least = _number(scaling.get("maxSize")), _number(scaling.get("minSize"))
    template = _template(group, by_urn)
    types = _texts(group.inputs.get("instanceTypes")) or _texts([template.get("instanceType")])
    suffix = ":spot" if group.inputs.get("capacityType") == "SPOT" else ""
    yield Nodes(
        path,
        tuple(
            Quantity(path, f"ec2:{name}{suffix}", "node", most, least)
            for name in types or (_DEFAULT_NODE_TYPE,)
        ),
    )
    for kind, size in _disks(group, template):
        yield Quantity(path, f"ebs:{kind}-gib", "GiB", _times(most, size), _times(least, size))


def _template(group: Resource, by_urn: Mapping[str, Resource]) -> Mapping[str, Any]:
    """Return the inputs of the launch template that a node group refers to."""
    for urn in group.property_dependencies.get("launchTemplate", ()):
        found = by_urn.get(urn)
        if found is not None and found.type == "aws:ec2/launchTemplate:LaunchTemplate":
            return found.inputs
    return {}


def _disks(group: Resource, template: Mapping[str, Any]) -> Iterator[tuple[str, float | None]]:
    devices = template.get("blockDeviceMappings")
    if not isinstance(devices, list) or not devices:
        given = group.inputs.get("diskSize")
        yield "gp3", _DEFAULT_NODE_DISK_GIB if given is None else _number(given)
        return
    for device in devices:
        volume = _mapping(_mapping(device).get("ebs"))
        yield str(volume.get("volumeType", "gp3")), _number(volume.get("volumeSize"))


def _endpoint(path: str, endpoint: Resource, spec: PlatformSpec) -> Iterator[Counted]:
    if endpoint.inputs.get("vpcEndpointType", "Gateway") != "Interface":
        return
    subnets = endpoint.inputs.get("subnetIds")
    zones = float(len(subnets) if isinstance(subnets, list) else spec.network.zones)
    yield Quantity(path, "vpc:interface-endpoint", "endpoint-zone", zones, zones)


def _cluster(path: str, inputs: Mapping[str, Any]) -> Iterator[Counted]:
    version = inputs.get("version")
    extended = isinstance(version, str) and version not in EKS_STANDARD_SUPPORT_ENDS
    key = "eks:cluster-extended" if extended else "eks:cluster"
    yield Quantity(path, key, "cluster", 1.0, 1.0)


def _database(path: str, inputs: Mapping[str, Any]) -> Iterator[Counted]:
    standby = ":multi-az" if inputs.get("multiAz") is True else ""
    yield Quantity(path, f"rds:{inputs.get('instanceClass')}{standby}", "instance", 1.0, 1.0)
    size = _number(inputs.get("allocatedStorage"))
    key = f"rds:{inputs.get('storageType') or 'gp3'}-gib-month{standby}"
    yield Quantity(path, key, "GiB", size, size)
    if inputs.get("manageMasterUserPassword") is True:
        yield Quantity(path, "secretsmanager:secret", "secret", 1.0, 1.0)


def _instance(path: str, inputs: Mapping[str, Any]) -> Iterator[Counted]:
    yield Quantity(path, f"ec2:{inputs.get('instanceType')}", "node", 1.0, 1.0)


def _reservation(path: str, inputs: Mapping[str, Any]) -> Iterator[Counted]:
    count = _number(inputs.get("instanceCount"))
    yield Quantity(path, f"ec2:{inputs.get('instanceType')}", "node", count, count)


def _volume(path: str, inputs: Mapping[str, Any]) -> Iterator[Counted]:
    size = _number(inputs.get("size"))
    yield Quantity(path, f"ebs:{inputs.get('type') or 'gp2'}-gib", "GiB", size, size)


def _balancer(path: str, inputs: Mapping[str, Any]) -> Iterator[Counted]:
    kind = inputs.get("loadBalancerType") or "application"
    yield Quantity(path, f"elb:{kind}", "load balancer", 1.0, 1.0)


_HANDLERS: dict[str, Callable[[str, Mapping[str, Any]], Iterator[Counted]]] = {
    "aws:ebs/volume:Volume": _volume,
    "aws:ec2/capacityReservation:CapacityReservation": _reservation,
    "aws:ec2/instance:Instance": _instance,
    "aws:eks/cluster:Cluster": _cluster,
    "aws:lb/loadBalancer:LoadBalancer": _balancer,
    "aws:rds/instance:Instance": _database,
}
"""Types whose quantities stand in their inputs."""


def _number(value: object) -> float | None:
    """Return a size, or None where the plan does not know it yet."""
    return float(value) if isinstance(value, int | float | str) else None


def _times(count: float | None, size: float | None) -> float | None:
    return None if count is None or size is None else count * size


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) and value not in (SECRET, UNKNOWN) else {}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
