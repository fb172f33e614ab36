"""What people and pods of a team may do, decided by the real API server."""

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING, Any

import pytest
from support.kube import Refused
from support.platform_plans import manifests, plan

from bedplate.components.team_groups import team_group

if TYPE_CHECKING:
    from support.kube import Cluster

pytestmark = [
    pytest.mark.needs("etcd", "kube-apiserver", "kube-controller-manager", "openssl"),
    pytest.mark.xdist_group("cluster"),
]

KINDS = ("Namespace", "ResourceQuota", "LimitRange", "ServiceAccount", "Role", "RoleBinding")
FRAUD = [team_group("fraud")]


@pytest.fixture(scope="module")
def teams(with_controllers: Cluster) -> Cluster:
    """Return the API server with the namespaces of the teams of the environment prod."""
    namespaces = {"fraud", "fraud-training", "claims"}
    for manifest in manifests(plan("stacks/prod")):
        metadata = manifest["metadata"]
        at = metadata.get("namespace", metadata["name"])
        if manifest["kind"] in KINDS and at in namespaces:
            with_controllers.apply(manifest)
    return with_controllers


def _may(server: Cluster, verb: str, what: str, group: str = "", namespace: str = "fraud") -> bool:
    resource, _, part = what.partition("/")
    attributes = {"verb": verb, "resource": resource, "group": group, "namespace": namespace}
    if part:
        attributes["subresource"] = part
    return server.can_i(FRAUD, "someone@acme.example", attributes)


@pytest.mark.parametrize(
    ("verb", "what", "group"),
    [
        ("create", "inferenceservices", "serving.kserve.io"),
        ("delete", "inferenceservices", "serving.kserve.io"),
        ("get", "pods", ""),
        ("get", "pods/log", ""),
        ("create", "jobs", "batch"),
        ("update", "configmaps", ""),
        ("list", "resourcequotas", ""),
        ("list", "networkpolicies", "networking.k8s.io"),
    ],
)
def test_a_team_runs_and_serves(teams: Cluster, verb: str, what: str, group: str) -> None:
    """In its own namespaces a team does its work."""
    assert _may(teams, verb, what, group)
    assert _may(teams, verb, what, group, "fraud-training")


@pytest.mark.parametrize(
    ("verb", "what", "group", "namespace"),
    [
        ("create", "networkpolicies", "networking.k8s.io", "fraud"),
        ("delete", "authorizationpolicies", "security.istio.io", "fraud"),
        ("update", "resourcequotas", "", "fraud"),
        ("create", "rolebindings", "rbac.authorization.k8s.io", "fraud"),
        ("get", "secrets", "", "fraud"),
        ("create", "pods", "", "fraud"),
        ("create", "pods/exec", "", "fraud"),
        ("create", "serviceaccounts", "", "fraud"),
        ("get", "pods", "", "claims"),
        ("create", "inferenceservices", "serving.kserve.io", "claims"),
        ("get", "pods", "", "kube-system"),
        ("get", "nodes", "", ""),
        ("list", "namespaces", "", ""),
    ],
)
def test_a_team_changes_no_rules_and_sees_no_other(
    teams: Cluster, verb: str, what: str, group: str, namespace: str
) -> None:
    """Policies, quotas, roles, secrets and other teams are out of reach."""
    assert not _may(teams, verb, what, group, namespace)


@pytest.mark.parametrize(
    ("team", "own", "other"),
    [
        ("fraud", "fraud", "claims"),
        ("fraud", "fraud-training", "claims"),
        ("claims", "claims", "fraud"),
        ("claims", "claims", "fraud-training"),
    ],
)
def test_every_team_keeps_to_its_own(teams: Cluster, team: str, own: str, other: str) -> None:
    """Each team's group, both ways: its own namespaces, and no other team's."""

    def may(verb: str, resource: str, group: str, namespace: str) -> bool:
        wanted = {"verb": verb, "resource": resource, "group": group, "namespace": namespace}
        return teams.can_i([team_group(team)], "someone@acme.example", wanted)

    for verb, resource, group in (
        ("create", "inferenceservices", "serving.kserve.io"),
        ("create", "jobs", "batch"),
        ("get", "pods", ""),
        ("update", "configmaps", ""),
    ):
        assert may(verb, resource, group, own)
        assert not may(verb, resource, group, other)
    assert not may("get", "secrets", "", own)


def test_a_pipeline_reports_results_and_starts_nothing(teams: Cluster) -> None:
    """The account of pipelines has the rights of a step, in its own namespace."""
    user = "system:serviceaccount:fraud:workload"
    groups = ["system:serviceaccounts", "system:serviceaccounts:fraud"]
    results = {"resource": "workflowtaskresults", "group": "argoproj.io", "verb": "create"}

    assert teams.can_i(groups, user, results | {"namespace": "fraud"})
    assert not teams.can_i(groups, user, results | {"namespace": "claims"})
    assert not teams.can_i(
        groups, user, {"resource": "pods", "verb": "create", "namespace": "fraud"}
    )


def _pod(name: str, **container: Any) -> dict[str, Any]:
    restricted = {
        "allowPrivilegeEscalation": False,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    own = {"name": "main", "image": "registry.example/x:1", "securityContext": restricted}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "fraud"},
        "spec": {"serviceAccountName": "model-reader", "containers": [own | container]},
    }


def test_pod_security_accepts_a_restricted_pod(teams: Cluster) -> None:
    """What a model server needs is allowed."""
    assert teams.create(_pod("restricted"))["metadata"]["name"] == "restricted"


@pytest.mark.parametrize(
    ("container", "reason"),
    [
        ({"securityContext": {"privileged": True}}, "privileged"),
        ({"securityContext": {}}, "allowPrivilegeEscalation"),
    ],
)
def test_pod_security_refuses_more(teams: Cluster, container: dict[str, Any], reason: str) -> None:
    """A privileged pod, and one that says nothing, are refused by the level `restricted`."""
    with pytest.raises(Refused, match=rf'violates PodSecurity "restricted:v1\.35".*{reason}'):
        teams.create(_pod("more", **container))


def test_the_platforms_own_pods_fit_their_namespaces(teams: Cluster) -> None:
    """Every workload that we write ourselves passes the level of its namespace."""
    found = []
    for manifest in manifests(plan("engines/airflow")):
        if manifest["kind"] == "Namespace":
            teams.apply(manifest)
        elif manifest["kind"] in {"Deployment", "Job"}:
            found.append(manifest)
    for manifest in found:
        template = copy.deepcopy(manifest["spec"]["template"])
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": f"try-{manifest['metadata']['name']}",
                "namespace": manifest["metadata"]["namespace"],
            },
            "spec": template["spec"] | {"serviceAccountName": "default"},
        }
        _account(teams, pod["metadata"]["namespace"])
        assert teams.create(pod)["metadata"]["name"].startswith("try-")

    assert len(found) >= 3


def _account(server: Cluster, namespace: str) -> None:
    """Wait until the controller manager has made the namespace's own account."""
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "default", "namespace": namespace},
    }
    for _ in range(100):
        if server.get(account):
            return
        time.sleep(0.1)


def _counted(server: Cluster) -> None:
    """Wait until the controller manager has taken the quota of the team claims into account."""
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "team", "namespace": "claims"},
    }
    for _ in range(100):
        if (server.get(quota).get("status") or {}).get("hard"):
            break
        time.sleep(0.1)


def test_a_quota_stops_the_one_too_many(teams: Cluster) -> None:
    """The team claims may ask for four GPUs, and not for a fifth."""
    _counted(teams)
    gpus = {"limits": {"nvidia.com/gpu": "1", "memory": "1Gi"}, "requests": {"nvidia.com/gpu": "1"}}

    def ask(name: str) -> None:
        pod = _pod(name, resources=gpus)
        pod["metadata"]["namespace"] = "claims"
        teams.create(pod)

    for number in range(4):
        ask(f"gpu-{number}")

    with pytest.raises(Refused, match=r"exceeded quota: team.*requests\.nvidia\.com/gpu"):
        ask("gpu-4")


def test_a_team_gets_no_load_balancer(teams: Cluster) -> None:
    """The way in is the platform's gateway."""
    _counted(teams)
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "open", "namespace": "claims"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}], "selector": {"x": "y"}},
    }

    with pytest.raises(Refused, match=r"exceeded quota: team.*services\.loadbalancers"):
        teams.create(service)
