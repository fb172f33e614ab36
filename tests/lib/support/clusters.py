"""Plans of the cluster, its GPU pools and the registry, each built once per set of changes."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

from bedplate.components.foundation.cluster import Cluster, ClusterArgs
from bedplate.components.foundation.gpu_pools import GpuPools, GpuPoolsArgs
from bedplate.components.foundation.keys import Keys, KeysArgs
from bedplate.components.foundation.network import Network, NetworkArgs
from bedplate.components.foundation.registry import Registry, RegistryArgs
from support.layers import of_type, policy_of, simulated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.components.scope import Scope
    from bedplate.engine.plan import LayerPlan, Resource

ROLE = "arn:aws:iam::111122223333:role/"
"""Begins the ARN of a role of the base environment's account."""


def cluster_plan(changes: Mapping[str, Any] | None = None) -> LayerPlan:
    """Return the plan of network and cluster, GPU pools included."""
    return _cluster_plan(json.dumps(changes or {}))


@functools.cache
def _cluster_plan(changes: str) -> LayerPlan:
    def build(scope: Scope) -> None:
        keys = Keys("keys", KeysArgs(scope=scope))
        network = Network("network", NetworkArgs(scope=scope, keys=keys))
        cluster = Cluster("cluster", ClusterArgs(scope=scope, keys=keys, network=network))
        pools = GpuPoolsArgs(scope=scope, keys=keys, network=network, cluster=cluster)
        GpuPools("gpu-pools", pools)

    return simulated(build, json.loads(changes))


def registry_plan(changes: Mapping[str, Any] | None = None) -> LayerPlan:
    """Return the plan of the registry."""
    return _registry_plan(json.dumps(changes or {}))


@functools.cache
def _registry_plan(changes: str) -> LayerPlan:
    def build(scope: Scope) -> None:
        Registry("registry", RegistryArgs(scope=scope, keys=Keys("keys", KeysArgs(scope=scope))))

    return simulated(build, json.loads(changes))


def statements(plan: LayerPlan, policy_name: str) -> dict[str, dict[str, Any]]:
    """Return the statements of one IAM policy by their Sid."""
    (policy,) = (
        resource
        for resource in of_type(plan, "aws:iam/policy:Policy")
        if resource.inputs["name"] == policy_name
    )
    return {statement["Sid"]: statement for statement in policy_of(policy)["Statement"]}


def attached_policies(plan: LayerPlan, role: str) -> list[str]:
    """Return the names of the policies that a role has, sorted."""
    return sorted(
        attachment.inputs["policyArn"].rsplit("/", 1)[-1]
        for attachment in of_type(plan, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if attachment.inputs["role"] == role
    )


def trust(plan: LayerPlan, role: str) -> dict[str, Any]:
    """Return the only statement of a role's trust policy."""
    (found,) = (r for r in of_type(plan, "aws:iam/role:Role") if r.inputs["name"] == role)
    (statement,) = policy_of(found, "assumeRolePolicy")["Statement"]
    return dict(statement)


def waits_for(plan: LayerPlan, resource: Resource) -> set[str]:
    """Return the logical names of everything that must exist before a resource does."""
    by_urn = {each.urn: each for each in plan.resources}
    found: set[str] = set()
    waiting = [*resource.dependencies]
    while waiting:
        each = by_urn[waiting.pop()]
        if each.name not in found:
            found.add(each.name)
            waiting += each.dependencies
    return found
