"""Every alert fires when it should and stays silent when it should not, by promtool."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support.layers import spec
from support.promtool import run

from bedplate.components.platform.monitoring_rules import alerts, rule_groups

ROOT = Path(__file__).resolve().parents[5]

pytestmark = pytest.mark.needs("promtool")

ON = {"monitoring": {"drift": {"retrain": True}}, "feedback": {"cool_down_hours": 6}}
MODEL = 'namespace="fraud", model="scoring"'
BACKUP = 'bedplate_backup_completed_timestamp_seconds{resource="arn:aws:rds:x"}'
GATEWAY = 'destination_service_namespace="fraud", destination_service_name="scoring"'

CASES: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "ModelErrorBudgetBurnsFast": (
        {f'istio_requests_total{{{GATEWAY}, response_code="503"}}': "0+20x180",
         f'istio_requests_total{{{GATEWAY}, response_code="200"}}': "0+80x180"},
        {f'istio_requests_total{{{GATEWAY}, response_code="503"}}': "0+0x180",
         f'istio_requests_total{{{GATEWAY}, response_code="200"}}': "0+80x180"},
        "90m",
    ),
    "ModelErrorBudgetBurnsSlowly": (
        {f'istio_requests_total{{{GATEWAY}, response_code="503"}}': "0+5x500",
         f'istio_requests_total{{{GATEWAY}, response_code="200"}}': "0+95x500"},
        {f'istio_requests_total{{{GATEWAY}, response_code="503"}}': "0+1x500",
         f'istio_requests_total{{{GATEWAY}, response_code="200"}}': "0+999x500"},
        "420m",
    ),
    "ModelIsSlow": (
        {'request_predict_seconds_bucket{namespace="fraud", model_name="scoring", le="1"}':
         "0+10x60",
         'request_predict_seconds_bucket{namespace="fraud", model_name="scoring", le="5"}':
         "0+100x60",
         'request_predict_seconds_bucket{namespace="fraud", model_name="scoring", le="+Inf"}':
         "0+100x60"},
        {'request_predict_seconds_bucket{namespace="fraud", model_name="scoring", le="1"}':
         "0+99x60",
         'request_predict_seconds_bucket{namespace="fraud", model_name="scoring", le="+Inf"}':
         "0+100x60"},
        "40m",
    ),
    "ModelDrifts": (
        {f'bedplate_model_drift_psi{{{MODEL}, feature="amount"}}': "0.3x60"},
        {f'bedplate_model_drift_psi{{{MODEL}, feature="amount"}}': "0.1x60"},
        "45m",
    ),
    "ModelAccuracyDecays": (
        {f"bedplate_model_accuracy_at_registration{{{MODEL}}}": "0.9x60",
         f"bedplate_model_accuracy{{{MODEL}}}": "0.8x60"},
        {f"bedplate_model_accuracy_at_registration{{{MODEL}}}": "0.9x60",
         f"bedplate_model_accuracy{{{MODEL}}}": "0.88x60"},
        "45m",
    ),
    "ModelIsUnfair": (
        {f"bedplate_model_fairness_difference{{{MODEL}}}": "0.2x60"},
        {f"bedplate_model_fairness_difference{{{MODEL}}}": "0.05x60"},
        "45m",
    ),
    "GpuReportsError": (
        {'DCGM_FI_DEV_XID_ERRORS{Hostname="n", gpu="0", modelName="L4"}': "0x5 79x20"},
        {'DCGM_FI_DEV_XID_ERRORS{Hostname="n", gpu="0", modelName="L4"}': "0x30"},
        "15m",
    ),
    "GpuMemoryIsFull": (
        {'DCGM_FI_DEV_FB_USED{Hostname="n", gpu="0"}': "99x60",
         'DCGM_FI_DEV_FB_FREE{Hostname="n", gpu="0"}': "1x60"},
        {'DCGM_FI_DEV_FB_USED{Hostname="n", gpu="0"}': "90x60",
         'DCGM_FI_DEV_FB_FREE{Hostname="n", gpu="0"}': "10x60"},
        "30m",
    ),
    "GpuNodePoolIsFull": (
        {'karpenter_nodepools_usage{nodepool="l4", resource_type="nvidia.com/gpu"}': "16x60",
         'karpenter_nodepools_limit{nodepool="l4", resource_type="nvidia.com/gpu"}': "16x60"},
        {'karpenter_nodepools_usage{nodepool="l4", resource_type="nvidia.com/gpu"}': "8x60",
         'karpenter_nodepools_limit{nodepool="l4", resource_type="nvidia.com/gpu"}': "16x60"},
        "45m",
    ),
    "CertificateExpiresSoon": (
        {'certmanager_certificate_expiration_timestamp_seconds{exported_namespace="edge", '
         'name="x"}': "86400x120"},
        {'certmanager_certificate_expiration_timestamp_seconds{exported_namespace="edge", '
         'name="x"}': "8640000x120"},
        "90m",
    ),
    "BackupIsTooOld": (
        # A sample an hour; test time starts at 0: the backup was completed 40 hours before.
        {f"{BACKUP}": "-144000 _x59 -144000 _x59 -144000"},
        {f"{BACKUP}": "-36000 _x59 -36000 _x59 -36000"},
        "135m",
    ),
    "BackupAgeIsUnknown": (
        {"up": "1x600"},
        {f"{BACKUP}": "0 _x59 0 _x59 0 _x59 0 _x59 0 _x59 0 _x59 0 _x59 0"},
        "500m",
    ),
    "SecretIsNotRefreshed": (
        {'externalsecret_status_condition{exported_namespace="mlflow", name="database", '
         'condition="Ready", status="False"}': "1x60"},
        {'externalsecret_status_condition{exported_namespace="mlflow", name="database", '
         'condition="Ready", status="False"}': "0x60"},
        "45m",
    ),
    "AdmissionWebhookFails": (
        {'apiserver_admission_webhook_fail_open_count{name="x"}': "0x60",
         'apiserver_admission_webhook_rejection_count{name="x", '
         'error_type="calling_webhook_error"}': "0+1x60"},
        {'apiserver_admission_webhook_fail_open_count{name="x"}': "0x60",
         'apiserver_admission_webhook_rejection_count{name="x", '
         'error_type="calling_webhook_error"}': "5x60"},
        "40m",
    ),
    "VolumeIsNearlyFull": (
        {'kubelet_volume_stats_available_bytes{namespace="x", persistentvolumeclaim="y"}': "5x60",
         'kubelet_volume_stats_capacity_bytes{namespace="x", persistentvolumeclaim="y"}':
         "100x60"},
        {'kubelet_volume_stats_available_bytes{namespace="x", persistentvolumeclaim="y"}':
         "50x60",
         'kubelet_volume_stats_capacity_bytes{namespace="x", persistentvolumeclaim="y"}':
         "100x60"},
        "45m",
    ),
    "TeamQuotaIsUsedUp": (
        {'kube_resourcequota{namespace="fraud", resource="requests.nvidia.com/gpu", type="used"}':
         "4x60",
         'kube_resourcequota{namespace="fraud", resource="requests.nvidia.com/gpu", type="hard"}':
         "4x60"},
        {'kube_resourcequota{namespace="fraud", resource="services.nodeports", type="used"}':
         "0x60",
         'kube_resourcequota{namespace="fraud", resource="services.nodeports", type="hard"}':
         "0x60"},
        "45m",
    ),
}  # fmt: skip
"""By alert: series on which it fires, series on which it does not, and when to look."""


def _count(name: str, series: dict[str, str], at: str, firing: int) -> dict[str, Any]:
    """Return a case that counts the firing alerts of a name."""
    return {
        "interval": "1m",
        "input_series": [{"series": key, "values": values} for key, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'count(ALERTS{{alertname="{name}", alertstate="firing"}}) or vector(0)',
                "eval_time": at,
                "exp_samples": [{"labels": "{}", "value": firing}],
            }
        ],
    }


@pytest.mark.parametrize("name", sorted(CASES))
def test_an_alert_fires_and_stays_silent(name: str, tmp_path: Path) -> None:
    """One series that breaks the promise, one that keeps it."""
    fires, silent, at = CASES[name]
    cases = [_count(name, fires, at, 1), _count(name, silent, at, 0)]

    assert run(tmp_path, rule_groups(spec(ON)), cases) == ""


def test_every_alert_is_tried() -> None:
    """A rule without a case does not exist."""
    assert {alert.name for alert in alerts(spec(ON))} == set(CASES)


def test_every_alert_has_a_page_that_says_what_to_do() -> None:
    """The address in the alert leads to its heading."""
    text = (ROOT / "docs" / "how-to" / "alerts.md").read_text()
    headings = {match.lower() for match in re.findall(r"^## (\w+)$", text, re.MULTILINE)}

    assert headings == {alert.name.lower() for alert in alerts(spec(ON))}


def test_a_drift_that_flaps_is_one_alert(tmp_path: Path) -> None:
    """While the cool-down lasts, the alert goes on: it starts no second run."""
    series = {f'bedplate_model_drift_psi{{{MODEL}, feature="amount"}}': "0.3x40 0.1x30 0.3x60"}
    cases = [_count("ModelDrifts", series, at, 1) for at in ("35m", "60m", "90m")]

    assert run(tmp_path, rule_groups(spec(ON)), cases) == ""


def test_only_drift_and_decay_retrain() -> None:
    """An unfair model is a matter for people."""
    assert {alert.name for alert in alerts(spec(ON)) if alert.retrain} == {
        "ModelDrifts",
        "ModelAccuracyDecays",
    }
    assert not [alert for alert in alerts(spec()) if alert.retrain]
