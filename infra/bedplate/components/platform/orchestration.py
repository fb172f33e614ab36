"""What runs pipelines: one of three engines, each as its makers publish it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.database_manifests import database_job, database_policy
from bedplate.components.platform.edge import EdgeRoute, edge_route
from bedplate.components.platform.flow import Flow, Peer
from bedplate.components.platform.git_access import git_policies
from bedplate.components.platform.orchestration_airflow import (
    SECRETS,
    airflow_values,
    connection_secret,
)
from bedplate.components.platform.orchestration_argo import argo_values
from bedplate.components.platform.orchestration_kubeflow import kubeflow_application
from bedplate.components.platform.secret_manifests import external_secret, generated_secret
from bedplate.spec.namespaces import engine_namespace

if TYPE_CHECKING:
    import pulumi

_DATABASE = "database"


class Orchestration(PlatformComponent):
    """The pipeline engine."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install the engine that the environment names."""
        super().__init__(name, "orchestration", args, opts)
        self._namespace = engine_namespace(self.scope.spec)
        engine = self.scope.spec.orchestration.engine
        if engine == "argo-workflows":
            self._argo()
        elif engine == "airflow":
            self._airflow()
        else:
            self._kubeflow()
        self.register_outputs({})

    def _argo(self) -> None:
        kinds = ("cronworkflows", "workflows", "workflowtemplates")
        values = argo_values(self.scope)
        self.release("argo-workflows", self._namespace, values, crds={"argoproj.io": kinds})
        self._page(
            "argo-workflows-server", 2746, {"app.kubernetes.io/name": "argo-workflows-server"}
        )

    def _airflow(self) -> None:
        scope, namespace = self.scope, self._namespace
        remote = scope.foundation.text("database_secret_arn")
        keys = {"username": "username", "password": "password"}
        waits = [
            self.manifest(external_secret(_DATABASE, namespace, remote, keys)),
            self.manifest(connection_secret(scope, namespace)),
        ]
        for secret, key in SECRETS.items():
            waits += [self.manifest(each) for each in generated_secret(secret, namespace, key)]
        policies = [*database_policy(scope, namespace), *git_policies(namespace, scope.spec)]
        for policy in policies:
            self.manifest(policy)
        job = database_job(scope, namespace, "airflow", _DATABASE)
        database = self.manifest(job, after=waits)
        # Its parts talk to one another: workers to the API server, the scheduler to log servers.
        internal = Flow(
            name="internal",
            to=namespace,
            ports=(8080, 8793, 8794, 9125),
            sources=(Peer(namespace),),
        )
        self.allow(internal)
        self.release("airflow", namespace, airflow_values(scope), after=[database])
        self._page("airflow-api-server", 8080, {"component": "api-server"})

    def _kubeflow(self) -> None:
        self.manifest(kubeflow_application(self.scope))
        ports = (3000, 3306, 8080, 8443, 8887, 8888, 9000, 9090)
        peers = (Peer(self._namespace),)
        self.allow(Flow(name="internal", to=self._namespace, ports=ports, sources=peers))
        self._page("ml-pipeline-ui", 80, {"app": "ml-pipeline-ui"}, pod_port=3000)

    def _page(
        self, service: str, port: int, selector: dict[str, str], pod_port: int | None = None
    ) -> None:
        """Show the engine's page to people, and let the teams' pods and alerts reach it."""
        pods = pod_port or port
        teams = tuple(Peer(namespace) for namespace in self.scope.team_namespaces)
        sources = (*teams, Peer("argo-events"), Peer("monitoring", "prometheus"))
        flow = Flow(
            name="engine", to=self._namespace, ports=(pods,), sources=sources, selector=selector
        )
        self.allow(flow)
        route = EdgeRoute(
            name="pipelines",
            namespace=self._namespace,
            service=service,
            port=port,
            pod_port=pods,
            selector=selector,
        )
        edge_route(self, route)
