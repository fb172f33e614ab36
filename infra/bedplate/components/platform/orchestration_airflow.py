"""Values and secrets of Airflow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.components.platform.database_manifests import host
from bedplate.components.platform.edge import pages_domain
from bedplate.components.platform.secret_manifests import external_secret

if TYPE_CHECKING:
    from bedplate.components.platform.scope import PlatformScope
    from bedplate.spec.platform import PlatformSpec

SECRETS: Final = {
    "airflow-fernet": "fernet-key",
    "airflow-api": "api-secret-key",
    "airflow-jwt": "jwt-secret",
}
"""Secrets that the chart would make anew with every release, and the key of each."""

_CONNECTION = "airflow-connection"

_CONTAINER: Final[dict[str, Any]] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
}
_POD: Final[dict[str, Any]] = {
    "runAsNonRoot": True,
    "runAsUser": 50000,
    "fsGroup": 0,
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""User of Airflow's image; the group is root's, as its folders are."""


def connection_secret(scope: PlatformScope, namespace: str) -> dict[str, Any]:
    """Return the secret with the connection string of Airflow's own database."""
    server = host(scope.foundation.text("database_endpoint"))
    template = server.apply(
        lambda name: {
            "connection": "postgresql://{{ .username | urlquery }}:{{ .password | urlquery }}"
            f"@{name}:5432/airflow?sslmode=require"
        }
    )
    keys = {"username": "username", "password": "password"}
    remote = scope.foundation.text("database_secret_arn")
    manifest = external_secret(_CONNECTION, namespace, remote, keys)
    manifest["spec"]["target"]["template"] = {"data": template}
    return manifest


def airflow_values(scope: PlatformScope) -> dict[str, Any]:
    """Return the chart's values: a pod a task, the foundation's Postgres, logs in the bucket."""
    spec = scope.spec
    values: dict[str, Any] = {
        "executor": "KubernetesExecutor",
        "uid": 50000,
        "securityContexts": {"pod": _POD, "containers": _CONTAINER},
        "postgresql": {"enabled": False},
        "redis": {"enabled": False},
        "data": {"metadataSecretName": _CONNECTION},
        "fernetKeySecretName": "airflow-fernet",
        "apiSecretKeySecretName": "airflow-api",
        "jwtSecretName": "airflow-jwt",
        "networkPolicies": {"enabled": False},
        # Helm would wait for pods that wait for the migration that Helm runs afterwards.
        "migrateDatabaseJob": {"useHelmHooks": False, "applyCustomEnv": False},
        "createUserJob": {"enabled": False},
        "logs": {"persistence": {"enabled": False}},
        "statsd": {"securityContexts": {"pod": {"seccompProfile": {"type": "RuntimeDefault"}}}},
        "config": _config(scope),
    }
    values |= _parts()
    values["triggerer"]["persistence"] = {"enabled": False}
    values["workers"] = {
        "kubernetes": {"serviceAccount": {"create": True, "name": "airflow-worker"}}
    }
    dags = _dags(spec)
    return values | ({"dags": dags} if dags else {})


def _parts() -> dict[str, dict[str, Any]]:
    """Return account and size of each part."""
    accounts = {
        "scheduler": "airflow-scheduler",
        "apiServer": "airflow-api-server",
        "triggerer": "airflow-triggerer",
        "dagProcessor": "airflow-dag-processor",
    }
    resources = {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "2Gi"}}
    return {
        part: {"serviceAccount": {"create": True, "name": name}, "resources": resources}
        for part, name in accounts.items()
    }


def _dags(spec: PlatformSpec) -> dict[str, Any]:
    """Return where pipelines are read: a git repository, followed by every part."""
    repository = spec.orchestration.airflow.dags_repository
    if repository is None and spec.gitops is not None:
        repository = spec.gitops.repository
    if repository is None:
        return {}
    return {
        "gitSync": {
            "enabled": True,
            "repo": repository,
            "branch": "main",
            "ref": spec.gitops.revision if spec.gitops else "main",
            "subPath": spec.orchestration.airflow.dags_path,
        }
    }


def _config(scope: PlatformScope) -> dict[str, Any]:
    logs = scope.foundation.bucket("lineage").apply(lambda name: f"s3://{name}/pipelines/airflow")
    return {
        "core": {
            # Whoever reaches the page has logged in at the edge; flows let nobody else in.
            "simple_auth_manager_all_admins": "True",
            "load_examples": "False",
        },
        "api": {"base_url": f"https://pipelines.{pages_domain(scope.spec)}"},
        "logging": {
            "remote_logging": "True",
            "remote_base_log_folder": logs,
            "remote_log_conn_id": "aws_default",
            "encrypt_s3_logs": "True",
        },
    }
