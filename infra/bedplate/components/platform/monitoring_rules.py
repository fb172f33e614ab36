"""Alert rules: what people are woken for, and what starts a retraining run.

Sources of the metrics: KServe's Python server and its agent, DCGM exporter, kube-state-metrics,
cert-manager, Karpenter, Gatekeeper; `bedplate_model_*` are exported by model repositories, and the
age of backups by a job of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from bedplate.components.platform.monitoring_backups import METRIC
from bedplate.spec.namespaces import retrains

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.spec.platform import PlatformSpec

RUNBOOK: Final = "docs/how-to/alerts.md"
"""Page that says what to do about each alert."""

_FAST, _SLOW = 14.4, 6.0
"""Burn rates that use up 2 percent of a month's budget in an hour, and 5 percent in six (Google SRE
workbook, alerting on SLOs)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert rule."""

    name: str
    """Name, in CamelCase; the lower-case form is the anchor in the runbook."""
    group: str
    """Group of rules that it belongs to."""
    expr: str
    """When it fires, in PromQL."""
    hold: str
    """How long that must last."""
    severity: Literal["critical", "warning"]
    """How urgent it is."""
    summary: str
    """What it means."""
    retrain: bool = False
    """Whether it may start a retraining run."""
    keep: str = ""
    """How long it goes on after the condition has passed, so that flapping is one alert."""


def alerts(spec: PlatformSpec) -> tuple[Alert, ...]:
    """Return every alert of the environment."""
    return (
        *_serving(spec),
        *_quality(spec),
        *_gpu(),
        *_platform(),
        *_backups(spec),
        *_teams(),
    )


def _errors(window: str) -> str:
    """Return the share of requests that failed at the gateway, by destination."""
    labels = "destination_service_namespace, destination_service_name"
    failed = f'sum by ({labels}) (rate(istio_requests_total{{response_code=~"5.."}}[{window}]))'
    return f"{failed} / sum by ({labels}) (rate(istio_requests_total[{window}]))"


def _serving(spec: PlatformSpec) -> Iterator[Alert]:
    objectives = spec.monitoring.objectives
    budget = 1 - objectives.availability
    for name, rate, windows, severity in (
        ("ModelErrorBudgetBurnsFast", _FAST, ("1h", "5m"), "critical"),
        ("ModelErrorBudgetBurnsSlowly", _SLOW, ("6h", "30m"), "warning"),
    ):
        limit = round(rate * budget, 6)
        yield Alert(
            name=name,
            group="serving",
            expr=" and ".join(f"({_errors(window)}) > {limit}" for window in windows),
            hold="2m",
            severity="critical" if severity == "critical" else "warning",
            summary="{{ $labels.destination_service_name }} fails more often than promised",
        )
    yield Alert(
        name="ModelIsSlow",
        group="serving",
        expr="histogram_quantile(0.95, sum by (namespace, model_name, le) "
        f"(rate(request_predict_seconds_bucket[10m]))) > {objectives.latency_seconds}",
        hold="10m",
        severity="warning",
        summary="{{ $labels.model_name }} takes longer than promised for 5 of 100 predictions",
    )


def _quality(spec: PlatformSpec) -> Iterator[Alert]:
    monitoring = spec.monitoring
    starts = retrains(spec)
    keep = f"{spec.feedback.cool_down_hours}h"
    if monitoring.drift.enabled:
        yield Alert(
            name="ModelDrifts",
            group="quality",
            expr="max by (namespace, model) (bedplate_model_drift_psi) > "
            f"{monitoring.drift.psi_threshold}",
            hold="30m",
            severity="warning",
            summary="Inputs or predictions of {{ $labels.model }} are not what it was trained on",
            retrain=starts,
            keep=keep,
        )
    yield Alert(
        name="ModelAccuracyDecays",
        group="quality",
        expr="max by (namespace, model) (bedplate_model_accuracy_at_registration) - "
        "min by (namespace, model) (bedplate_model_accuracy) > "
        f"{monitoring.quality.accuracy_drop}",
        hold="30m",
        severity="warning",
        summary="{{ $labels.model }} is less accurate than when it was registered",
        retrain=starts,
        keep=keep,
    )
    yield Alert(
        name="ModelIsUnfair",
        group="quality",
        expr="max by (namespace, model) (bedplate_model_fairness_difference) > "
        f"{monitoring.quality.fairness_difference}",
        hold="30m",
        severity="critical",
        summary="{{ $labels.model }} treats groups more differently than is allowed",
    )


def _gpu() -> Iterator[Alert]:
    yield Alert(
        name="GpuReportsError",
        group="gpu",
        expr="max by (Hostname, gpu, modelName) (DCGM_FI_DEV_XID_ERRORS) > 0",
        hold="1m",
        severity="critical",
        summary="GPU {{ $labels.gpu }} of {{ $labels.Hostname }} reports Xid {{ $value }}",
    )
    yield Alert(
        name="GpuMemoryIsFull",
        group="gpu",
        expr="max by (Hostname, gpu) (DCGM_FI_DEV_FB_USED / "
        "(DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE)) > 0.98",
        hold="15m",
        severity="warning",
        summary="GPU {{ $labels.gpu }} of {{ $labels.Hostname }} has no memory left",
    )
    yield Alert(
        name="GpuNodePoolIsFull",
        group="gpu",
        expr='max by (nodepool) (karpenter_nodepools_usage{resource_type="nvidia.com/gpu"}) >= '
        'max by (nodepool) (karpenter_nodepools_limit{resource_type="nvidia.com/gpu"})',
        hold="30m",
        severity="warning",
        summary="The pool {{ $labels.nodepool }} has as many GPUs as it may have",
    )


def _platform() -> Iterator[Alert]:
    yield Alert(
        name="CertificateExpiresSoon",
        group="platform",
        # `namespace` is the exporter's own; the certificate's is kept beside it.
        expr="min by (exported_namespace, name) "
        "(certmanager_certificate_expiration_timestamp_seconds) - time() < 7 * 24 * 3600",
        hold="1h",
        severity="critical",
        summary="The certificate {{ $labels.exported_namespace }}/{{ $labels.name }} is not "
        "renewed",
    )
    yield Alert(
        name="SecretIsNotRefreshed",
        group="platform",
        expr="max by (exported_namespace, name) (externalsecret_status_condition"
        '{condition="Ready", status="False"}) == 1',
        hold="30m",
        severity="warning",
        summary="The secret {{ $labels.name }} can't be read from AWS Secrets Manager",
    )
    yield Alert(
        name="AdmissionWebhookFails",
        group="platform",
        expr="sum by (name) (rate(apiserver_admission_webhook_fail_open_count[10m])) + "
        "sum by (name) (rate(apiserver_admission_webhook_rejection_count"
        '{error_type="calling_webhook_error"}[10m])) > 0',
        hold="10m",
        severity="critical",
        summary="The API server can't ask the webhook {{ $labels.name }}",
    )
    yield Alert(
        name="VolumeIsNearlyFull",
        group="platform",
        expr="min by (namespace, persistentvolumeclaim) (kubelet_volume_stats_available_bytes / "
        "kubelet_volume_stats_capacity_bytes) < 0.1",
        hold="30m",
        severity="warning",
        summary="The volume {{ $labels.persistentvolumeclaim }} is nearly full",
    )


def _backups(spec: PlatformSpec) -> Iterator[Alert]:
    # Told once an hour: a sample older than five minutes counts by its own time.
    newest = f"max by (resource) (last_over_time({METRIC}[6h]))"
    yield Alert(
        name="BackupIsTooOld",
        group="backups",
        expr=f"time() - {newest} > {spec.monitoring.backup_age.hours * 3600}",
        hold="15m",
        severity="critical",
        summary="{{ $labels.resource }} was last backed up {{ $value | humanizeDuration }} ago",
    )
    yield Alert(
        name="BackupAgeIsUnknown",
        group="backups",
        expr=f"absent(last_over_time({METRIC}[6h]))",
        hold="2h",
        severity="warning",
        summary="Nobody tells how old backups are: look at the job backup-age in monitoring",
    )


def _teams() -> Iterator[Alert]:
    yield Alert(
        name="TeamQuotaIsUsedUp",
        group="teams",
        expr='max by (namespace, resource) (kube_resourcequota{type="used"}) >= '
        'max by (namespace, resource) (kube_resourcequota{type="hard"} > 0)',
        hold="30m",
        severity="warning",
        summary="{{ $labels.namespace }} uses all of its {{ $labels.resource }}",
    )


def rule_groups(spec: PlatformSpec) -> list[dict[str, Any]]:
    """Return the rules as Prometheus groups them."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for alert in alerts(spec):
        groups.setdefault(alert.group, []).append(_rule(alert))
    return [{"name": f"bedplate-{name}", "rules": rules} for name, rules in groups.items()]


def _rule(alert: Alert) -> dict[str, Any]:
    labels: dict[str, str] = {"severity": alert.severity}
    if alert.retrain:
        labels["retrain"] = "true"
    rule: dict[str, Any] = {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.hold,
        "labels": labels,
        "annotations": {
            "summary": alert.summary,
            "runbook_url": f"{RUNBOOK}#{alert.name.lower()}",
        },
    }
    if alert.keep:
        rule["keep_firing_for"] = alert.keep
    return rule
