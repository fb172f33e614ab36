"""What all roles may do, taken together: within the boundary, and in one partition."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from support.layers import named, of_type, simulated

from bedplate.components.foundation.audit import Audit, AuditArgs
from bedplate.components.foundation.cluster import Cluster, ClusterArgs
from bedplate.components.foundation.gpu_pools import GpuPools, GpuPoolsArgs
from bedplate.components.foundation.guardrails import Guardrails, GuardrailsArgs
from bedplate.components.foundation.identities import (
    Boundary,
    BoundaryArgs,
    Identities,
    IdentitiesArgs,
)
from bedplate.components.foundation.keys import Keys, KeysArgs
from bedplate.components.foundation.network import Network, NetworkArgs
from bedplate.components.foundation.registry import Registry, RegistryArgs
from bedplate.components.foundation.stores import Stores, StoresArgs
from bedplate.components.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.engine.plan import LayerPlan

POOL = {"instance_types": ["g6.xlarge"], "purchase": ["spot", "on-demand"], "max_gpus": 2}
ELSEWHERE = {
    "aws": {"account_id": "111122223333", "region": "us-gov-west-1"},
    "governance": {"jurisdictions": ["US"]},
}
DOCUMENTS = ("policy", "assumeRolePolicy")


def _foundation(bare: Scope) -> None:
    boundary = Boundary("boundary", BoundaryArgs(scope=bare))
    scope = Scope(bare.spec, boundary.arn)
    keys = Keys("keys", KeysArgs(scope=scope))
    network = Network("network", NetworkArgs(scope=scope, keys=keys))
    stores = Stores("stores", StoresArgs(scope=scope, keys=keys, network=network))
    buckets = [bucket.arn for bucket in stores.buckets.values()]
    audit = Audit("audit", AuditArgs(scope=scope, keys=keys, data_buckets=buckets))
    cluster = Cluster("cluster", ClusterArgs(scope=scope, keys=keys, network=network))
    pools = GpuPoolsArgs(scope=scope, keys=keys, network=network, cluster=cluster)
    GpuPools("gpu-pools", pools)
    registry = Registry("registry", RegistryArgs(scope=scope, keys=keys))
    users = IdentitiesArgs(
        scope=scope, keys=keys, network=network, cluster=cluster, stores=stores, registry=registry
    )
    Identities("identities", users)
    Guardrails("guardrails", GuardrailsArgs(scope=scope, keys=keys, audit=audit))


@cache
def _plan() -> LayerPlan:
    return simulated(_foundation, {"gpu_pools": {"inference": POOL}})


def _role_statements(plan: LayerPlan) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in ("aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy"):
        for policy in of_type(plan, kind):
            if policy.name != "boundary-policy":
                for statement in json.loads(policy.inputs["policy"])["Statement"]:
                    yield policy.name, statement


def _boundary(effect: str) -> list[str]:
    statements = json.loads(named(_plan(), "boundary-policy").inputs["policy"])["Statement"]
    return [
        action.lower()
        for statement in statements
        if statement["Effect"] == effect
        for action in statement.get("Action", [])
    ]


def _allowed() -> list[tuple[str, str]]:
    return [
        (name, action.lower())
        for name, statement in _role_statements(_plan())
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    ]


def test_no_role_is_given_what_the_boundary_withholds() -> None:
    """A policy beyond the boundary would look as if it worked, and be refused when it counts."""
    ceiling = _boundary("Allow")
    beyond = [
        (name, action)
        for name, action in _allowed()
        if not any(fnmatchcase(action, pattern) for pattern in ceiling)
    ]

    assert len(_allowed()) > 100
    assert beyond == []


def test_no_role_is_given_what_the_boundary_denies() -> None:
    """A denial wins over whatever is attached."""
    denied = _boundary("Deny")

    assert [
        (name, action)
        for name, action in _allowed()
        if any(fnmatchcase(action, pattern) for pattern in denied)
    ] == []


def test_every_role_has_the_boundary_and_waits_for_it() -> None:
    """The boundary comes first: AWS refuses a role that names one which is not there."""
    plan = _plan()
    boundary = named(plan, "boundary-policy")
    roles = of_type(plan, "aws:iam/role:Role")

    assert len(roles) > 10
    assert [r.name for r in roles if boundary.urn not in r.dependencies] == []
    assert {r.inputs["permissionsBoundary"] for r in roles} == {boundary.outputs["arn"]}


def test_no_role_may_do_everything_to_everything() -> None:
    """No action is a bare wildcard, and none is allowed by leaving others out."""
    assert [name for name, action in _allowed() if action in {"*", "*:*"}] == []
    assert [name for name, s in _role_statements(_plan()) if "NotAction" in s] == []


def test_policies_are_within_what_iam_takes() -> None:
    """At most 6,144 characters without spaces a policy, and ten policies a role (IAM quotas)."""
    plan = _plan()
    policies = of_type(plan, "aws:iam/policy:Policy")
    roles = [
        r.inputs["role"] for r in of_type(plan, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    ]

    assert [p.name for p in policies if len("".join(p.inputs["policy"].split())) > 6144] == []
    assert [role for role in set(roles) if roles.count(role) > 10] == []


@pytest.mark.parametrize("key", DOCUMENTS)
def test_documents_name_the_partition_of_the_region(key: str) -> None:
    """In another partition, no document names an ARN of the commercial one."""
    plan = simulated(_foundation, ELSEWHERE)
    documents = [r for r in plan.resources if isinstance(r.inputs.get(key), str)]

    assert len(documents) > 10
    assert [r.name for r in documents if "arn:aws:" in r.inputs[key]] == []
