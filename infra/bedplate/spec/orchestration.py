"""Section `orchestration`: what runs pipelines."""

from __future__ import annotations

from typing import Literal

from bedplate.spec.base import HttpsUrl, Spec


class KubeflowPipelinesSpec(Spec):
    """Where the manifests of Kubeflow Pipelines are read."""

    repository: HttpsUrl = "https://github.com/kubeflow/pipelines"
    """Git repository with upstream's manifests at the pinned release, or a mirror of it."""


class AirflowSpec(Spec):
    """Where Airflow finds its pipelines."""

    dags_repository: HttpsUrl | None = None
    """Git repository that holds the DAGs; absent: that of `gitops`."""
    dags_path: str = "dags"
    """Folder within it."""


class OrchestrationSpec(Spec):
    """One engine runs ingestion, training, evaluation and deployment."""

    engine: Literal["airflow", "kubeflow-pipelines", "argo-workflows"] = "argo-workflows"
    """Pipeline engine."""
    airflow: AirflowSpec = AirflowSpec()
    """Settings of the engine `airflow`."""
    kubeflow_pipelines: KubeflowPipelinesSpec = KubeflowPipelinesSpec()
    """Settings of the engine `kubeflow-pipelines`."""
