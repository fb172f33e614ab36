"""Dashboards, from a short description: title, and panels with one query each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedplate.spec.gpu_types import GPU_TYPES

if TYPE_CHECKING:
    from bedplate.spec.platform import PlatformSpec

_WIDTH, _HEIGHT, _COLUMNS = 12, 8, 2


@dataclass(frozen=True, slots=True)
class Panel:
    """One diagram."""

    title: str
    """What it shows."""
    expr: str
    """Query, in PromQL."""
    legend: str
    """How a line is called."""
    unit: str = "short"
    """Unit, as Grafana names it."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One page of diagrams."""

    name: str
    """Name of its object, and its identifier."""
    title: str
    """Title of the page."""
    panels: tuple[Panel, ...]
    """Its diagrams."""


_SERVICE = "destination_service_namespace, destination_service_name"

DASHBOARDS = (
    Dashboard(
        "model-serving",
        "Model serving: latency and errors",
        (
            Panel("Requests", f"sum by ({_SERVICE}) (rate(istio_requests_total[5m]))",
                  "{{destination_service_name}}", "reqps"),
            Panel("Errors",
                  f'sum by ({_SERVICE}) (rate(istio_requests_total{{response_code=~"5.."}}'
                  f"[5m])) / sum by ({_SERVICE}) (rate(istio_requests_total[5m]))",
                  "{{destination_service_name}}", "percentunit"),
            Panel("Time of a prediction, 95 of 100", "histogram_quantile(0.95, sum by (namespace, "
                  "model_name, le) (rate(request_predict_seconds_bucket[5m])))",
                  "{{model_name}}", "s"),
            Panel("Time before and after a prediction", "sum by (model_name) "
                  "(rate(request_preprocess_seconds_sum[5m]) + "
                  "rate(request_postprocess_seconds_sum[5m]))", "{{model_name}}", "s"),
            Panel("Language models: requests that run", "sum by (namespace, pod) "
                  "(vllm:num_requests_running)", "{{pod}}"),
            Panel("Language models: requests that wait", "sum by (namespace, pod) "
                  "(vllm:num_requests_waiting)", "{{pod}}"),
            Panel("Language models: tokens made", "sum by (namespace, pod) "
                  "(rate(vllm:generation_tokens_total[5m]))", "{{pod}}"),
            Panel("Language models: cache in use", "max by (namespace, pod) "
                  "(vllm:kv_cache_usage_perc)", "{{pod}}", "percentunit"),
        ),
    ),
    Dashboard(
        "model-quality",
        "Model quality: accuracy, fairness, drift",
        (
            Panel("Accuracy", "min by (namespace, model) (bedplate_model_accuracy)",
                  "{{model}}", "percentunit"),
            Panel("Accuracy at registration", "max by (namespace, model) "
                  "(bedplate_model_accuracy_at_registration)", "{{model}}", "percentunit"),
            Panel("Difference between groups", "max by (namespace, model) "
                  "(bedplate_model_fairness_difference)", "{{model}}"),
            Panel("Drift (population stability index)", "max by (namespace, model, feature) "
                  "(bedplate_model_drift_psi)", "{{model}} {{feature}}"),
        ),
    ),
    Dashboard(
        "gpu",
        "GPUs: use and memory",
        (
            Panel("Use", "avg by (Hostname, gpu, modelName) (DCGM_FI_DEV_GPU_UTIL)",
                  "{{Hostname}} {{gpu}}", "percent"),
            Panel("Memory in use", "max by (Hostname, gpu) (DCGM_FI_DEV_FB_USED)",
                  "{{Hostname}} {{gpu}}", "decmbytes"),
            Panel("Temperature", "max by (Hostname, gpu) (DCGM_FI_DEV_GPU_TEMP)",
                  "{{Hostname}} {{gpu}}", "celsius"),
            Panel("Power", "max by (Hostname, gpu) (DCGM_FI_DEV_POWER_USAGE)",
                  "{{Hostname}} {{gpu}}", "watt"),
            Panel("Errors (Xid)", "max by (Hostname, gpu) (DCGM_FI_DEV_XID_ERRORS)",
                  "{{Hostname}} {{gpu}}"),
            Panel("GPUs asked for, by namespace", "sum by (namespace) "
                  '(kube_pod_container_resource_requests{resource="nvidia_com_gpu"})',
                  "{{namespace}}"),
        ),
    ),
    Dashboard(
        "platform-health",
        "Platform: certificates, secrets, volumes, quotas",
        (
            Panel("Certificates: time left", "min by (exported_namespace, name) "
                  "(certmanager_certificate_expiration_timestamp_seconds) - time()",
                  "{{exported_namespace}}/{{name}}", "s"),
            Panel("Backups: age of the newest", "time() - max by (resource) "
                  "(last_over_time(bedplate_backup_completed_timestamp_seconds[6h]))",
                  "{{resource}}", "s"),
            Panel("Secrets that can't be read", "sum by (exported_namespace, name) "
                  '(externalsecret_status_condition{condition="Ready", status="False"})',
                  "{{name}}"),
            Panel("Volumes: space left", "min by (namespace, persistentvolumeclaim) "
                  "(kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes)",
                  "{{persistentvolumeclaim}}", "percentunit"),
            Panel("Quotas in use",
                  'max by (namespace, resource) (kube_resourcequota{type="used"}) / '
                  'max by (namespace, resource) (kube_resourcequota{type="hard"} > 0)',
                  "{{namespace}} {{resource}}", "percentunit"),
        ),
    ),
)  # fmt: skip
"""Dashboards that do not depend on the environment."""

_REQUESTED = "kube_pod_container_resource_requests"


def cost_dashboard(spec: PlatformSpec) -> Dashboard:
    """Return the dashboard of costs by team: GPUs asked for, at the price of the dearest pool.

    A share, not a bill: what nodes cost while nobody asks for them is nobody's here.
    """
    price = gpu_price(spec)
    gpus = f'sum by (namespace) ({_REQUESTED}{{resource="nvidia_com_gpu"}})'
    cpus = f'sum by (namespace) ({_REQUESTED}{{resource="cpu"}})'
    panels = [
        Panel("GPUs asked for", gpus, "{{namespace}}"),
        Panel("CPUs asked for", cpus, "{{namespace}}"),
    ]
    if price is not None:
        panels += [
            Panel("GPU cost an hour", f"{gpus} * {price}", "{{namespace}}", "currencyUSD"),
            Panel(
                "GPU cost of the last 30 days",
                f"sum_over_time(({gpus})[30d:1h]) * {price}",
                "{{namespace}}",
                "currencyUSD",
            ),
        ]
    return Dashboard("cost", "Cost by team", tuple(panels))


def gpu_price(spec: PlatformSpec) -> float | None:
    """Return what one GPU costs an hour, USD, by the environment's own prices; None: no price."""
    if spec.prices is None:
        return None
    found = [
        spec.prices.hourly_usd[f"ec2:{name}"] / GPU_TYPES[name].count
        for pool in spec.gpu_pools.values()
        for name in pool.instance_types
        if f"ec2:{name}" in spec.prices.hourly_usd
    ]
    return round(max(found), 4) if found else None


def dashboard_json(dashboard: Dashboard) -> str:
    """Return the dashboard as Grafana reads it."""
    panels = [
        {
            "id": at + 1,
            "type": "timeseries",
            "title": panel.title,
            "datasource": {"type": "prometheus", "uid": "prometheus"},
            "gridPos": {
                "x": at % _COLUMNS * _WIDTH,
                "y": at // _COLUMNS * _HEIGHT,
                "w": _WIDTH,
                "h": _HEIGHT,
            },
            "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
            "targets": [{"refId": "A", "expr": panel.expr, "legendFormat": panel.legend}],
        }
        for at, panel in enumerate(dashboard.panels)
    ]
    content: dict[str, Any] = {
        "uid": dashboard.name,
        "title": dashboard.title,
        "tags": ["bedplate"],
        "schemaVersion": 39,
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "panels": panels,
    }
    return json.dumps(content, sort_keys=True)
