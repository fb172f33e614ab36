"""Identities of what runs in the cluster for everybody: controllers, registry, orchestrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.components.foundation.identities_access import (
    ADD_OBJECTS,
    READ_OBJECTS,
    REMOVE_OBJECTS,
    Access,
    Identity,
)
from bedplate.components.foundation.identities_load_balancer import load_balancer_grants

if TYPE_CHECKING:
    import pulumi

    from bedplate.spec.platform import PlatformSpec

_ORCHESTRATORS: dict[str, tuple[str, tuple[str, ...]]] = {
    "airflow": (
        "airflow",
        (
            "airflow-api-server",
            "airflow-dag-processor",
            "airflow-scheduler",
            "airflow-triggerer",
            "airflow-worker",
        ),
    ),
    "argo-workflows": ("argo", ("argo-workflow", "argo-workflows-server")),
    "kubeflow-pipelines": ("kubeflow", ("ml-pipeline", "pipeline-runner")),
}
"""Namespace and service accounts of each engine, as its chart or manifests name them."""

_PIPELINES = "pipelines"
"""Where in the lineage bucket the orchestrator keeps task logs and passed artefacts."""


def external_secrets(access: Access, database_secret: pulumi.Input[str]) -> Identity:
    """Return the identity that brings secrets into the cluster."""
    return Identity(
        part="external-secrets",
        namespaces=("external-secrets",),
        service_accounts=("external-secrets",),
        grants={
            "secrets": (
                access.tagged_secrets(),
                # RDS makes this one, and gives it none of our tags.
                access.secret("DatabaseSecret", database_secret),
            ),
            "keys": (access.key_for_secrets(),),
        },
    )


def load_balancer(access: Access, node_group_id: pulumi.Output[str]) -> Identity:
    """Return the identity of the AWS Load Balancer Controller."""
    names, vpc_id = access.scope.names, access.vpc_id
    return Identity(
        part="load-balancer",
        namespaces=("kube-system",),
        service_accounts=("aws-load-balancer-controller",),
        grants=load_balancer_grants(names, vpc_id, node_group_id),
    )


def mlflow(access: Access, database_secret: pulumi.Input[str]) -> Identity:
    """Return the identity of the model registry, which serves the artefacts of all teams."""
    actions = [*READ_OBJECTS, *ADD_OBJECTS, *REMOVE_OBJECTS]
    return Identity(
        part="mlflow",
        namespaces=("mlflow",),
        service_accounts=("mlflow",),
        grants={
            "objects": access.objects("models", actions),
            "secrets": (access.secret("DatabaseSecret", database_secret),),
            "keys": (access.key_for_objects("models", write=True), access.key_for_secrets()),
        },
    )


def loki(access: Access) -> Identity:
    """Return the identity of Loki, which keeps the containers' logs."""
    actions = [*READ_OBJECTS, *ADD_OBJECTS, *REMOVE_OBJECTS]
    return Identity(
        part="loki",
        namespaces=("monitoring",),
        service_accounts=("loki",),
        grants={
            "objects": access.objects("telemetry", actions),
            "keys": (access.key_for_objects("logs", write=True),),
        },
    )


def request_log(access: Access) -> Identity:
    """Return the identity that keeps requests and predictions: it adds, and never reads."""
    return Identity(
        part="request-log",
        namespaces=("monitoring",),
        service_accounts=("request-log",),
        grants={
            "objects": access.objects("requests", ADD_OBJECTS),
            "keys": (access.key_for_objects("data", write=True),),
        },
    )


def alerts(access: Access) -> Identity:
    """Return the identity that tells people of alerts, by the topic of the alarms."""
    return Identity(
        part="alerts",
        namespaces=("monitoring",),
        service_accounts=("alertmanager",),
        grants={
            "topic": (access.topic("alarms"),),
            "keys": (access.key_for_topic(),),
        },
    )


def backup_age(access: Access) -> Identity:
    """Return the identity that asks how old backups are, and can't read what is in them."""
    return Identity(
        part="backup-age",
        namespaces=("monitoring",),
        service_accounts=("backup-age",),
        grants={"backups": (access.backups(),)},
    )


def orchestrator(access: Access, spec: PlatformSpec) -> Identity:
    """Return the identity of the pipeline engine: its logs and artefacts, not the teams' data."""
    namespace, service_accounts = _ORCHESTRATORS[spec.orchestration.engine]
    return Identity(
        part="orchestrator",
        namespaces=(namespace,),
        service_accounts=service_accounts,
        grants={
            "objects": access.objects("lineage", [*READ_OBJECTS, *ADD_OBJECTS], _PIPELINES),
            "keys": (access.key_for_objects("data", write=True),),
        },
    )
