"""An alert starts at most so many runs a day, and never a release."""

from __future__ import annotations

from typing import Any

import pytest
from support.platforms import objects, platform_plan, releases

from bedplate.components.platform.feedback import Feedback
from bedplate.components.platform.feedback_manifests import name_template

ON = {"monitoring": {"drift": {"retrain": True}}}


def _plan(engine: str, **feedback: Any) -> Any:
    changes = {**ON, "orchestration": {"engine": engine}, "feedback": feedback}
    return platform_plan(lambda args: Feedback("feedback", args), changes)


def test_nothing_is_installed_where_it_is_off() -> None:
    """Which is the default."""
    assert releases(platform_plan(lambda args: Feedback("feedback", args))) == {}


@pytest.mark.parametrize(("cap", "hours"), [(1, 24), (4, 6), (24, 1)])
def test_a_runs_name_is_one_a_slot_of_the_day(cap: int, hours: int) -> None:
    """The API server refuses a second object of the same name: that is the cap."""
    assert f'div (now | date "15" | atoi) {hours}' in name_template(cap)


def test_argo_gets_a_run_of_the_models_own_template() -> None:
    """In the namespace that the alert names."""
    (sensor,) = objects(_plan("argo-workflows"), "Sensor").values()
    trigger = sensor["spec"]["triggers"][0]["template"]["k8s"]
    targets = [parameter["dest"] for parameter in trigger["parameters"]]

    assert trigger["source"]["resource"]["kind"] == "Workflow"
    assert targets[:3] == ["metadata.namespace", "metadata.name", "spec.workflowTemplateRef.name"]


@pytest.mark.parametrize("engine", ["airflow", "kubeflow-pipelines"])
def test_other_engines_are_asked_by_their_api(engine: str) -> None:
    """By a job of the team that keeps its name for longer than the cap lasts."""
    (sensor,) = objects(_plan(engine), "Sensor").values()
    job = sensor["spec"]["triggers"][0]["template"]["k8s"]["source"]["resource"]

    assert job["kind"] == "Job"
    assert job["spec"]["ttlSecondsAfterFinished"] >= 24 * 3600
    assert job["spec"]["template"]["spec"]["containers"][0]["image"].startswith("111122223333.dkr")


def test_the_sensor_may_create_runs_and_nothing_else() -> None:
    """In the teams' namespaces only."""
    role = objects(_plan("argo-workflows"), "Role")["fraud/retraining"]

    assert role["rules"] == [
        {"apiGroups": ["argoproj.io"], "resources": ["workflows"], "verbs": ["create"]}
    ]


def test_only_alertmanager_may_tell_it() -> None:
    """By its identity in the mesh."""
    policy = objects(_plan("airflow"), "AuthorizationPolicy")["argo-events/alerts"]

    assert policy["spec"]["rules"][0]["from"] == [
        {"source": {"principals": ["cluster.local/ns/monitoring/sa/alertmanager"]}}
    ]
