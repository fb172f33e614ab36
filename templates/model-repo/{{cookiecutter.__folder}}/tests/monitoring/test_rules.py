"""Rules and dashboards speak of metrics that exist, and every rule fires and clears."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from {{cookiecutter.package_name}}.ops.exporter import GAUGES, Exporter
from {{cookiecutter.package_name}}.serve import metrics

MONITORING = Path(__file__).parents[2] / "monitoring"
RULES = yaml.safe_load((MONITORING / "rules" / "model.yaml").read_text())
TESTS = [
    test
    for path in sorted((MONITORING / "tests").glob("*.yaml"))
    for test in yaml.safe_load(path.read_text())["tests"]
]
DASHBOARD = json.loads((MONITORING / "dashboards" / "model.json").read_text())
NAME = re.compile(r"\bbedplate_model[a-z0-9_:]*")


def rules() -> list[dict[str, Any]]:
    """Return every rule."""
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def exported() -> set[str]:
    """Return the names that the predictor and the exporter really give to Prometheus."""
    assert metrics.PREDICTIONS is not None  # importing it registers its metrics
    exporter = Exporter()
    exporter.show(
        "m",
        {
            "model_version": "3", "drift": {"a": 0.1}, "fairness": {"x_difference": 0.1},
            "performance": {"value": 0.9, "at_registration": 0.9, "rows": 1},
            "feedback": {"predicted": 1, "unmatched": 0, "mean": 3.0, "ratings": 1},
        },
        4,
    )  # fmt: skip
    named = {sample.name for family in exporter.registry.collect() for sample in family.samples}
    for family in REGISTRY.collect():
        ends = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
        named |= {family.name + end for end in ends.get(family.type, ("",))}
    return named


def used(expression: str) -> set[str]:
    """Return the metrics of this model that an expression reads."""
    return set(NAME.findall(expression))


def test_every_metric_of_a_rule_or_diagram_exists() -> None:
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    asked = set().union(*(used(rule["expr"]) for rule in rules()))
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            asked |= used(target["expr"])

    assert asked - exported() - recorded == set()


def test_every_metric_that_is_exported_is_looked_at() -> None:
    text = "".join(
        path.read_text()
        for path in sorted(MONITORING.rglob("*"))
        if path.suffix in {".yaml", ".json"}
    )

    ours = [f"bedplate_model_{name}" for name in GAUGES]
    assert [name for name in ours if name not in text] == []


def test_every_alert_is_tested_for_firing_and_for_clearing() -> None:
    fires, clears = set(), set()
    for test in TESTS:
        for asked in test["alert_rule_test"]:
            (fires if asked["exp_alerts"] else clears).add(asked["alertname"])

    alerts = {rule["alert"] for rule in rules() if "alert" in rule}
    assert fires == alerts
    assert clears >= alerts


def test_every_alert_has_an_entry_in_the_runbook() -> None:
    text = (MONITORING.parent / "docs" / "runbook.md").read_text()
    headings = {line[3:].lower() for line in text.splitlines() if line.startswith("## ")}

    anchors = {
        rule["annotations"]["runbook_url"].removeprefix("docs/runbook.md#")
        for rule in rules() if "alert" in rule
    }  # fmt: skip
    assert anchors - headings == set()


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs promtool: install Prometheus")
def test_prometheus_agrees() -> None:
    done = subprocess.run(
        ["promtool", "test", "rules", *sorted((MONITORING / "tests").glob("*.yaml"))],
        cwd=MONITORING.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
