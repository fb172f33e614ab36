"""Model serving: KServe in Standard mode behind the platform's gateway, and what scales models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.control_plane import control_plane_manifests
from bedplate.components.platform.edge import GATEWAY, GATEWAY_NAMESPACE
from bedplate.components.platform.flow import Flow, Peer
from bedplate.components.platform.request_log import request_log_values
from bedplate.components.platform.services import REQUEST_LOG
from bedplate.components.platform.serving_runtimes import chosen, runtime_values

if TYPE_CHECKING:
    import pulumi

_KSERVE, _KEDA = "kserve", "keda"
_WEBHOOK = 9443
_METRICS_API = 6443
"""Where the API server asks KEDA for external metrics (chart, metricsServer)."""
_SMALL = {"requests": {"cpu": "50m", "memory": "100Mi"}, "limits": {"memory": "1000Mi"}}


class Serving(PlatformComponent):
    """KEDA, KServe, its runtimes, and the log of requests."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install them."""
        super().__init__(name, "serving", args, opts)
        if self.scope.spec.serving.autoscaler == "keda":
            self._keda()
        self._kserve()
        if self.scope.spec.serving.request_log.enabled:
            self._request_log()
        self.register_outputs({})

    def _keda(self) -> None:
        self._webhook("webhook", _KEDA, _WEBHOOK, "keda-admission-webhooks")
        self._webhook("metrics-api", _KEDA, _METRICS_API, "keda-operator-metrics-apiserver")
        # Its parts talk to one another; with Prometheus they talk by the mesh.
        self.allow(Flow(name="internal", to=_KEDA, ports=(9666,), sources=(Peer(_KEDA),)))
        values = {
            "operator": {"replicaCount": 2},
            "metricsServer": {"replicaCount": 2},
            "webhooks": {"replicaCount": 2, "failurePolicy": "Fail"},
            "image": {"pullPolicy": "IfNotPresent"},
            "permissions": {"operator": {"restrict": {"secret": True}}},
            "resources": {
                "operator": _SMALL, "metricServer": _SMALL, "webhooks": _SMALL,
            },
            "podDisruptionBudget": {
                part: {"minAvailable": 1} for part in ("operator", "metricServer", "webhooks")
            },
        }  # fmt: skip
        self.release("keda", _KEDA, values, crds={"keda.sh": ("scaledobjects",)})

    def _kserve(self) -> None:
        self._webhook("webhook", _KSERVE, _WEBHOOK, "kserve-controller-manager")
        kinds = ("clusterservingruntimes", "clusterstoragecontainers", "inferenceservices")
        definitions = self.release("kserve-crd", _KSERVE, {}, crds={"serving.kserve.io": kinds})
        controller = self.release(
            "kserve-resources", _KSERVE, {"kserve": self._controller()}, after=[definitions]
        )
        serving = self.scope.spec.serving.kserve
        if chosen(serving.runtimes):
            # Its webhook must answer before the first runtime is made.
            values = runtime_values(serving.runtimes, self.scope.supply)
            self.release("kserve-runtime-configs", _KSERVE, values, after=[controller])

    def _controller(self) -> dict[str, Any]:
        spec = self.scope.spec
        serving = spec.serving.kserve
        memory = f"{serving.storage_memory_gib}Gi"
        return {
            "controller": {
                "deploymentMode": "Standard",
                "imagePullPolicy": "IfNotPresent",
                "resources": {
                    "requests": {"cpu": "100m", "memory": "300Mi"},
                    "limits": {"cpu": "500m", "memory": "1Gi"},
                },
                "gateway": {
                    "domain": serving.domain,
                    "urlScheme": "https",
                    "disableIstioVirtualHost": True,
                    "ingressGateway": {
                        "enableGatewayApi": True,
                        "createGateway": False,
                        "kserveGateway": f"{GATEWAY_NAMESPACE}/{GATEWAY}",
                    },
                },
            },
            "storage": {
                # Credentials come by Pod Identity of the predictor's account.
                "s3": {"region": spec.aws.region},
                "resources": {
                    "requests": {"cpu": "100m", "memory": "256Mi"},
                    "limits": {"cpu": "2", "memory": memory},
                },
                "containerSecurityContext": {
                    "allowPrivilegeEscalation": False,
                    "privileged": False,
                    "runAsNonRoot": True,
                    "capabilities": {"drop": ["ALL"]},
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
            },
            "metricsaggregator": {"enablePrometheusScraping": "true"},
        }

    def _request_log(self) -> None:
        values = request_log_values(self.scope)
        self.release("opentelemetry-collector", "monitoring", values, name=REQUEST_LOG)

    def _webhook(self, name: str, namespace: str, port: int, app: str) -> None:
        label = "control-plane" if namespace == _KSERVE else "app"
        for manifest in control_plane_manifests(
            f"{app}-{name}", namespace, [port], {label: app}, self.scope
        ):
            self.manifest(manifest)
