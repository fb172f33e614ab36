"""What is measured: the pods of each part that show metrics, and the way for Prometheus to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bedplate.spec.namespaces import engine_namespace, used_namespaces, uses_gitops

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bedplate.spec.platform import PlatformSpec


@dataclass(frozen=True, slots=True)
class Target:
    """Pods that show metrics."""

    name: str
    """Name of the monitor."""
    namespace: str
    """Their namespace."""
    port: int
    """Port of the metrics."""
    selector: Mapping[str, str] = field(default_factory=dict)
    """Their labels; none: every pod of the namespace that has the port."""
    path: str = "/metrics"
    """Path of the metrics."""


def targets(spec: PlatformSpec) -> Iterator[Target]:
    """Yield the targets of the environment."""
    app = "app.kubernetes.io/name"
    yield Target("istiod", "istio-system", 15014, {"app": "istiod"})
    yield Target("ztunnel", "istio-system", 15020, {"app": "ztunnel"}, "/stats/prometheus")
    yield Target("gateway", "edge", 15020, {"gateway.networking.k8s.io/gateway-name": "platform"},
                 "/stats/prometheus")  # fmt: skip
    yield Target("cert-manager", "cert-manager", 9402, {app: "cert-manager"})
    yield Target("external-secrets", "external-secrets", 8080, {app: "external-secrets"})
    yield Target("gatekeeper", "gatekeeper-system", 8888, {"gatekeeper.sh/system": "yes"})
    yield Target("mlflow", "mlflow", 5000, {app: "mlflow"})
    used = used_namespaces(spec)
    if any(pool.provisioner == "karpenter" for pool in spec.gpu_pools.values()):
        yield Target("karpenter", "kube-system", 8080, {app: "karpenter"})
    if "nvidia" in used and spec.gpu_stack.metrics:
        yield Target("dcgm-exporter", "nvidia", 9400, {app: "dcgm-exporter"})
    if "keda" in used:
        yield Target("keda", "keda", 8080, {"app": "keda-operator"})
    if uses_gitops(spec):
        controller = {app: "argocd-application-controller"}
        yield Target("argocd", "argocd", 8082, controller)
    engines = {
        "argo": Target("argo-workflows", "argo", 9090, {app: "argo-workflows-workflow-controller"}),
        "airflow": Target("airflow", "airflow", 9102, {"component": "statsd"}),
        "kubeflow": Target("kubeflow", "kubeflow", 8888, {"app": "ml-pipeline"}),
    }
    yield engines[engine_namespace(spec)]


def monitor(target: Target) -> dict[str, Any]:
    """Return the monitor of a target."""
    endpoint = {"portNumber": target.port, "path": target.path, "interval": "30s"}
    return _monitor(target.name, target.namespace, target.selector, [endpoint])


def predictors(namespace: str) -> dict[str, Any]:
    """Return the monitor of a team's predictors: KServe's servers and vLLM, Triton."""
    endpoints = [
        {"portNumber": port, "path": "/metrics", "interval": "30s"} for port in (8080, 8002)
    ]
    selector = {"component": "predictor"}
    return _monitor("predictors", namespace, selector, endpoints)


def _monitor(
    name: str, namespace: str, selector: Mapping[str, str], endpoints: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"matchLabels": dict(selector)}, "podMetricsEndpoints": endpoints},
    }
