"""An alert starts at most so many runs a day, and never a release."""

from __future__ import annotations

import json
import os
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

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


class _Engine(BaseHTTPRequestHandler):
    """Answers as the engines' APIs do, and keeps what it was asked."""

    asked: ClassVar[list[tuple[str, str | None, Any]]] = []

    def _answer(self, status: int, body: dict[str, str]) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        sent = json.loads(self.rfile.read(length)) if length else None
        self.asked.append((f"{self.command} {self.path}", self.headers.get("Authorization"), sent))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def do_GET(self) -> None:
        self._answer(201, {"access_token": "abc.def", "pipeline_id": "0a1b", "name": "x"})

    def do_POST(self) -> None:
        self._answer(200, {})

    def log_message(self, *_: Any) -> None:
        """Stay quiet."""


@pytest.mark.needs("curl")
@pytest.mark.parametrize(
    ("engine", "asked"),
    [
        (
            "airflow",
            [
                ("GET /auth/token", None, None),
                (
                    "POST /api/v2/dags/scoring-training/dagRuns",
                    "Bearer abc.def",
                    {"logical_date": None, "conf": {"reason": "ModelDrifts"}},
                ),
            ],
        ),
        (
            "kubeflow-pipelines",
            [
                ("GET /apis/v2beta1/pipelines/names/scoring-training", None, None),
                (
                    "POST /apis/v2beta1/runs",
                    None,
                    {
                        "display_name": "retrain-scoring",
                        "pipeline_version_reference": {"pipeline_id": "0a1b"},
                        "runtime_config": {"parameters": {"reason": "ModelDrifts"}},
                    },
                ),
            ],
        ),
    ],
)
def test_the_job_asks_as_the_engine_wants(engine: str, asked: list[Any]) -> None:
    """Its script, run by a real shell and curl against a server that listens."""
    (sensor,) = objects(_plan(engine), "Sensor").values()
    job = sensor["spec"]["triggers"][0]["template"]["k8s"]["source"]["resource"]
    (container,) = job["spec"]["template"]["spec"]["containers"]
    _Engine.asked.clear()
    server = HTTPServer(("127.0.0.1", 0), _Engine)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        own = {"MODEL": "scoring", "REASON": "ModelDrifts", "PATH": os.environ["PATH"]}
        own["ENGINE"] = f"http://127.0.0.1:{server.server_port}"
        subprocess.run(container["command"], env=own, check=True, timeout=30)
    finally:
        server.shutdown()
        server.server_close()

    assert _Engine.asked == asked


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
