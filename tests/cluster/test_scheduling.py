"""GPU work lands on its own pool and nothing else does, decided by the real scheduler."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from support.platform_plans import plan

from bedplate.components.gpu_nodes import GPU_TAINT, POOL_LABEL

if TYPE_CHECKING:
    from support.kube import Cluster

pytestmark = [
    pytest.mark.needs(
        "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "openssl"
    ),
    pytest.mark.xdist_group("cluster"),
]

NAMESPACE = "scheduling"
WAITS_S = 60
"""Seconds that a busy machine's scheduler is given."""
STANDS_S = 3
"""Seconds after which «unschedulable» is believed: it may be said before a node is known."""


def _pools() -> dict[str, tuple[dict[str, str], list[dict[str, str]]]]:
    """Return labels and taints of each GPU pool of prod, whoever makes its nodes."""
    found = {}
    for layer in plan("stacks/prod").layers:
        for resource in layer.resources:
            if resource.inputs.get("kind") == "NodePool":
                template = resource.inputs["spec"]["template"]
                labels, taints = template["metadata"]["labels"], template["spec"]["taints"]
                found[labels[POOL_LABEL]] = (labels, taints)
            elif resource.type == "aws:eks/nodeGroup:NodeGroup":
                labels = resource.inputs["labels"]
                if POOL_LABEL in labels:
                    effect = {"effect": "NoSchedule"}
                    taints = [taint | effect for taint in resource.inputs["taints"]]
                    found[labels[POOL_LABEL]] = (labels, taints)
    return found


def _node(name: str, labels: dict[str, str], taints: list[dict[str, str]], gpus: int) -> Any:
    room = {"cpu": "16", "memory": "64Gi", "pods": "100"}
    capacity = room | ({"nvidia.com/gpu": str(gpus)} if gpus else {})
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/os": "linux", **labels}},
        "spec": {"taints": taints},
        "status": {"capacity": capacity, "allocatable": capacity},
    }


@pytest.fixture(scope="module")
def pools(with_scheduler: Cluster) -> Cluster:
    """Return the API server with a system node and one node of each pool of prod."""
    server = with_scheduler
    server.create(_node("system", {"bedplate/node": "system"}, [], 0))
    for name, (labels, taints) in _pools().items():
        server.create(_node(name, labels, taints, 1))
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    server.apply(namespace)
    for _ in range(10 * WAITS_S):
        nodes = server.call("GET", "/api/v1/nodes")["items"]
        account = {"apiVersion": "v1", "kind": "ServiceAccount"}
        ready = [
            any(c["type"] == "Ready" and c["status"] == "True" for c in n["status"]["conditions"])
            for n in nodes
            if n["status"].get("conditions")
        ]
        metadata = {"name": "default", "namespace": NAMESPACE}
        if len(ready) == len(nodes) and all(ready) and server.get(account | {"metadata": metadata}):
            return server
        time.sleep(0.1)
    raise AssertionError("the nodes are not ready")


def _run(server: Cluster, name: str, spec: dict[str, Any]) -> str | None:
    """Return the node that a pod lands on; None where it stays pending."""
    container = {"name": "main", "image": "registry.example/x:1", **spec.pop("container", {})}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"containers": [container], **spec},
    }
    server.create(pod)
    end, refused = time.monotonic() + WAITS_S, 0.0
    while time.monotonic() < end:
        found = server.get(pod)
        if found["spec"].get("nodeName"):
            return str(found["spec"]["nodeName"])
        conditions = found["status"].get("conditions", [])
        if any(each.get("reason") == "Unschedulable" for each in conditions):
            refused = refused or time.monotonic()
            if time.monotonic() - refused > STANDS_S:
                return None
        time.sleep(0.1)
    raise AssertionError(f"the scheduler says nothing of {name}")


GPU: dict[str, Any] = {"resources": {"limits": {"nvidia.com/gpu": "1"}}}
TOLERATES = [{"key": GPU_TAINT["key"], "operator": "Exists", "effect": "NoSchedule"}]


def test_there_is_more_than_one_pool() -> None:
    """Prod has a pool that comes and goes, and one that is managed."""
    assert sorted(_pools()) == ["inference-l4", "training-h200"]


def test_gpu_work_lands_on_its_pool_and_no_more_than_its_gpus(pools: Cluster) -> None:
    """A pod that names its pool gets a GPU there; with all GPUs taken a further pod waits."""
    for pool in ("inference-l4", "training-h200"):
        spec = {"container": GPU, "tolerations": TOLERATES, "nodeSelector": {POOL_LABEL: pool}}
        assert _run(pools, f"work-{pool}", spec) == pool

    assert _run(pools, "one-too-many", {"container": GPU, "tolerations": TOLERATES}) is None


def test_other_work_lands_on_no_gpu_node(pools: Cluster) -> None:
    """However many there are, pods without a GPU stay with the system nodes."""
    nodes = {_run(pools, f"other-{number}", {}) for number in range(5)}

    assert nodes == {"system"}


def test_gpu_work_without_the_toleration_waits(pools: Cluster) -> None:
    """The taint holds even for a pod that asks for a GPU."""
    assert _run(pools, "no-toleration", {"container": GPU}) is None
