"""The log of requests and predictions: received, blotted out where asked, kept in a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.components.platform.services import REQUEST_LOG
from bedplate.contracts.images import COLLECTOR

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.components.platform.scope import PlatformScope

CONTRIB: Final = COLLECTOR.rpartition(":")[0]
"""Repository of the collector's image; the chart adds the tag."""

BLOTTED: Final = "[redacted]"
"""What stands where a value was."""

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

_VALUE = r"""\s*:\s*(?:"(?:[^"\\]|\\.)*"|\[[^\[\]]*\]|[^,}\]\s]+)"""
"""A JSON value after its name: text, a flat list, or a number, true, false or null."""

UNUSED_PORTS: Final[dict[str, Any]] = {
    name: {"enabled": False}
    for name in ("jaeger-compact", "jaeger-grpc", "jaeger-thrift", "otlp", "otlp-http", "zipkin")
}
"""Ports that the chart opens by default."""

UNUSED_RECEIVERS: Final[dict[str, Any]] = dict.fromkeys(("jaeger", "zipkin", "otlp", "prometheus"))
"""Receivers that the chart starts by default; null removes one."""


def redactions(fields: Sequence[str]) -> list[str]:
    """Return the statements that blot out fields of a body, wherever they stand in it.

    In the collector's transformation language a backslash and a quote are escaped once more.
    """
    return [
        f'replace_pattern(log.body, "{_quoted(_pattern(name))}", "{_quoted(_blotted(name))}")'
        for name in fields
    ]


def _pattern(name: str) -> str:
    return f'"{name}"{_VALUE}'


def _blotted(name: str) -> str:
    return f'"{name}":"{BLOTTED}"'


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def request_log_values(scope: PlatformScope) -> dict[str, Any]:
    """Return the values of the collector that keeps requests."""
    return {
        "mode": "deployment",
        "replicaCount": 2,
        "fullnameOverride": REQUEST_LOG.name,
        "image": {"repository": scope.supply.repository(CONTRIB)},
        "command": {"name": "otelcol-contrib"},
        "serviceAccount": {"create": True, "name": "request-log"},
        "additionalLabels": {"bedplate/part": "request-log"},
        **RESTRICTED,
        "resources": {
            "requests": {"cpu": "50m", "memory": "128Mi"},
            "limits": {"memory": "512Mi"},
        },
        "ports": {
            **UNUSED_PORTS,
            "requests": {
                "enabled": True,
                "containerPort": REQUEST_LOG.pod_port,
                "servicePort": REQUEST_LOG.port,
                "protocol": "TCP",
            },
        },
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1},
        "config": _config(scope),
    }


def _config(scope: PlatformScope) -> dict[str, Any]:
    """Return the collector's own configuration."""
    log = scope.spec.serving.request_log
    processors: dict[str, Any] = {}
    steps = ["memory_limiter"]
    if log.redact:
        # What can't be read must not be kept: an error drops the record.
        processors["transform"] = {
            "error_mode": "propagate",
            "log_statements": redactions(log.redact),
        }
        steps.append("transform")
    pipeline = {
        "receivers": ["webhookevent"],
        "processors": [*steps, "batch"],
        "exporters": ["awss3"],
    }
    return {
        "receivers": {
            **UNUSED_RECEIVERS,
            "webhookevent": {
                "endpoint": f"${{env:MY_POD_IP}}:{REQUEST_LOG.pod_port}",
                "path": "/",
                # What KServe says of each: model, namespace, kind, id (CloudEvents over HTTP).
                "header_attribute_regex": "(?i)^ce-",
            },
        },
        "processors": processors,
        "exporters": {"awss3": _bucket(scope), "debug": None},
        "service": {
            "pipelines": {"logs": pipeline, "metrics": None, "traces": None},
        },
    }


def _bucket(scope: PlatformScope) -> dict[str, Any]:
    """Return how records are written: body and headers.

    Without the headers nobody knows whose request it was, or which answer belongs to it.
    """
    place = {
        "region": scope.spec.aws.region,
        "s3_bucket": scope.foundation.bucket("requests"),
        "s3_prefix": "requests",
        "compression": "gzip",
    }
    return {"s3uploader": place, "marshaler": "otlp_json"}
