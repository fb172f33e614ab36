"""Runs components of the platform layer in the simulator, alone."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pulumi

from bedplate.components.platform.component import PlatformArgs
from bedplate.components.platform.foundation_outputs import FoundationOutputs
from bedplate.components.platform.scope import PlatformScope
from support.layers import simulated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bedplate.components.scope import Scope
    from bedplate.engine.plan import LayerPlan, Resource

EXPORTS: dict[str, Any] = {
    "account_id": "111122223333",
    "region": "me-central-1",
    "vpc_id": "vpc-0aaaabbbbccccdddd",
    "private_subnet_ids": ["subnet-0a", "subnet-0b", "subnet-0c"],
    "cluster_name": "acme-prod",
    "cluster_endpoint": "https://ABCDEF.gr7.me-central-1.eks.amazonaws.com",
    "cluster_certificate_authority": "Y2VydGlmaWNhdGU=",
    "cluster_security_group_id": "sg-0aaaabbbbccccdddd",
    "deferred_addons": [
        {"name": "coredns", "version": None, "service_account": None, "role_arn": None},
        {
            "name": "aws-ebs-csi-driver",
            "version": None,
            "service_account": "ebs-csi-controller-sa",
            "role_arn": "arn:aws:iam::111122223333:role/acme-prod-ebs-csi",
        },
    ],
    "karpenter_instance_profile": "acme-prod-karpenter-node",
    "karpenter_queue": "acme-prod-karpenter",
    "database_endpoint": "acme-prod.abc.me-central-1.rds.amazonaws.com:5432",
    "database_secret_arn": "arn:aws:secretsmanager:me-central-1:111122223333:secret:rds!db-1",
    "alarm_topic_arn": "arn:aws:sns:me-central-1:111122223333:acme-prod-alarms",
    "region_guard": "",
    "pull_through_prefixes": {},
    "images_to_copy": [],
    "repository_urls": {},
}
"""What the foundation of the base environment exports."""


class _Named(dict[str, str]):
    """Answers every name with a plausible value."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, key: str) -> str:
        return self._form.format(key)


_MAPPINGS = {
    "buckets": "acme-prod-{}-111122223333",
    "key_arns": "arn:aws:kms:me-central-1:111122223333:key/{}",
    "role_arns": "arn:aws:iam::111122223333:role/acme-prod-{}",
}


class _Anything(defaultdict[str, list[pulumi.Resource]]):
    """Has every namespace and every API group, with nothing to wait for."""

    def __init__(self) -> None:
        super().__init__(list)


def platform_plan(
    build: Callable[[PlatformArgs], object], changes: Mapping[str, Any] | None = None
) -> LayerPlan:
    """Return the plan of what `build` makes in the base environment with `changes`.

    Every namespace and every custom resource definition counts as being there.
    """

    def run(scope: Scope) -> None:
        def read(name: str) -> pulumi.Output[Any]:
            if name in _MAPPINGS:
                return pulumi.Output.from_input(0).apply(lambda _: _Named(_MAPPINGS[name]))
            return pulumi.Output.from_input(EXPORTS[name])

        inside = PlatformScope(
            scope.spec,
            foundation=FoundationOutputs(read),
            established=_Anything(),
            namespaces=_Anything(),
        )
        build(PlatformArgs(scope=inside))

    return simulated(run, changes)


def objects(plan: LayerPlan, kind: str) -> dict[str, dict[str, Any]]:
    """Return the manifests of a kind, by `namespace/name` or name."""
    found = {}
    for resource in plan.resources:
        if resource.inputs.get("kind") == kind:
            metadata = resource.inputs["metadata"]
            place = f"{metadata['namespace']}/" if "namespace" in metadata else ""
            found[f"{place}{metadata['name']}"] = resource.inputs
    return found


def releases(plan: LayerPlan) -> dict[str, Resource]:
    """Return the Helm releases by their name."""
    return {
        resource.inputs["name"]: resource
        for resource in plan.resources
        if resource.type == "kubernetes:helm.sh/v3:Release"
    }


def values(plan: LayerPlan, release: str) -> dict[str, Any]:
    """Return the values of a release."""
    found: dict[str, Any] = releases(plan)[release].inputs["values"]
    return found
