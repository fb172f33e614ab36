"""The log of requests and predictions: received, blotted out where asked, kept in a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.components.foundation.identities_teams import REQUESTS_FOLDER
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

NAMESPACE: Final = 'log.attributes["header.Ce-Namespace"][0]'
"""Namespace of the model that a record is about: a header of each, which the receiver keeps."""

UNKNOWN: Final = "_unknown"
"""Folder of records of which no team is known: no team has such a name, and none may read it."""

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
    folders = [*scope.spec.teams, UNKNOWN]
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
        "connectors": {"routing": _routing(scope)},
        "exporters": {f"awss3/{_part(each)}": _bucket(scope, each) for each in folders}
        | {"debug": None},
        "service": {"pipelines": _pipelines(steps, folders)},
    }


def _pipelines(steps: Sequence[str], folders: Sequence[str]) -> dict[str, Any]:
    """Return the way of a record: through these steps, then into one of the folders."""
    outward = {
        f"logs/{_part(each)}": {
            "receivers": ["routing"],
            "processors": ["batch"],
            "exporters": [f"awss3/{_part(each)}"],
        }
        for each in folders
    }
    inward = {
        "receivers": ["webhookevent"],
        "processors": list(steps),
        "exporters": ["routing"],
    }
    return {**outward, "logs/in": inward, "logs": None, "metrics": None, "traces": None}


def _part(folder: str) -> str:
    return "unknown" if folder == UNKNOWN else f"team-{folder}"


def _routing(scope: PlatformScope) -> dict[str, Any]:
    """Return which pipeline a record takes: that of the team whose namespace it names.

    Each team has a pipeline of its own, since the exporter writes a batch to one folder, whatever
    is in it.
    """
    unknown = [f"logs/{_part(UNKNOWN)}"]
    table: list[dict[str, Any]] = [
        {
            "context": "log",
            "condition": " or ".join(f'{NAMESPACE} == "{each}"' for each in team.namespaces),
            "pipelines": [f"logs/{_part(key)}"],
        }
        for key, team in scope.spec.teams.items()
    ]
    # A table without a row is refused.
    rows = table or [{"context": "log", "condition": "true", "pipelines": unknown}]
    return {"default_pipelines": unknown, "error_mode": "ignore", "table": rows}


def _bucket(scope: PlatformScope, folder: str) -> dict[str, Any]:
    """Return how records are written: body and headers.

    Without the headers nobody knows whose request it was, or which answer belongs to it.
    """
    place = {
        "region": scope.spec.aws.region,
        "s3_bucket": scope.foundation.bucket("requests"),
        "s3_prefix": f"{REQUESTS_FOLDER}/{folder}",
        "compression": "gzip",
    }
    return {"s3uploader": place, "marshaler": "otlp_json"}
