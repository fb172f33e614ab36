"""Section `orchestration`: what runs pipelines."""

from __future__ import annotations

from typing import Literal

from bedplate.spec.base import Spec


class OrchestrationSpec(Spec):
    """One engine runs ingestion, training, evaluation and deployment."""

    engine: Literal["airflow", "kubeflow-pipelines", "argo-workflows"] = "argo-workflows"
    """Pipeline engine."""
