"""Namespaces of the platform: closed before anything runs in them."""

from __future__ import annotations

import pytest
from support.layers import spec
from support.platform_plans import CASES, manifests, plan
from support.platforms import objects, platform_plan

from bedplate.components.platform.namespaces import Namespaces
from bedplate.spec.namespaces import used_namespaces


def test_each_is_held_to_its_level_and_version() -> None:
    """Pod Security enforces, audits and warns, at the cluster's own version."""
    found = objects(platform_plan(lambda args: Namespaces("namespaces", args)), "Namespace")
    labels = found["mlflow"]["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["pod-security.kubernetes.io/warn-version"] == "v1.35"
    assert labels["istio.io/dataplane-mode"] == "ambient"
    assert found["kserve"]["metadata"]["labels"]["istio.io/dataplane-mode"] == "none"


@pytest.mark.parametrize(
    ("changes", "absent"),
    [
        ({}, {"airflow", "kubeflow", "argo-events", "argocd", "nvidia"}),
        ({"serving": {"autoscaler": "hpa"}}, {"keda"}),
        ({"orchestration": {"engine": "airflow"}}, {"argo", "kubeflow"}),
    ],
)
def test_only_what_is_used_is_there(changes: dict[str, object], absent: set[str]) -> None:
    """An engine that was not chosen leaves no empty namespace."""
    assert not absent & set(used_namespaces(spec(changes)))


@pytest.mark.parametrize("case", CASES)
def test_every_namespace_denies_by_default(case: str) -> None:
    """Each has a policy that selects every pod and allows nothing, in and out."""
    made = manifests(plan(case))
    namespaces = {m["metadata"]["name"] for m in made if m["kind"] == "Namespace"}
    closed = {
        m["metadata"]["namespace"]
        for m in made
        if m["kind"] == "NetworkPolicy"
        and m["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    }

    assert namespaces <= closed
    assert "kube-system" in closed


def test_nothing_is_denied_where_nobody_asked() -> None:
    """Without default deny there are namespaces, and no policies."""
    made = platform_plan(
        lambda args: Namespaces("namespaces", args), {"zero_trust": {"default_deny": False}}
    )

    assert objects(made, "NetworkPolicy") == {}
    assert objects(made, "Namespace")
