"""Values of the monitoring charts: metrics, logs, and the collector of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.components.platform.edge import pages_domain
from bedplate.components.platform.monitoring_alerts import alertmanager_config
from bedplate.components.platform.namespace_manifests import MESH_LABEL
from bedplate.components.platform.request_log import (
    CONTRIB,
    RESTRICTED,
    UNUSED_PORTS,
    UNUSED_RECEIVERS,
)
from bedplate.components.platform.services import LOKI, OTLP, PROMETHEUS
from bedplate.components.platform.storage import STORAGE_CLASS

if TYPE_CHECKING:
    from bedplate.components.platform.scope import PlatformScope

GRAFANA_ADMIN: Final = "grafana-admin"
"""Secret of Grafana's own administrator."""

_OPEN: Final = dict.fromkeys(
    (
        "podMonitorSelectorNilUsesHelmValues",
        "probeSelectorNilUsesHelmValues",
        "ruleSelectorNilUsesHelmValues",
        "scrapeConfigSelectorNilUsesHelmValues",
        "serviceMonitorSelectorNilUsesHelmValues",
    ),
    False,
)
"""Otherwise only monitors of this very release count."""

_OWN: Final = [
    {"group": "monitoring.coreos.com", "resource": resource, "namespace": "monitoring"}
    for resource in ("podmonitors", "prometheusrules", "servicemonitors")
]
"""What reads and tells of every namespace: the monitors and rules of the platform itself."""

_MANAGED_BY_EKS: Final = ("kubeControllerManager", "kubeEtcd", "kubeProxy", "kubeScheduler")
"""Parts of the control plane that EKS shows nobody."""


def stack_values(scope: PlatformScope) -> dict[str, Any]:
    """Return the values of kube-prometheus-stack."""
    rules = (
        "etcd",
        "kubeControllerManager",
        "kubeProxy",
        "kubeSchedulerAlerting",
        "kubeSchedulerRecording",
        "windows",
    )
    return {
        "fullnameOverride": "metrics",
        **{part: {"enabled": False} for part in _MANAGED_BY_EKS},
        "defaultRules": {"rules": dict.fromkeys(rules, False)},
        "prometheusOperator": {
            "admissionWebhooks": {"certManager": {"enabled": True}, "failurePolicy": "Fail"},
            # The API server calls it, and is not in the mesh.
            "podLabels": {MESH_LABEL: "none"},
            "resources": _resources("50m", "128Mi", "512Mi"),
        },
        "prometheus": _prometheus(scope),
        "alertmanager": {
            "serviceAccount": {"create": True, "name": "alertmanager"},
            "config": alertmanager_config(scope),
            "alertmanagerSpec": {
                "replicas": 2,
                "resources": _resources("20m", "64Mi", "256Mi"),
                "storage": _volume(5),
            },
        },
        "grafana": _grafana(scope),
        "kube-state-metrics": {
            "metricLabelsAllowlist": ["namespaces=[bedplate/team]", "pods=[bedplate/team]"],
            "resources": _resources("20m", "64Mi", "256Mi"),
        },
        "nodeExporter": {
            "operatingSystems": {"aix": {"enabled": False}, "darwin": {"enabled": False}}
        },
        "prometheus-node-exporter": {"resources": _resources("20m", "32Mi", "128Mi")},
    }


def _prometheus(scope: PlatformScope) -> dict[str, Any]:
    monitoring = scope.spec.monitoring
    return {
        "serviceAccount": {"create": True, "name": "prometheus"},
        "prometheusSpec": {
            **_OPEN,
            # What applications send to the collector is written to it.
            "enableRemoteWriteReceiver": True,
            # A team's rule reads its own namespace, and its alert can name no other.
            "enforcedNamespaceLabel": "namespace",
            "excludedFromEnforcement": _OWN,
            "retention": f"{monitoring.metrics_retention_days}d",
            "retentionSize": f"{monitoring.storage_gib * 8 // 10}GB",
            "externalLabels": {
                "platform": scope.spec.platform,
                "environment": scope.spec.environment,
            },
            "resources": _resources("200m", "1Gi", "4Gi"),
            "storageSpec": _volume(monitoring.storage_gib),
        },
    }


def _resources(cpu: str, memory: str, most: str) -> dict[str, Any]:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": most}}


def _volume(gib: int) -> dict[str, Any]:
    claim = {
        "storageClassName": STORAGE_CLASS,
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": f"{gib}Gi"}},
    }
    return {"volumeClaimTemplate": {"spec": claim}}


def _grafana(scope: PlatformScope) -> dict[str, Any]:
    settings: dict[str, Any] = {
        # Nothing is asked of the outside.
        "analytics": {
            "check_for_updates": False,
            "check_for_plugin_updates": False,
            "reporting_enabled": False,
        },
        "security": {"disable_gravatar": True},
        "server": {"root_url": f"https://dashboards.{pages_domain(scope.spec)}"},
        "users": {"allow_sign_up": False},
    }
    if scope.spec.zero_trust.oidc is not None:
        # The gateway says who has logged in; flows let nobody else in.
        settings["auth.proxy"] = {
            "enabled": True,
            "header_name": "X-Auth-Request-Email",
            "header_property": "email",
            "auto_sign_up": True,
        }
        settings["auth"] = {"disable_login_form": True}
    loki = {"name": "Loki", "type": "loki", "uid": "loki", "url": LOKI.url, "access": "proxy"}
    return {
        "fullnameOverride": "grafana",
        "admin": {"existingSecret": GRAFANA_ADMIN, "userKey": "user", "passwordKey": "password"},
        "testFramework": {"enabled": False},
        "grafana.ini": settings,
        "additionalDataSources": [loki],
        "resources": _resources("50m", "256Mi", "512Mi"),
    }


def loki_values(scope: PlatformScope) -> dict[str, Any]:
    """Return the values of Loki: one process a copy, everything in the bucket."""
    off = {"replicas": 0}
    return {
        "deploymentMode": "Monolithic",
        "fullnameOverride": LOKI.name,
        "loki": _loki(scope),
        "serviceAccount": {"create": True, "name": "loki"},
        "singleBinary": {
            "replicas": 1,
            "persistence": {"storageClass": STORAGE_CLASS, "size": "10Gi"},
            "resources": _resources("100m", "512Mi", "2Gi"),
        },
        "write": off,
        "read": off,
        "backend": off,
        "gateway": {"enabled": False},
        "chunksCache": {"enabled": False},
        "resultsCache": {"enabled": False},
        "lokiCanary": {"enabled": False},
        "test": {"enabled": False},
        "sidecar": {"rules": {"enabled": False}},
    }


def _loki(scope: PlatformScope) -> dict[str, Any]:
    """Return Loki's own configuration: one tenant, an index a day, everything in the bucket."""
    bucket = scope.foundation.bucket("telemetry")
    schema = {
        "from": "2026-01-01",
        "store": "tsdb",
        "object_store": "s3",
        "schema": "v13",
        "index": {"prefix": "index_", "period": "24h"},
    }
    return {
        # One tenant: who may look is decided at the page.
        "auth_enabled": False,
        "commonConfig": {"replication_factor": 1},
        "schemaConfig": {"configs": [schema]},
        "storage": {
            "type": "s3",
            "bucketNames": {"chunks": bucket, "ruler": bucket},
            "s3": {"region": scope.spec.aws.region},
        },
        "compactor": {"retention_enabled": True, "delete_request_store": "s3"},
        "limits_config": {
            "retention_period": f"{scope.spec.monitoring.logs_retention_days * 24}h",
            "allow_structured_metadata": True,
        },
        "analytics": {"reporting_enabled": False},
    }


def telemetry_values(scope: PlatformScope) -> dict[str, Any]:
    """Return the values of the collector that applications send metrics and logs to."""
    export = {"otlphttp/loki": {"endpoint": f"{LOKI.url}/otlp"}}
    remote = {"prometheusremotewrite": {"endpoint": f"{PROMETHEUS.url}/api/v1/write"}}
    siem = scope.spec.integrations.siem
    logs = ["otlphttp/loki"]
    forward: dict[str, Any] = {}
    if siem is not None:
        forward = {"otlphttp/siem": {"logs_endpoint": siem.url}}
        logs.append("otlphttp/siem")
    listen = f"${{env:MY_POD_IP}}:{OTLP.pod_port}"
    return {
        "mode": "deployment",
        "replicaCount": 2,
        "fullnameOverride": OTLP.name,
        "image": {"repository": scope.supply.repository(CONTRIB)},
        "command": {"name": "otelcol-contrib"},
        "serviceAccount": {"create": True, "name": "telemetry"},
        **RESTRICTED,
        "resources": _resources("50m", "128Mi", "512Mi"),
        "ports": {**UNUSED_PORTS, "otlp-http": {"enabled": True}},
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
        "presets": {"kubernetesAttributes": {"enabled": True}},
        "config": {
            "receivers": {
                **UNUSED_RECEIVERS,
                "otlp": {"protocols": {"grpc": None, "http": {"endpoint": listen}}},
            },
            "processors": _sender(),
            "exporters": {**export, **remote, **forward, "debug": None},
            "service": {"pipelines": _pipelines(logs)},
        },
    }


def _sender() -> dict[str, Any]:
    """Return what says whose a metric is: the pod's at the other end, whatever the metric says.

    An alert on a model starts a run in the namespace that it names.
    """
    return {
        "k8sattributes": {"pod_association": [{"sources": [{"from": "connection"}]}]},
        "transform": {
            "error_mode": "propagate",
            "metric_statements": [
                'delete_key(datapoint.attributes, "namespace")',
                'set(datapoint.attributes["namespace"], resource.attributes["k8s.namespace.name"])',
            ],
        },
    }


def _pipelines(logs: list[str]) -> dict[str, Any]:
    steps = ["memory_limiter", "k8sattributes"]
    own = {"receivers": ["otlp"]}
    return {
        "logs": own | {"processors": [*steps, "batch"], "exporters": logs},
        "metrics": own
        | {"processors": [*steps, "transform", "batch"], "exporters": ["prometheusremotewrite"]},
        "traces": None,
    }


def log_agent_values(scope: PlatformScope) -> dict[str, Any]:
    """Return the values of the agent that reads the containers' logs on every node."""
    return {
        "mode": "daemonset",
        "fullnameOverride": "log-agent",
        "image": {"repository": scope.supply.repository(CONTRIB)},
        "command": {"name": "otelcol-contrib"},
        "serviceAccount": {"create": True, "name": "log-agent"},
        "presets": {
            "logsCollection": {"enabled": True},
            "kubernetesAttributes": {"enabled": True},
        },
        "tolerations": [{"operator": "Exists"}],
        "resources": _resources("50m", "128Mi", "512Mi"),
        "ports": UNUSED_PORTS,
        "config": {
            "receivers": UNUSED_RECEIVERS,
            "exporters": {"otlphttp/loki": {"endpoint": f"{LOKI.url}/otlp"}, "debug": None},
            "service": {
                "pipelines": {
                    "logs": {"receivers": ["filelog"], "exporters": ["otlphttp/loki"]},
                    "metrics": None,
                    "traces": None,
                }
            },
        },
    }
