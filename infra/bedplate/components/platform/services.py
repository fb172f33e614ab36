"""Services of the platform that others connect to: name, place and port, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


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

REQUEST_LOG: Final = "request-log"
"""Name of the service where model servers send requests and predictions."""
_LOG_PORTS: Final = range(20000, 30000)
"""Its ports: one a team, out of these."""


def request_log_of(team: str, teams: Iterable[str]) -> PlatformService:
    """Return where the model servers of one of the teams send theirs (CloudEvents over HTTP).

    Each team has a port of its own: the mesh knows who connects, and lets only the team's own pods
    through, so that a record's port says whose it is whatever its headers say. A port comes from
    its team's name and stays when others come and go; should two names meet, the later one takes
    the next port. Raises KeyError for a team that is not among them.
    """
    taken: set[int] = set()
    for key in sorted(teams):
        port = _LOG_PORTS[crc32(key.encode()) % len(_LOG_PORTS)]
        while port in taken:
            port = port + 1 if port + 1 in _LOG_PORTS else _LOG_PORTS[0]
        if key == team:
            break
        taken.add(port)
    else:
        raise KeyError(team)
    return PlatformService(
        name=REQUEST_LOG, namespace="monitoring", port=port, pod_port=port,
        selector=_labels(REQUEST_LOG),
    )  # fmt: skip
