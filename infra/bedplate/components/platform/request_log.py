"""The log of requests and predictions: received, blotted out where asked, kept in a bucket.

Each team has a receiver, a pipeline and a folder of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.components.foundation.identities_teams import REQUESTS_FOLDER
from bedplate.components.platform.redaction import processors
from bedplate.components.platform.services import REQUEST_LOG, request_log_of
from bedplate.contracts.images import COLLECTOR

if TYPE_CHECKING:
    from bedplate.components.platform.scope import PlatformScope

CONTRIB: Final = COLLECTOR.rpartition(":")[0]
"""Repository of the collector's image; the chart adds the tag."""

RESTRICTED: Final[dict[str, Any]] = {
    "podSecurityContext": {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "seccompProfile": {"type": "RuntimeDefault"},
    },
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    },
}
"""Security contexts that fit the Pod Security Standard `restricted`."""

UNUSED_PORTS: Final[dict[str, Any]] = {
    name: {"enabled": False}
    for name in ("jaeger-compact", "jaeger-grpc", "jaeger-thrift", "otlp", "otlp-http", "zipkin")
}
"""Ports that the chart opens by default."""

UNUSED_RECEIVERS: Final[dict[str, Any]] = dict.fromkeys(("jaeger", "zipkin", "otlp", "prometheus"))
"""Receivers that the chart starts by default; null removes one."""


def request_log_values(scope: PlatformScope) -> dict[str, Any]:
    """Return the values of the collector that keeps requests."""
    return {
        "mode": "deployment",
        "replicaCount": 2,
        "fullnameOverride": REQUEST_LOG,
        "image": {"repository": scope.supply.repository(CONTRIB)},
        "command": {"name": "otelcol-contrib"},
        "serviceAccount": {"create": True, "name": REQUEST_LOG},
        "additionalLabels": {"bedplate/part": REQUEST_LOG},
        **RESTRICTED,
        "resources": {
            "requests": {"cpu": "50m", "memory": "128Mi"},
            "limits": {"memory": "512Mi"},
        },
        "ports": UNUSED_PORTS | {f"log-{port}": _port(port) for port in _ports(scope).values()},
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
        "config": _config(scope),
    }


def _ports(scope: PlatformScope) -> dict[str, int]:
    """Return the port of each team."""
    teams = scope.spec.teams
    return {team: request_log_of(team, teams).pod_port for team in teams}


def _port(port: int) -> dict[str, Any]:
    return {"enabled": True, "containerPort": port, "servicePort": port, "protocol": "TCP"}


def _config(scope: PlatformScope) -> dict[str, Any]:
    """Return the collector's own configuration."""
    ports, blotting = _ports(scope), processors(scope.spec.serving.request_log.redact)
    receivers: dict[str, Any] = {
        f"webhookevent/{team}": _receiver(port) for team, port in ports.items()
    }
    writers: dict[str, Any] = {f"awss3/{team}": _bucket(scope, team) for team in ports}
    pipelines = {
        f"logs/{team}": {
            "receivers": [f"webhookevent/{team}"],
            "processors": ["memory_limiter", *blotting, "batch"],
            "exporters": [f"awss3/{team}"],
        }
        for team in ports
    }
    if not ports:  # a collector without a pipeline does not start
        receivers, writers = {"nop": {}}, {"nop": {}}
        pipelines["logs/none"] = {"receivers": ["nop"], "processors": [], "exporters": ["nop"]}
    return {
        "receivers": UNUSED_RECEIVERS | receivers,
        "processors": blotting,
        "exporters": {**writers, "debug": None},
        "service": {"pipelines": {**pipelines, "logs": None, "metrics": None, "traces": None}},
    }


def _receiver(port: int) -> dict[str, Any]:
    return {
        "endpoint": f"${{env:MY_POD_IP}}:{port}",
        "path": "/",
        # What KServe says of each: model, namespace, kind, id (CloudEvents over HTTP).
        "header_attribute_regex": "(?i)^ce-",
    }


def _bucket(scope: PlatformScope, team: str) -> dict[str, Any]:
    """Return how records are written: body and headers.

    Without the headers nobody knows whose request it was, or which answer belongs to it.
    """
    place = {
        "region": scope.spec.aws.region,
        "s3_bucket": scope.foundation.bucket("requests"),
        "s3_prefix": f"{REQUESTS_FOLDER}/{team}",
        "compression": "gzip",
    }
    return {"s3uploader": place, "marshaler": "otlp_json"}
