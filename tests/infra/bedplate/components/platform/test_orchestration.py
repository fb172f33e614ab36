"""Each of the three engines, as its makers publish it."""

from __future__ import annotations

import json
import re
from typing import Any

from support.platforms import objects, platform_plan, releases, values

from bedplate.components.platform.orchestration import Orchestration
from bedplate.contracts.images import PIPELINES

TEAMS = {"fraud": {"namespaces": ["fraud"]}, "claims": {"namespaces": ["claims"]}}


def _plan(engine: str, **more: Any) -> Any:
    changes = {"orchestration": {"engine": engine, **more}, "teams": TEAMS}
    return platform_plan(lambda args: Orchestration("orchestration", args), changes)


def test_argo_runs_in_the_teams_namespaces() -> None:
    """Under the team's own account, and with no stored keys."""
    chart = values(_plan("argo-workflows"), "argo-workflows")

    assert chart["controller"]["workflowNamespaces"] == ["claims", "fraud"]
    assert chart["controller"]["workflowDefaults"]["spec"]["serviceAccountName"] == "workload"
    assert chart["useStaticCredentials"] is False


def test_airflow_brings_no_database_and_no_user() -> None:
    """Its state is the foundation's; migration does not wait for what waits for it."""
    plan = _plan("airflow")
    chart = values(plan, "airflow")

    assert chart["executor"] == "KubernetesExecutor"
    assert chart["postgresql"] == {"enabled": False}
    assert chart["createUserJob"] == {"enabled": False}
    assert chart["migrateDatabaseJob"]["useHelmHooks"] is False
    assert {chart[p]["serviceAccount"]["name"] for p in ("scheduler", "triggerer")} == {
        "airflow-scheduler",
        "airflow-triggerer",
    }


def test_airflows_keys_are_made_once_inside_the_cluster() -> None:
    """The chart would make new ones with each release."""
    plan = _plan("airflow")
    secrets = objects(plan, "ExternalSecret")
    connection = secrets["airflow/airflow-connection"]["spec"]["target"]["template"]["data"]

    assert {"airflow/airflow-fernet", "airflow/airflow-jwt", "airflow/airflow-api"} <= set(secrets)
    assert connection["connection"].endswith(":5432/airflow?sslmode=require")
    assert "urlquery" in connection["connection"]


def test_kubeflow_is_installed_from_a_pinned_release() -> None:
    """Definitions first, both from the same repository, its images redirected."""
    plan = _plan("kubeflow-pipelines", kubeflow_pipelines={"repository": "https://git.x.example/k"})
    spec = objects(plan, "Application")["argocd/kubeflow-pipelines"]["spec"]

    assert {source["targetRevision"] for source in spec["sources"]} == {"2.17.0"}
    assert spec["sources"][0]["path"].endswith("cluster-scoped-resources")
    images = spec["sources"][1]["kustomize"]["images"]
    assert all("=111122223333.dkr.ecr." in image for image in images)
    assert {image.partition("=")[0] for image in images} >= {"mysql", "docker.io/alpine"}
    assert releases(plan) == {}


def test_every_image_of_kubeflow_comes_from_ones_own_registry() -> None:
    """Those of the steps too, which variables and an argument name."""
    plan = _plan("kubeflow-pipelines", kubeflow_pipelines={"repository": "https://git.x.example/k"})
    made = json.dumps(objects(plan, "Application")["argocd/kubeflow-pipelines"])
    registry = "111122223333.dkr.ecr.me-central-1.amazonaws.com/acme-prod"

    for reference in PIPELINES:
        assert re.search(rf"{registry}/[\w./-]*{re.escape(reference)}", made), reference
