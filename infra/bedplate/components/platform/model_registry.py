"""The model registry: MLflow on the foundation's Postgres and model bucket, behind the mesh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.database_manifests import database_job, database_policy, host
from bedplate.components.platform.edge import EdgeRoute, edge_route, pages_domain
from bedplate.components.platform.flow import Flow, Peer
from bedplate.components.platform.secret_manifests import external_secret
from bedplate.components.platform.services import MLFLOW
from bedplate.spec.namespaces import engine_namespace

if TYPE_CHECKING:
    import pulumi

_NAMESPACE = "mlflow"
_SECRET = "database"  # noqa: S105 - the name of a secret
_PREFIX = "mlflow"
"""Where in the model bucket MLflow keeps what it is given."""


class ModelRegistry(PlatformComponent):
    """MLflow."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install MLflow."""
        super().__init__(name, "registry.models", args, opts)
        scope = self.scope
        remote = scope.foundation.text("database_secret_arn")
        keys = {"username": "username", "password": "password"}
        secret = self.manifest(external_secret(_SECRET, _NAMESPACE, remote, keys))
        for policy in database_policy(scope, _NAMESPACE):
            self.manifest(policy)
        database = self.manifest(database_job(scope, _NAMESPACE, "mlflow", _SECRET), after=[secret])
        self.release("mlflow", _NAMESPACE, self._values(), after=[database])
        self._traffic()
        self.register_outputs({})

    def _values(self) -> dict[str, Any]:
        scope = self.scope
        restricted = {"seccompProfile": {"type": "RuntimeDefault"}}
        return {
            "replicaCount": scope.spec.registry.models.replicas,
            "serviceAccount": {"create": True, "name": "mlflow"},
            "service": {"port": MLFLOW.port},
            "telemetry": {"enabled": False},
            "backendStore": self._database(),
            "artifactRoot": {
                # Clients need no right of their own in the bucket.
                "proxiedArtifactStorage": True,
                "s3": {
                    "enabled": True,
                    "bucket": scope.foundation.bucket("models"),
                    "path": _PREFIX,
                },
            },
            # MLflow answers to these names only.
            "serverAllowedHosts": [
                MLFLOW.name,
                f"{MLFLOW.name}.{_NAMESPACE}",
                MLFLOW.host,
                f"{MLFLOW.host}:{MLFLOW.port}",
                f"{MLFLOW.name}.{pages_domain(scope.spec)}",
            ],
            "extraEnvVars": {
                "AWS_DEFAULT_REGION": scope.spec.aws.region,
                "PGSSLMODE": "require",
            },
            "podSecurityContext": restricted,
            "resources": {
                "requests": {"cpu": "100m", "memory": "512Mi"},
                "limits": {"memory": "2Gi"},
            },
        }

    def _database(self) -> dict[str, Any]:
        return {
            "databaseMigration": True,
            "databaseConnectionCheck": True,
            "postgres": {
                "enabled": True,
                "host": host(self.scope.foundation.text("database_endpoint")),
                "port": 5432,
                "database": "mlflow",
            },
            "existingDatabaseSecret": {"name": _SECRET},
        }

    def _traffic(self) -> None:
        engine = Peer(engine_namespace(self.scope.spec))
        flow = Flow(
            name="mlflow-from-engine",
            to=_NAMESPACE,
            ports=(MLFLOW.pod_port,),
            sources=(engine, Peer("monitoring", "prometheus")),
            selector=MLFLOW.selector,
        )
        self.allow(flow)
        edge_route(
            self,
            EdgeRoute(
                name=MLFLOW.name,
                namespace=_NAMESPACE,
                service=MLFLOW.name,
                port=MLFLOW.port,
                pod_port=MLFLOW.pod_port,
                selector=MLFLOW.selector,
            ),
        )
