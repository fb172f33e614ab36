"""Teams: closed namespaces with quotas, rights, identities and the platform's addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.foundation.identities_teams import REQUESTS_FOLDER
from bedplate.components.platform import teams_manifests as manifests
from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.edge import GATEWAY_PEER
from bedplate.components.platform.flow import Flow, Peer
from bedplate.components.platform.monitoring_targets import predictors
from bedplate.components.platform.namespace_manifests import baseline, namespace_manifest
from bedplate.components.platform.services import MLFLOW, OTLP, request_log_of
from bedplate.spec.namespaces import engine_namespace
from bedplate.versions import canary_method

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.platform.services import PlatformService
    from bedplate.spec.teams import TeamSpec

_PREDICTOR_PORTS = (8080, 8081, 9081)
"""HTTP of a model server, gRPC of it, and the agent's own port when requests are logged."""
_SCRAPED = (8080, 8002, 9091)
"""Where predictors show metrics: KServe's servers and vLLM, Triton, the agent."""


class Teams(PlatformComponent):
    """Every team's namespaces."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create them."""
        super().__init__(name, "teams", args, opts)
        for key, team in self.scope.spec.teams.items():
            inside = PlatformArgs(scope=self.scope, after=args.after)
            Team(f"{name}-{key}", inside, key, team, self.child)
        self.register_outputs({})


class Team(PlatformComponent):
    """One team."""

    def __init__(
        self,
        name: str,
        args: PlatformArgs,
        key: str,
        team: TeamSpec,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Create its namespaces, each closed before anything runs in it."""
        super().__init__(name, f"teams.{key}", args, opts)
        self._key, self._team = key, team
        for namespace in team.namespaces:
            self._namespace(namespace)
            self._rights(namespace)
            self._flows(namespace)
        self.register_outputs({})

    def _namespace(self, namespace: str) -> None:
        spec = self.scope.spec
        labels = {
            "bedplate/team": self._key,
            "bedplate/data-classification": spec.governance.data_classification,
        }
        made = self.manifest(
            namespace_manifest(namespace, spec, "restricted", mesh=True, labels=labels)
        )
        self.scope.namespaces[namespace] = [made]
        policies = baseline(namespace, spec, mesh=True, object_storage=True)
        first = [self.manifest(policy) for policy in policies]
        self.scope.namespaces[namespace] = [made, *first]
        self.manifest(manifests.quota(namespace, self._team, spec))
        self.manifest(manifests.limits(namespace))

    def _rights(self, namespace: str) -> None:
        spec = self.scope.spec
        for account in manifests.accounts(namespace):
            self.manifest(account)
        self.manifest(manifests.people_role(namespace, spec))
        self.manifest(manifests.workload_role(namespace))
        for binding in manifests.bindings(namespace, self._key):
            self.manifest(binding)
        if spec.orchestration.engine == "argo-workflows":
            bucket = self.scope.foundation.bucket("datasets")
            place = (namespace, self._key, spec.aws.region, bucket)
            self.manifest(manifests.artefacts(*place))
        self.manifest(manifests.endpoints(namespace, self._key, self._addresses(namespace)))

    def _addresses(self, namespace: str) -> dict[str, Any]:
        """Return what a model repository needs to know; absent where there is no such system."""
        spec, foundation = self.scope.spec, self.scope.foundation
        outside, canary = spec.integrations, spec.serving.canary
        return {
            "ENVIRONMENT": spec.environment,
            "MLFLOW_TRACKING_URI": MLFLOW.url,
            "MODEL_BUCKET": foundation.bucket("models"),
            "MODEL_PREFIX": f"{self._key}/",
            "DATASET_BUCKET": foundation.bucket("datasets"),
            "LINEAGE_BUCKET": foundation.bucket("lineage"),
            "OPENLINEAGE_URL": outside.lineage.openlineage_url if outside.lineage else None,
            "CATALOG_URL": outside.catalog.url if outside.catalog else None,
            "FEATURE_STORE_URL": outside.feature_store.url if outside.feature_store else None,
            "OTEL_EXPORTER_OTLP_ENDPOINT": OTLP.url,
            "REQUEST_LOG_URL": self._request_log.url if self._request_log else None,
            "REQUEST_LOG_STORE": self._request_store(),
            "CANARY_METHOD": canary_method() if canary.enabled else None,
            "CANARY_PERCENT": str(canary.initial_percent) if canary.enabled else None,
            "MODEL_DOMAIN": spec.serving.kserve.domain,
            "MODEL_HOST_SUFFIX": f"-{namespace}.{spec.serving.kserve.domain}",
        }

    @property
    def _request_log(self) -> PlatformService | None:
        """Where the team's model servers send requests; None where none are kept."""
        spec = self.scope.spec
        return request_log_of(self._key, spec.teams) if spec.serving.request_log.enabled else None

    def _request_store(self) -> pulumi.Output[str] | None:
        """Return where the team's own part of the request log lies: what its monitors read."""
        if self._request_log is None:
            return None
        bucket, below = self.scope.foundation.bucket("requests"), f"{REQUESTS_FOLDER}/{self._key}"
        return bucket.apply(lambda name: f"s3://{name}/{below}")

    def _flows(self, namespace: str) -> None:
        """Let requests reach predictors, and the team's pods reach the platform and each other."""
        engine = engine_namespace(self.scope.spec)
        callers = (GATEWAY_PEER, Peer(namespace), Peer("monitoring", "prometheus"), Peer(engine))
        ports = tuple(sorted({*_PREDICTOR_PORTS, *_SCRAPED}))
        self.allow(Flow(name="predictors", to=namespace, ports=ports, sources=callers))
        self.manifest(predictors(namespace))
        log = [self._request_log] if self._request_log else []
        for service in (MLFLOW, OTLP, *log):
            flow = Flow(
                name=f"{service.name}-from-{namespace}",
                to=service.namespace,
                ports=(service.pod_port,),
                sources=(Peer(namespace),),
                selector=service.selector,
            )
            self.allow(flow)
