"""Values of a plan by what they mean: versions, sizes, and what is open to whom."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from bedplate.engine.plan import Plan, Resource

Kind = Literal["versions", "sizes", "exposure"]
"""What a value is about."""
Traits: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Values by kind, key of the resource, and property."""

_RELEASE: Final = "kubernetes:helm.sh/v3:Release"
_BLOCK: Final = (
    "blockPublicAcls",
    "blockPublicPolicy",
    "ignorePublicAcls",
    "restrictPublicBuckets",
)
_SCHEME: Final = "service.beta.kubernetes.io/aws-load-balancer-scheme"

VERSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:eks/cluster:Cluster": ("version",),
    "aws:eks/nodeGroup:NodeGroup": ("version", "releaseVersion", "amiType"),
    "aws:eks/addon:Addon": ("addonVersion",),
    "aws:rds/instance:Instance": ("engineVersion",),
    _RELEASE: ("version",),
}
"""Properties that are versions, by type."""
SIZES: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:eks/nodeGroup:NodeGroup": ("instanceTypes", "capacityType", "scalingConfig", "diskSize"),
    "aws:ec2/launchTemplate:LaunchTemplate": ("instanceType", "blockDeviceMappings"),
    "aws:rds/instance:Instance": (
        "instanceClass", "allocatedStorage", "maxAllocatedStorage", "multiAz", "storageType",
    ),
    "kubernetes:karpenter.sh/v1:NodePool": ("spec.limits", "spec.template.spec.requirements"),
    "kubernetes:core/v1:ResourceQuota": ("spec.hard",),
    "kubernetes:core/v1:PersistentVolumeClaim": ("spec.resources.requests",),
    "kubernetes:apps/v1:Deployment": ("spec.replicas",),
    "kubernetes:apps/v1:StatefulSet": ("spec.replicas",),
}  # fmt: skip
"""Properties that are sizes, by type."""
EXPOSURE: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:eks/cluster:Cluster": ("vpcConfig.endpointPublicAccess", "vpcConfig.publicAccessCidrs"),
    "aws:rds/instance:Instance": ("publiclyAccessible",),
    "aws:ec2/subnet:Subnet": ("mapPublicIpOnLaunch",),
    "aws:ec2/securityGroup:SecurityGroup": ("ingress",),
    "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions": (
        "internetGatewayBlockMode",
    ),
    "aws:ec2/route:Route": ("destinationCidrBlock", "gatewayId", "natGatewayId"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        "cidrIpv4", "cidrIpv6", "fromPort", "toPort", "ipProtocol",
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _BLOCK,
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": _BLOCK,
    "kubernetes:core/v1:Service": ("spec.type",),
    "kubernetes:gateway.networking.k8s.io/v1:Gateway": ("spec.listeners",),
    "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute": ("spec.hostnames",),
}  # fmt: skip
"""Properties that decide who can reach what, by type."""
_IMAGES: Final = frozenset({"image", "tag"})
"""Keys of container images, wherever they stand in an object or a chart's values."""
_HELM_SIZES: Final = frozenset({"replicas", "replicaCount", "storage", "storageSize"})
"""Keys of a chart's values that are sizes, wherever they stand."""


def traits_of(plan: Plan, name: Callable[[str, Resource], str]) -> Traits:
    """Return the values that people ask about; ``name`` gives the key of a layer's resource."""
    found: dict[str, dict[str, dict[str, Any]]] = {"versions": {}, "sizes": {}, "exposure": {}}
    for layer in plan.layers:
        for each in layer.resources:
            if not each.custom:
                continue
            for kind, path, value in _traits(each):
                found[kind].setdefault(name(layer.layer, each), {})[path] = value
    return found


def _traits(resource: Resource) -> Iterator[tuple[Kind, str, Any]]:
    tables: tuple[tuple[Kind, Mapping[str, tuple[str, ...]]], ...] = (
        ("versions", VERSIONS),
        ("sizes", SIZES),
        ("exposure", EXPOSURE),
    )
    for kind, table in tables:
        for path in table.get(resource.type, ()):
            value = _at(resource.inputs, path)
            if value is not None:
                yield kind, path, value
    if resource.type.startswith("kubernetes:"):
        helm = resource.type == _RELEASE
        yield from _inside(resource.inputs, "", helm=helm)
    else:
        yield from _wide(resource.inputs)


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _inside(value: Any, path: str, *, helm: bool) -> Iterator[tuple[Kind, str, Any]]:
    """Yield images, sizes of charts and schemes of load balancers, wherever they stand."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _inside(item, f"{path}[{number}]", helm=helm)
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        here = f"{path}.{key}" if path else str(key)
        if key in _IMAGES and isinstance(item, str) and item:
            yield "versions", here, item
        elif key == _SCHEME:
            yield "exposure", here, item
        elif helm and key in _HELM_SIZES and not isinstance(item, dict | list):
            yield "sizes", here, item
        else:
            yield from _inside(item, here, helm=helm)


def _wide(inputs: Mapping[str, Any]) -> Iterator[tuple[Kind, str, Any]]:
    """Yield what policy documents allow to anybody."""
    for key, value in inputs.items():
        document = _document(value)
        allowed = [
            text
            for number, statement in enumerate(document)
            if isinstance(statement, dict) and (text := _anybody(statement, number))
        ]
        if allowed:
            yield "exposure", f"{key} to anybody", allowed


def _document(value: Any) -> list[Any]:
    """Return the statements of a policy document; none for any other value."""
    if not isinstance(value, str) or not value.startswith("{"):
        return []
    try:
        found = json.loads(value)
    except ValueError:
        return []
    statements = found.get("Statement") if isinstance(found, dict) else None
    return statements if isinstance(statements, list) else [statements]


def _anybody(statement: Mapping[str, Any], number: int) -> str:
    """Return what a statement allows to everybody, "" where it does not."""
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, dict) else principal
    everybody = named == "*" or (isinstance(named, list) and "*" in named)
    if statement.get("Effect") != "Allow" or not everybody:
        return ""
    actions = statement.get("Action", [])
    text = ", ".join(map(str, actions)) if isinstance(actions, list) else str(actions)
    limited = " under a condition" if statement.get("Condition") else ""
    return f"{statement.get('Sid') or number + 1}: {text}{limited}"
