"""Rules about GPU pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.spec.gpu_sharing import MIG_PROFILES
from bedplate.spec.gpu_types import GPU_TYPES
from bedplate.spec.rules import Conflict, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedplate.spec.aws import AwsSpec
    from bedplate.spec.cluster import ClusterSpec
    from bedplate.spec.gpu_pools import GpuPoolSpec
    from bedplate.spec.gpu_stack import GpuStackSpec
    from bedplate.spec.guardrails import BudgetSpec
    from bedplate.spec.network import NetworkSpec
    from bedplate.spec.teams import TeamSpec

CLAIMS_SINCE = (1, 34)
"""Kubernetes that serves `resource.k8s.io/v1` by default (release notes of 1.34)."""

MIG_GPUS = frozenset({"a100", "h100", "h200", "b200", "b300"})
"""GPU models that can be partitioned (NVIDIA MIG user guide); A10G, L4 and L40S can't."""


@rule("gpu_pools", "aws")
def types_are_offered(pools: Mapping[str, GpuPoolSpec], aws: AwsSpec) -> Iterator[Conflict]:
    """The region is known to offer each GPU type."""
    offered = sorted({GPU_TYPES[name].family for name in aws.facts.gpu_types})
    for name, pool in pools.items():
        for index, instance_type in enumerate(pool.instance_types):
            if instance_type not in aws.facts.gpu_types:
                yield Conflict(
                    f"gpu_pools.{name}.instance_types[{index}]",
                    f"`{instance_type}` is not known to be offered in {aws.region}",
                    f"use a type of {', '.join(offered) or 'another region'}",
                    judged=True,
                )


@rule("gpu_pools")
def purchases_fit(pools: Mapping[str, GpuPoolSpec]) -> Iterator[Conflict]:
    """Capacity blocks need a managed pool, and reservations need an id."""
    for name, pool in pools.items():
        path = f"gpu_pools.{name}"
        if "capacity-block" in pool.purchase and pool.provisioner != "managed":
            yield Conflict(
                f"{path}.provisioner",
                "capacity blocks are bought by a managed pool only",
                "set it to `managed`, or drop `capacity-block` from purchase",
            )
        if "capacity-block" in pool.purchase and len(pool.purchase) > 1:
            fix = "make a second pool for the other purchases"
            yield Conflict(f"{path}.purchase", "`capacity-block` must stand alone", fix)
        reserved = {"reserved", "capacity-block"} & set(pool.purchase)
        if reserved and not pool.reservations:
            yield Conflict(
                f"{path}.reservations",
                f"`{min(reserved)}` needs the id of a reservation",
                "list it (cr-…)",
            )
        if pool.reservations and not reserved:
            fix = "add `reserved` or `capacity-block` to purchase, or remove them"
            yield Conflict(f"{path}.reservations", "reservations are listed but never used", fix)


@rule("gpu_pools")
def sizes_fit(pools: Mapping[str, GpuPoolSpec]) -> Iterator[Conflict]:
    """At least one node fits, and what is kept running fits too."""
    for name, pool in pools.items():
        path = f"gpu_pools.{name}"
        largest = max(GPU_TYPES[t].count for t in pool.instance_types)
        if pool.max_gpus < largest:
            problem = f"{pool.max_gpus} GPUs are fewer than the {largest} of one node"
            yield Conflict(f"{path}.max_gpus", problem, f"raise it to {largest} or more")
        if pool.min_nodes and pool.provisioner == "karpenter":
            fix = "remove it, or set provisioner to `managed`"
            yield Conflict(f"{path}.min_nodes", "Karpenter keeps no idle nodes", fix)
        elif pool.min_nodes > pool.max_nodes:
            problem = f"{pool.min_nodes} nodes are more than the {pool.max_nodes} of max_gpus"
            yield Conflict(f"{path}.min_nodes", problem, "lower it, or raise max_gpus")
        if len({GPU_TYPES[t].architecture for t in pool.instance_types}) > 1:
            fix = "make a pool for each architecture"
            problem = "the types mix x86_64 and arm64"
            yield Conflict(f"{path}.instance_types", problem, fix)


@rule("gpu_pools")
def sharing_fits(pools: Mapping[str, GpuPoolSpec]) -> Iterator[Conflict]:
    """A GPU is shared only in a way that its chip has."""
    for name, pool in pools.items():
        sharing, path = pool.sharing, f"gpu_pools.{name}.sharing"
        if sharing.strategy in {"time-slicing", "mps"} and sharing.replicas == 1:
            problem = f"`{sharing.strategy}` with one replica shares nothing"
            yield Conflict(f"{path}.replicas", problem, "set it to 2 or more")
        if sharing.strategy != "mig":
            continue
        unable = sorted({GPU_TYPES[t].gpu for t in pool.instance_types} - MIG_GPUS)
        if unable:
            fix = f"use time-slicing or mps, or a type with {', '.join(sorted(MIG_GPUS))}"
            yield Conflict(f"{path}.strategy", f"{', '.join(unable)} has no MIG", fix)
        if sharing.mig_profile is None:
            fix = "name one, such as `1g.18gb`"
            yield Conflict(f"{path}.mig_profile", "`mig` needs a profile", fix)
        elif not unable:
            yield from _profile(pool, sharing.mig_profile, f"{path}.mig_profile")
        if not unable and pool.provisioner == "karpenter":
            # It knows an instance type's GPUs, and not what a script makes of them at the start.
            yield Conflict(
                f"gpu_pools.{name}.provisioner",
                "Karpenter makes no node for a pod that asks for a part of a GPU",
                "set it to `managed`, or share by time-slicing or mps",
            )


def _profile(pool: GpuPoolSpec, profile: str, path: str) -> Iterator[Conflict]:
    """A profile is one that every chip of the pool has; a script makes it on AL2023 only."""
    chips = {(GPU_TYPES[t].gpu, GPU_TYPES[t].memory_mib) for t in pool.instance_types}
    if len(chips) > 1:
        problem = "the types have different chips, which are partitioned differently"
        yield Conflict(path, problem, "make a pool for each")
        return
    gpu, memory = chips.pop()
    known = MIG_PROFILES.get((gpu, memory), {})
    if profile not in known:
        names = ", ".join(known) or "none that is known"
        yield Conflict(path, f"{gpu} ({memory} MiB) has no profile `{profile}`", f"use {names}")


@rule("gpu_stack", "gpu_pools", "cluster")
def resource_allocation(
    gpu_stack: GpuStackSpec, pools: Mapping[str, GpuPoolSpec], cluster: ClusterSpec
) -> Iterator[Conflict]:
    """Claims need a Kubernetes that has them, nodes that are there, and GPUs that are whole."""
    if not gpu_stack.dynamic_resource_allocation:
        return
    if tuple(map(int, cluster.version.split("."))) < CLAIMS_SINCE:
        yield Conflict(
            "cluster.version",
            f"Kubernetes {cluster.version} does not serve claims of devices by default",
            "use 1.34 or later, or set gpu_stack.dynamic_resource_allocation to false",
        )
    for name, pool in pools.items():
        path = f"gpu_pools.{name}"
        if pool.provisioner != "managed":
            yield Conflict(
                f"{path}.provisioner",
                "the pinned Karpenter makes no node for a claim of a device",
                "set it to `managed`, or gpu_stack.dynamic_resource_allocation to false",
            )
        if pool.sharing.strategy != "none":
            yield Conflict(
                f"{path}.sharing.strategy",
                "NVIDIA's driver for claims shares GPUs experimentally only",
                "set it to `none`, or gpu_stack.dynamic_resource_allocation to false",
            )


@rule("gpu_pools", "network", "aws")
def pool_zones(
    pools: Mapping[str, GpuPoolSpec], network: NetworkSpec, aws: AwsSpec
) -> Iterator[Conflict]:
    """A pool uses zones that the network has."""
    used = aws.facts.zones[: network.zones]
    for name, pool in pools.items():
        for index, zone in enumerate(pool.zones):
            if zone not in used:
                problem = f"the network has no subnet in zone `{zone}`"
                fix = f"use one of {', '.join(used)}"
                yield Conflict(f"gpu_pools.{name}.zones[{index}]", problem, fix)


@rule("gpu_pools", "budget")
def quota_holds(pools: Mapping[str, GpuPoolSpec], budget: BudgetSpec) -> Iterator[Conflict]:
    """All pools together stay within the budget's GPUs."""
    total = sum(pool.max_gpus for pool in pools.values())
    if budget.max_gpus is not None and total > budget.max_gpus:
        yield Conflict(
            "budget.max_gpus",
            f"the pools may hold {total} GPUs, more than {budget.max_gpus}",
            "lower max_gpus of a pool, or raise it",
            judged=True,
        )


@rule("gpu_pools", "teams")
def team_quotas(
    pools: Mapping[str, GpuPoolSpec], teams: Mapping[str, TeamSpec]
) -> Iterator[Conflict]:
    """No team may ask for more GPUs than there are."""
    total = sum(pool.max_gpus for pool in pools.values())
    for name, team in teams.items():
        if team.gpu_quota > total:
            problem = f"{team.gpu_quota} GPUs are more than the {total} of all pools"
            fix = "lower it, or add GPUs to a pool"
            yield Conflict(f"teams.{name}.gpu_quota", problem, fix)
