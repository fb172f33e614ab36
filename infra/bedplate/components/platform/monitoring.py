"""Monitoring: metrics, logs, dashboards, alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform import monitoring_values as values
from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.control_plane import control_plane_manifests
from bedplate.components.platform.edge import EdgeRoute, edge_route
from bedplate.components.platform.flow import Flow, Peer
from bedplate.components.platform.monitoring_backups import backup_age
from bedplate.components.platform.monitoring_dashboards import (
    DASHBOARDS,
    Dashboard,
    cost_dashboard,
    dashboard_json,
)
from bedplate.components.platform.monitoring_rules import rule_groups
from bedplate.components.platform.monitoring_targets import monitor, targets
from bedplate.components.platform.secret_manifests import generated_secret
from bedplate.components.platform.services import PROMETHEUS

if TYPE_CHECKING:
    import pulumi

_NAMESPACE = "monitoring"
_PROMETHEUS = Peer(_NAMESPACE, "prometheus")
_GRAFANA = {"app.kubernetes.io/name": "grafana"}


class Monitoring(PlatformComponent):
    """Prometheus and Grafana, Loki, the collectors, and everything that they show and tell."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install them."""
        super().__init__(name, "monitoring", args, opts)
        self._metrics_server()
        self._charts()
        self._flows()
        self._targets()
        self._rules()
        for manifest in backup_age(self.scope):
            self.manifest(manifest)
        for dashboard in (*DASHBOARDS, cost_dashboard(self.scope.spec)):
            self._dashboard(dashboard)
        self.register_outputs({})

    def _metrics_server(self) -> None:
        """Install what autoscalers ask; EKS brings none."""
        labels = {"app.kubernetes.io/name": "metrics-server"}
        for manifest in control_plane_manifests(
            "metrics-server", "kube-system", [10250], labels, self.scope
        ):
            self.manifest(manifest)
        for manifest in _kubelets("kube-system", labels, self.scope.spec.network.cidr):
            if self.scope.spec.zero_trust.default_deny:
                self.manifest(manifest)
        chart = {
            "replicas": 2,
            "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
            "tls": {"type": "cert-manager"},
            "apiService": {"insecureSkipTLSVerify": False},
            "resources": {"requests": {"cpu": "50m", "memory": "100Mi"}},
        }
        self.release("metrics-server", "kube-system", chart)

    def _charts(self) -> None:
        scope = self.scope
        admin = generated_secret(values.GRAFANA_ADMIN, _NAMESPACE, "password")
        admin[1]["spec"]["target"]["template"]["data"]["user"] = "admin"
        secrets = [self.manifest(each) for each in admin]
        for manifest in control_plane_manifests(
            "operator-webhook",
            _NAMESPACE,
            [10250],
            {"app": "kube-prometheus-stack-operator"},
            scope,
        ):
            self.manifest(manifest)
        kinds = ("podmonitors", "prometheusrules", "servicemonitors")
        self.release(
            "kube-prometheus-stack", _NAMESPACE, values.stack_values(scope), name="metrics",
            crds={"monitoring.coreos.com": kinds}, after=secrets,
        )  # fmt: skip
        loki = self.release("loki", _NAMESPACE, values.loki_values(scope))
        collector, agent = values.telemetry_values(scope), values.log_agent_values(scope)
        chart = "opentelemetry-collector"
        self.release(chart, _NAMESPACE, collector, name="telemetry", after=[loki])
        self.release(chart, _NAMESPACE, agent, name="log-agent", after=[loki])

    def _flows(self) -> None:
        """Let the parts talk to one another, and Prometheus to kubelets and node exporters."""
        inside = (Peer(_NAMESPACE),)
        ports = (3000, 3100, 4318, 8080, 8888, 9090, 9093, 9094, 9095, 7946, 10250)
        self.allow(Flow(name="internal", to=_NAMESPACE, ports=ports, sources=inside))
        scope = self.scope
        keda = scope.spec.serving.autoscaler == "keda" and scope.spec.zero_trust.default_deny
        if scope.spec.zero_trust.default_deny:
            for manifest in _kubelets(_NAMESPACE, {}, scope.spec.network.cidr):
                self.manifest(manifest)
        if keda:
            self._keda()
        edge_route(
            self,
            EdgeRoute(
                name="dashboards",
                namespace=_NAMESPACE,
                service="grafana",
                port=80,
                pod_port=3000,
                selector=_GRAFANA,
            ),
        )

    def _keda(self) -> None:
        """Let KEDA ask Prometheus: its port takes plain traffic, from there only."""
        selector = {"matchLabels": dict(PROMETHEUS.selector)}
        port = PROMETHEUS.pod_port
        self.manifest(
            {
                "apiVersion": "security.istio.io/v1",
                "kind": "PeerAuthentication",
                "metadata": {"name": "prometheus", "namespace": _NAMESPACE},
                "spec": {
                    "selector": selector,
                    "mtls": {"mode": "STRICT"},
                    "portLevelMtls": {str(port): {"mode": "PERMISSIVE"}},
                },
            }
        )
        # A plain caller has no identity: the network policies say who it is.
        rule = {"to": [{"operation": {"ports": [str(port)]}}]}
        self.manifest(
            {
                "apiVersion": "security.istio.io/v1",
                "kind": "AuthorizationPolicy",
                "metadata": {"name": "prometheus-queries", "namespace": _NAMESPACE},
                "spec": {"selector": selector, "action": "ALLOW", "rules": [rule]},
            }
        )
        for manifest in _queries(port, selector):
            self.manifest(manifest)

    def _targets(self) -> None:
        for target in targets(self.scope.spec):
            self.manifest(monitor(target))
            flow = Flow(
                name=f"metrics-{target.name}",
                to=target.namespace,
                ports=(target.port,),
                sources=(_PROMETHEUS,),
                selector=target.selector,
            )
            self.allow(flow)

    def _rules(self) -> None:
        self.manifest(
            {
                "apiVersion": "monitoring.coreos.com/v1",
                "kind": "PrometheusRule",
                "metadata": {"name": "bedplate", "namespace": _NAMESPACE},
                "spec": {"groups": rule_groups(self.scope.spec)},
            }
        )

    def _dashboard(self, dashboard: Dashboard) -> None:
        self.manifest(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {
                    "name": f"dashboard-{dashboard.name}",
                    "namespace": _NAMESPACE,
                    "labels": {"grafana_dashboard": "1"},
                },
                "data": {f"{dashboard.name}.json": dashboard_json(dashboard)},
            }
        )


def _kubelets(namespace: str, labels: dict[str, str], cidr: str) -> list[dict[str, Any]]:
    """Return the policy that lets pods ask kubelets (10250) and node exporters (9100)."""
    ports = [{"protocol": "TCP", "port": port} for port in (9100, 10250)]
    return [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "kubelets", "namespace": namespace},
            "spec": {
                "podSelector": {"matchLabels": labels},
                "policyTypes": ["Egress"],
                "egress": [{"to": [{"ipBlock": {"cidr": cidr}}], "ports": ports}],
            },
        }
    ]


def _queries(port: int, selector: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the policies at both ends of KEDA's queries."""
    name = "kubernetes.io/metadata.name"
    ports = [{"protocol": "TCP", "port": port}]
    keda = {"namespaceSelector": {"matchLabels": {name: "keda"}}}
    prometheus = {"namespaceSelector": {"matchLabels": {name: _NAMESPACE}}, "podSelector": selector}
    incoming = {
        "podSelector": selector,
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [keda], "ports": ports}],
    }
    outgoing = {
        "podSelector": {},
        "policyTypes": ["Egress"],
        "egress": [{"to": [prometheus], "ports": ports}],
    }
    return [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "prometheus-queries", "namespace": namespace},
            "spec": spec,
        }
        for namespace, spec in ((_NAMESPACE, incoming), ("keda", outgoing))
    ]
