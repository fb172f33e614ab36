"""A database of its own for a service, on the foundation's Postgres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.contracts.images import POSTGRES_CLIENT

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.platform.scope import PlatformScope

_SCRIPT = (
    "set -eu\n"
    "found=$(psql -tAc \"SELECT 1 FROM pg_database WHERE datname = '$NEW_DATABASE'\")\n"
    'if [ "$found" != 1 ]; then createdb "$NEW_DATABASE"; fi\n'
)


def host(endpoint: pulumi.Output[str]) -> pulumi.Output[str]:
    """Return the host of an endpoint `host:port`."""
    return endpoint.apply(lambda text: text.partition(":")[0])


def database_job(
    scope: PlatformScope, namespace: str, database: str, secret: str
) -> dict[str, Any]:
    """Return the job that creates a database, or finds it; `secret` holds username and password."""
    variables = {
        "PGHOST": host(scope.foundation.text("database_endpoint")),
        "PGPORT": "5432",
        "PGDATABASE": "postgres",
        "PGSSLMODE": "require",
        "NEW_DATABASE": database,
    }
    env: list[dict[str, Any]] = [{"name": key, "value": text} for key, text in variables.items()]
    for variable, key in (("PGUSER", "username"), ("PGPASSWORD", "password")):
        reference = {"secretKeyRef": {"name": secret, "key": key}}
        env.append({"name": variable, "valueFrom": reference})
    labels = {"app.kubernetes.io/name": "create-database", "bedplate/database": database}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": f"create-database-{database}", "namespace": namespace},
        "spec": {
            "backoffLimit": 6,
            "template": {"metadata": {"labels": labels}, "spec": _pod(scope, env)},
        },
    }


def _pod(scope: PlatformScope, env: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the job's pod."""
    container = {
        "name": "create",
        "image": scope.supply.image(POSTGRES_CLIENT),
        "command": ["sh", "-c", _SCRIPT],
        "env": env,
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "64Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
    }
    return {
        "restartPolicy": "OnFailure",
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 70,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
    }


def database_policy(scope: PlatformScope, namespace: str) -> list[dict[str, Any]]:
    """Return the policy that lets a namespace's pods reach Postgres inside the VPC."""
    if not scope.spec.zero_trust.default_deny:
        return []
    inside = [{"ipBlock": {"cidr": scope.spec.network.cidr}}]
    return [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "database", "namespace": namespace},
            "spec": {
                "podSelector": {},
                "policyTypes": ["Egress"],
                "egress": [{"to": inside, "ports": [{"protocol": "TCP", "port": 5432}]}],
            },
        }
    ]
