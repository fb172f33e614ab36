"""The foundation layer: its components, and what it exports to the platform layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from bedplate.components.foundation.audit import Audit, AuditArgs
from bedplate.components.foundation.cluster import Cluster, ClusterArgs
from bedplate.components.foundation.gpu_pools import GpuPools, GpuPoolsArgs
from bedplate.components.foundation.guardrails import Guardrails, GuardrailsArgs
from bedplate.components.foundation.identities import (
    Boundary,
    BoundaryArgs,
    Identities,
    IdentitiesArgs,
    ServiceLinkedRoles,
    ServiceLinkedRolesArgs,
)
from bedplate.components.foundation.keys import Keys, KeysArgs
from bedplate.components.foundation.network import Network, NetworkArgs
from bedplate.components.foundation.registry import Registry, RegistryArgs
from bedplate.components.foundation.stores import Stores, StoresArgs
from bedplate.components.scope import Scope
from bedplate.program.environment import aws_provider, environment

if TYPE_CHECKING:
    import pulumi_aws as aws


@dataclass(frozen=True)
class Foundation:
    """The components of the foundation layer, for resources of your own beside them."""

    scope: Scope
    """Spec, names and tags."""
    provider: aws.Provider
    """The explicit AWS provider; give it to your own resources."""
    keys: Keys
    """KMS keys."""
    network: Network
    """VPC and subnets."""
    stores: Stores
    """Buckets, database, backups."""
    audit: Audit
    """Trail, detectors, recorders."""
    cluster: Cluster
    """EKS cluster."""
    gpu_pools: GpuPools
    """GPU node pools."""
    registry: Registry
    """Container registry."""
    identities: Identities
    """Roles of controllers and teams."""
    guardrails: Guardrails
    """Budget, alarms, region guard."""


def foundation() -> Foundation:
    """Create the foundation layer of the stack's environment.

    Raises pulumi.RunError with everything that is wrong in the environment's files.
    """
    spec = environment().spec
    provider = aws_provider(spec)
    opts = pulumi.ResourceOptions(providers=[provider])
    boundary = Boundary("boundary", BoundaryArgs(scope=Scope(spec)), opts)
    scope = Scope(spec, boundary.arn)
    linked = ServiceLinkedRolesArgs(scope=scope)
    service_linked_roles = ServiceLinkedRoles("service-linked-roles", linked, opts)
    keys = Keys("keys", KeysArgs(scope=scope, after=service_linked_roles.roles), opts)
    network = Network("network", NetworkArgs(scope=scope, keys=keys), opts)
    stores = Stores("stores", StoresArgs(scope=scope, keys=keys, network=network), opts)
    data_buckets = [bucket.arn for bucket in stores.buckets.values()]
    audit = Audit("audit", AuditArgs(scope=scope, keys=keys, data_buckets=data_buckets), opts)
    cluster = Cluster("cluster", ClusterArgs(scope=scope, keys=keys, network=network), opts)
    pools = GpuPoolsArgs(scope=scope, keys=keys, network=network, cluster=cluster)
    gpu_pools = GpuPools("gpu-pools", pools, opts)
    registry = Registry("registry", RegistryArgs(scope=scope, keys=keys), opts)
    users = IdentitiesArgs(
        scope=scope,
        keys=keys,
        network=network,
        cluster=cluster,
        stores=stores,
        registry=registry,
    )
    identities = Identities("identities", users, opts)
    limits = GuardrailsArgs(scope=scope, keys=keys, audit=audit)
    guardrails = Guardrails("guardrails", limits, opts)
    made = Foundation(
        scope, provider, keys, network, stores, audit, cluster, gpu_pools, registry, identities,
        guardrails,
    )  # fmt: skip
    for name, value in _exports(made).items():
        pulumi.export(name, value)
    return made


def _exports(made: Foundation) -> dict[str, object]:
    """Return what the platform layer reads of this one."""
    cluster, stores, pools = made.cluster, made.stores, made.gpu_pools
    return {
        "account_id": made.scope.spec.aws.account_id,
        "region": made.scope.spec.aws.region,
        "vpc_id": made.network.vpc_id,
        "private_subnet_ids": made.network.private_subnet_ids,
        "cluster_name": cluster.cluster_name,
        "cluster_endpoint": cluster.endpoint,
        "cluster_certificate_authority": cluster.certificate_authority,
        "cluster_security_group_id": cluster.security_group_id,
        "deferred_addons": cluster.deferred_addons,
        "karpenter_instance_profile": pools.karpenter_instance_profile,
        "karpenter_queue": pools.interruption_queue_name,
        "key_arns": made.keys.arns,
        "buckets": {name: bucket.bucket_name for name, bucket in stores.buckets.items()},
        "database_endpoint": stores.database_endpoint,
        "database_secret_arn": stores.database_secret_arn,
        "repository_urls": made.registry.repository_urls,
        "pull_through_prefixes": made.registry.pull_through_prefixes,
        "images_to_copy": list(made.registry.images_to_copy),
        "role_arns": made.identities.role_arns,
        "alarm_topic_arn": made.guardrails.alarm_topic_arn,
        "region_guard": made.guardrails.region_guard,
    }
