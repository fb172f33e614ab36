"""What is measured, kept, shown and told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from support.layers import spec
from support.platforms import objects, platform_plan, values

from bedplate.components.platform.monitoring import Monitoring
from bedplate.components.platform.monitoring_dashboards import DASHBOARDS, cost_dashboard
from bedplate.components.platform.monitoring_rules import alerts

METRICS = yaml.safe_load((Path(__file__).parent / "metrics.yaml").read_text())
KNOWN = {name for source in METRICS for name in source["metrics"]}
WORDS = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LANGUAGE = {
    *("sum", "max", "min", "avg", "by", "rate", "count", "time", "and", "or", "vector", "le"),
    *("histogram_quantile", "sum_over_time", "last_over_time", "absent"),
}


def _metrics(expr: str) -> set[str]:
    """Return the names of the metrics that a query reads."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"", "", expr)
    bare = re.sub(r"\bby \([^)]*\)", "", bare)
    return {word for word in WORDS.findall(bare) if word not in LANGUAGE and word != "e"}


@pytest.mark.parametrize(
    ("where", "expr"),
    [
        *((f"{d.name}: {p.title}", p.expr) for d in DASHBOARDS for p in d.panels),
        *((a.name, a.expr) for a in alerts(spec())),
        *((p.title, p.expr) for p in cost_dashboard(spec()).panels),
    ],
)
def test_every_metric_is_one_that_its_source_exports(where: str, expr: str) -> None:
    """A slip in a name would be an empty diagram, or an alert that never fires."""
    assert _metrics(expr)
    assert _metrics(expr) - KNOWN == set(), where


def test_prometheus_sees_all_monitors_and_keeps_what_was_asked() -> None:
    """Not only those of its own release; on a volume, not in memory."""
    plan = platform_plan(
        lambda args: Monitoring("monitoring", args),
        {"monitoring": {"metrics_retention_days": 14}},
    )
    chart = values(plan, "metrics")["prometheus"]["prometheusSpec"]

    assert chart["podMonitorSelectorNilUsesHelmValues"] is False
    assert chart["retention"] == "14d"
    claim = chart["storageSpec"]["volumeClaimTemplate"]["spec"]
    assert claim["storageClassName"] == "gp3-encrypted"


def test_what_applications_send_arrives_under_their_own_namespace() -> None:
    """Prometheus takes it, and the collector says whose it is, whatever the sender says."""
    plan = platform_plan(lambda args: Monitoring("monitoring", args))
    config = values(plan, "telemetry")["config"]
    pipeline = config["service"]["pipelines"]["metrics"]
    address = config["exporters"]["prometheusremotewrite"]["endpoint"]

    assert address == "http://prometheus.monitoring.svc.cluster.local:9090/api/v1/write"
    chart = values(plan, "metrics")["prometheus"]["prometheusSpec"]
    assert chart["enableRemoteWriteReceiver"] is True
    assert pipeline["processors"] == ["memory_limiter", "k8sattributes", "transform", "batch"]
    assert config["processors"]["transform"]["metric_statements"] == [
        'delete_key(datapoint.attributes, "namespace")',
        'set(datapoint.attributes["namespace"], resource.attributes["k8s.namespace.name"])',
    ]
    assert config["processors"]["k8sattributes"]["pod_association"] == [
        {"sources": [{"from": "connection"}]}
    ]


def test_a_teams_rule_reads_its_own_namespace_only() -> None:
    """Else it could start a retraining run of another team's model."""
    plan = platform_plan(lambda args: Monitoring("monitoring", args))
    chart = values(plan, "metrics")["prometheus"]["prometheusSpec"]

    assert chart["enforcedNamespaceLabel"] == "namespace"
    assert {each["namespace"] for each in chart["excludedFromEnforcement"]} == {"monitoring"}


def test_alerts_reach_people_by_the_alarm_topic() -> None:
    """Signed with the pod's own role; nothing secret stands in the configuration."""
    plan = platform_plan(lambda args: Monitoring("monitoring", args))
    config = values(plan, "metrics")["alertmanager"]["config"]
    (people,) = [each for each in config["receivers"] if each["name"] == "people"]

    assert people["sns_configs"][0]["topic_arn"].endswith(":acme-prod-alarms")
    assert people["sns_configs"][0]["sigv4"] == {"region": "me-central-1"}
    assert not [each for each in config["receivers"] if each["name"] == "retraining"]


def test_logs_lie_in_the_bucket_for_as_long_as_asked() -> None:
    """Loki removes what is older."""
    plan = platform_plan(
        lambda args: Monitoring("monitoring", args), {"monitoring": {"logs_retention_days": 90}}
    )
    chart = values(plan, "loki")["loki"]

    assert chart["limits_config"]["retention_period"] == "2160h"
    assert chart["compactor"]["retention_enabled"] is True
    assert chart["storage"]["bucketNames"]["chunks"] == "acme-prod-telemetry-111122223333"


def test_dashboards_are_read_by_grafana() -> None:
    """Each is a ConfigMap with the label that the sidecar looks for."""
    plan = platform_plan(lambda args: Monitoring("monitoring", args))
    found = {
        name: json.loads(next(iter(manifest["data"].values())))
        for name, manifest in objects(plan, "ConfigMap").items()
        if manifest["metadata"]["labels"].get("grafana_dashboard") == "1"
    }

    assert len(found) == 5
    assert found["monitoring/dashboard-gpu"]["panels"][0]["targets"][0]["expr"]


def test_cost_is_shown_where_there_is_a_price() -> None:
    """From the environment's own prices, by GPUs asked for."""
    priced = spec(
        {
            "gpu_pools": {"l4": {"instance_types": ["g6.xlarge"], "max_gpus": 2}},
            "prices": {
                "source": "test", "dated": "2026-11-01", "hourly_usd": {"ec2:g6.xlarge": 1.5},
            },
        }
    )  # fmt: skip
    titles = {panel.title for panel in cost_dashboard(spec()).panels}

    assert "GPU cost an hour" not in titles
    panels = {panel.title: panel.expr for panel in cost_dashboard(priced).panels}
    assert panels["GPU cost an hour"].endswith("* 1.5")
