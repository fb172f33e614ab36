"""The images of each chart, and the values that redirect them.

Sources: the charts' own values files at the pinned versions. A test holds every value path against
the chart's contract, and every reference against the version that is pinned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from bedplate.versions import CHARTS, KUBEFLOW_PIPELINES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Part = Literal["repository", "registry", "reference", "hub"]
"""What a value holds: `registry/path`, the registry alone, all with the tag, or all but the last
part of the path."""


@dataclass(frozen=True, slots=True)
class ImageReference:
    """The parts of an image's reference."""

    host: str
    """Registry; `docker.io` where the reference names none."""
    path: str
    """Repository within the registry."""
    suffix: str
    """Tag and digest as written, such as `:1.2@sha256:…`."""

    @classmethod
    def parse(cls, reference: str) -> ImageReference:
        """Split a reference as container runtimes do."""
        name, at, digest = reference.partition("@")
        head, slash, last = name.rpartition("/")
        last, colon, tag = last.partition(":")
        whole = f"{head}{slash}{last}"
        first, _, rest = whole.partition("/")
        if rest and ("." in first or ":" in first or first == "localhost"):
            host, path = first, rest
        else:
            host, path = "docker.io", whole if slash else f"library/{whole}"
        return cls(host, path, f"{colon}{tag}{at}{digest}")


@dataclass(frozen=True, slots=True)
class Named:
    """A text in an object or in values, which may name an image."""

    path: str
    """Where it stands, such as `spec.containers[0].image`."""
    key: str
    """Last part of the path."""
    text: str
    """What stands there."""
    siblings: Mapping[str, Any]
    """The mapping that it stands in."""


def texts_of(tree: Any, path: str = "") -> Iterator[Named]:
    """Yield every text that stands under a key, in the order of the tree."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            at = f"{path}.{key}" if path else str(key)
            if isinstance(value, str):
                yield Named(at, str(key), value, tree)
            else:
                yield from texts_of(value, at)
    elif isinstance(tree, list):
        for index, item in enumerate(tree):
            yield from texts_of(item, f"{path}[{index}]")


@dataclass(frozen=True, slots=True)
class ChartImage:
    """An image that a chart runs as Bedplate installs it."""

    reference: str
    """Where it is published."""
    values: Mapping[str, Part]
    """By value path: what to write there to pull it from elsewhere."""


def _at(reference: str, *paths: str, part: Part = "repository") -> ChartImage:
    return ChartImage(reference, dict.fromkeys(paths, part))


_ISTIO: Final = "registry.istio.io/release"
_ISTIO_TAG: Final = f"{CHARTS['istiod'].version}-distroless"
"""The ambient profile runs the images without a shell."""
_KSERVE_TAG: Final = CHARTS["kserve-resources"].version
_CERT: Final = CHARTS["cert-manager"].version

LOGIN: Final = "quay.io/oauth2-proxy/oauth2-proxy:v7.15.4"
"""Login of people at the edge."""
POSTGRES_CLIENT: Final = "public.ecr.aws/docker/library/postgres:17.6-alpine"
"""Postgres' own client; the server is of the same major version or older."""
CURL: Final = "docker.io/curlimages/curl:8.21.0"
"""What asks an engine for a run by its API."""
AWS_CLI: Final = "public.ecr.aws/aws-cli/aws-cli:2.32.9"
"""What asks AWS Backup how old backups are."""
BUS: Final = (
    "docker.io/library/nats:2.10.10",
    "docker.io/natsio/prometheus-nats-exporter:0.14.0",
    "docker.io/natsio/nats-server-config-reloader:0.14.0",
)
"""The event bus: server, exporter, reloader."""
COLLECTOR: Final = (
    "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib"
    f":{CHARTS['opentelemetry-collector'].release}"
)
"""Distribution of the collector with the receivers and exporters that are used."""
RUNTIMES: Final = {
    "huggingfaceserver": f"docker.io/kserve/huggingfaceserver:{_KSERVE_TAG}",
    "lgbserver": f"docker.io/kserve/lgbserver:{_KSERVE_TAG}",
    "mlserver": "docker.io/seldonio/mlserver:1.7.1",
    "sklearnserver": f"docker.io/kserve/sklearnserver:{_KSERVE_TAG}",
    "tritonserver": "nvcr.io/nvidia/tritonserver:25.06-py3",
    "vllmserver": "docker.io/vllm/vllm-openai:v0.11.0",
    "xgbserver": f"docker.io/kserve/xgbserver:{_KSERVE_TAG}",
}
"""Serving runtimes, by their key in the chart kserve-runtime-configs."""
PIPELINES_OWN: Final = tuple(
    f"ghcr.io/kubeflow/{name}:{KUBEFLOW_PIPELINES}"
    for name in (
        "kfp-api-server",
        "kfp-cache-deployer",
        "kfp-cache-server",
        "kfp-frontend",
        "kfp-metadata-envoy",
        "kfp-metadata-writer",
        "kfp-persistence-agent",
        "kfp-scheduled-workflow-controller",
        "kfp-viewer-crd-controller",
        "kfp-visualization-server",
    )
)
"""Images of Kubeflow Pipelines' own."""
PIPELINES_BESIDE: Final = {
    "docker.io/alpine": "docker.io/library/alpine:3.23",
    "gcr.io/tfx-oss-public/ml_metadata_store_server": "gcr.io/tfx-oss-public/"
    "ml_metadata_store_server:1.14.0",
    "ghcr.io/chrislusf/seaweedfs": "ghcr.io/chrislusf/seaweedfs:4.34",
    "mysql": "docker.io/library/mysql:8.4",
    "quay.io/argoproj/workflow-controller": "quay.io/argoproj/workflow-controller:v4.0.5",
}
"""What its manifests run beside them, by the name that stands there (manifests/kustomize)."""
PIPELINES_DRIVER: Final = f"ghcr.io/kubeflow/kfp-driver:{KUBEFLOW_PIPELINES}"
PIPELINES_LAUNCHER: Final = f"ghcr.io/kubeflow/kfp-launcher:{KUBEFLOW_PIPELINES}"
"""What runs in the pods of a pipeline's steps; named in variables of the API server."""
PIPELINES_EXECUTOR: Final = "quay.io/argoproj/argoexec:v4.0.5"
"""What reports a step's result; named in an argument of the workflow controller."""
PIPELINES: Final = (
    *PIPELINES_OWN,
    *PIPELINES_BESIDE.values(),
    *(PIPELINES_DRIVER, PIPELINES_LAUNCHER, PIPELINES_EXECUTOR),
)
"""Every image of Kubeflow Pipelines as its pinned manifests install it."""
_SINGLE: Final = (LOGIN, POSTGRES_CLIENT, CURL, AWS_CLI, COLLECTOR)
OWN: Final = (*_SINGLE, *BUS, *RUNTIMES.values(), *PIPELINES)
"""Images that manifests of ours name, beside those of charts."""

IMAGES: Final[dict[str, tuple[ChartImage, ...]]] = {
    "airflow": (
        _at("docker.io/apache/airflow:3.2.0", "defaultAirflowRepository"),
        _at("quay.io/prometheus/statsd-exporter:v0.29.0", "images.statsd.repository"),
        _at("registry.k8s.io/git-sync/git-sync:v4.4.2", "images.gitSync.repository"),
    ),
    "argo-cd": (
        _at("quay.io/argoproj/argocd:v3.4.4", "global.image.repository"),
        _at("public.ecr.aws/docker/library/redis:8.2.3-alpine", "redis.image.repository"),
    ),
    "argo-events": (_at("quay.io/argoproj/argo-events:v1.9.10", "global.image.repository"),),
    "argo-workflows": tuple(
        _at(f"quay.io/argoproj/{name}:v4.0.6", f"{part}.image.registry", part="registry")
        for name, part in (
            ("workflow-controller", "controller"),
            ("argocli", "server"),
            ("argoexec", "executor"),
        )
    ),
    "aws-load-balancer-controller": (
        _at("public.ecr.aws/eks/aws-load-balancer-controller:v3.5.0", "image.repository"),
    ),
    "cert-manager": (
        _at(f"quay.io/jetstack/cert-manager-controller:{_CERT}", "imageRegistry", part="registry"),
        _at(f"quay.io/jetstack/cert-manager-webhook:{_CERT}"),
        _at(f"quay.io/jetstack/cert-manager-cainjector:{_CERT}"),
        _at(f"quay.io/jetstack/cert-manager-startupapicheck:{_CERT}"),
    ),
    "cni": (_at(f"{_ISTIO}/install-cni:{_ISTIO_TAG}", "global.hub", part="hub"),),
    "dcgm-exporter": (
        _at("nvcr.io/nvidia/k8s/dcgm-exporter:4.5.3-4.8.2-distroless", "image.repository"),
    ),
    "external-secrets": (
        _at(
            "ghcr.io/external-secrets/external-secrets:v2.9.0",
            "image.repository",
            "webhook.image.repository",
            "certController.image.repository",
        ),
    ),
    "gatekeeper": (
        _at("docker.io/openpolicyagent/gatekeeper:v3.23.0", "image.repository"),
        _at(
            "docker.io/openpolicyagent/gatekeeper-crds:v3.23.0",
            "image.crdRepository",
            "preInstall.crdRepository.image.repository",
            "postInstall.labelNamespace.image.repository",
        ),
    ),
    "istiod": (
        _at(f"{_ISTIO}/pilot:{_ISTIO_TAG}", "global.hub", part="hub"),
        _at(f"{_ISTIO}/proxyv2:{_ISTIO_TAG}"),
    ),
    "karpenter": (
        _at(
            "public.ecr.aws/karpenter/controller:1.14.1"
            "@sha256:723130949e4cab989461ff07d1be4cd781d63515432494641b33c235f300ae23",
            "controller.image.repository",
        ),
    ),
    "keda": tuple(
        _at(f"ghcr.io/kedacore/{name}:2.20.2", f"image.{part}.registry", part="registry")
        for name, part in (
            ("keda", "keda"),
            ("keda-metrics-apiserver", "metricsApiServer"),
            ("keda-admission-webhooks", "webhooks"),
        )
    ),
    "kserve-resources": (
        *(
            _at(f"docker.io/kserve/{name}:{_KSERVE_TAG}", f"kserve.{part}.image")
            for name, part in (
                ("kserve-controller", "controller"),
                ("agent", "agent"),
                ("router", "router"),
                ("storage-initializer", "storage"),
            )
        ),
        _at(
            "quay.io/brancz/kube-rbac-proxy:v0.18.0",
            "kserve.controller.rbacProxyImage",
            part="reference",
        ),
    ),
    "kube-prometheus-stack": tuple(
        _at(reference, f"{path}.registry", part="registry")
        for reference, path in (
            (
                "quay.io/prometheus-operator/prometheus-operator:v0.93.1",
                "prometheusOperator.image",
            ),
            (
                "quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1",
                "prometheusOperator.prometheusConfigReloader.image",
            ),
            ("quay.io/prometheus/prometheus:v3.14.0-distroless", "prometheus.prometheusSpec.image"),
            ("quay.io/prometheus/alertmanager:v0.34.0", "alertmanager.alertmanagerSpec.image"),
            (
                "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0",
                "kube-state-metrics.image",
            ),
            (
                "quay.io/prometheus/node-exporter:v1.12.1-distroless",
                "prometheus-node-exporter.image",
            ),
            ("docker.io/grafana/grafana:13.2.0", "grafana.image"),
            ("quay.io/kiwigrid/k8s-sidecar:2.10.1", "grafana.sidecar.image"),
        )
    ),
    "loki": (_at("docker.io/grafana/loki:3.7.6", "loki.image.registry", part="registry"),),
    "metrics-server": (
        _at("registry.k8s.io/metrics-server/metrics-server:v0.8.1", "image.repository"),
    ),
    "mlflow": (
        _at("docker.io/burakince/mlflow:3.15.1", "image.repository"),
        _at("docker.io/library/busybox:1.38.0", "initImages.dbchecker.repository"),
        _at("docker.io/burakince/mlflow:3.15.1", "initImages.mlflowDbMigration.repository"),
    ),
    "nvidia-dra-driver-gpu": (
        _at("nvcr.io/nvidia/k8s-dra-driver-gpu:v25.12.0", "image.repository"),
    ),
    "nvidia-device-plugin": (_at("nvcr.io/nvidia/k8s-device-plugin:v0.20.0", "image.repository"),),
    "opentelemetry-collector": (_at(COLLECTOR, "image.repository"),),
    "ztunnel": (_at(f"{_ISTIO}/ztunnel:{_ISTIO_TAG}", "hub", part="hub"),),
}
"""Images by chart. Charts that are not listed run none."""
