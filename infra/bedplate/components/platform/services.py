"""Services of the platform that others connect to: name, place and port, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformService:
    """A service inside the cluster."""

    name: str
    """Name of the service."""
    namespace: str
    """Its namespace."""
    port: int
    """Port of the service."""
    pod_port: int
    """Port of its pods."""
    selector: Mapping[str, str] = field(default_factory=dict)
    """Labels of its pods."""

    @property
    def host(self) -> str:
        """Its name inside the cluster."""
        return f"{self.name}.{self.namespace}.svc.cluster.local"

    @property
    def url(self) -> str:
        """Its address inside the cluster; the mesh encrypts what is said there."""
        return f"http://{self.host}:{self.port}"


def _labels(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name}


MLFLOW: Final = PlatformService(
    name="mlflow", namespace="mlflow", port=80, pod_port=5000, selector=_labels("mlflow")
)
"""Model registry and experiment tracking."""
OTLP: Final = PlatformService(
    name="telemetry",
    namespace="monitoring",
    port=4318,
    pod_port=4318,
    selector=_labels("telemetry"),
)
"""Where applications send metrics and traces (OpenTelemetry over HTTP)."""
REQUEST_LOG: Final = PlatformService(
    name="request-log", namespace="monitoring", port=8088, pod_port=8088,
    selector=_labels("request-log"),
)  # fmt: skip
"""Where model servers send requests and predictions (CloudEvents over HTTP)."""
PROMETHEUS: Final = PlatformService(
    name="prometheus",
    namespace="monitoring",
    port=9090,
    pod_port=9090,
    selector=_labels("prometheus"),
)
"""Metrics."""
LOKI: Final = PlatformService(
    name="loki", namespace="monitoring", port=3100, pod_port=3100, selector=_labels("loki")
)
"""Logs."""
ALERT_EVENTS: Final = PlatformService(
    name="alerts-eventsource-svc", namespace="argo-events", port=12000, pod_port=12000,
    selector={"eventsource-name": "alerts"},
)  # fmt: skip
"""Where alerts on models arrive that start a retraining run."""
