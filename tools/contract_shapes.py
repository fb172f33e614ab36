"""Shapes: what a chart's values or a custom resource may hold, as plain data without prose.

A shape is a mapping. `{}` accepts anything. `type` is a JSON type or a list of them; `properties`,
`required`, `items`, `enum`, `pattern`, `minimum`, `maximum` mean what JSON Schema means by them;
`closed: true` refuses keys that `properties` does not name; `values` is the shape of every other
key; `any_of` is a list of shapes of which one must fit.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Shape = dict[str, Any]

_SUBCHARTS = {
    "argo-cd": {"redis-ha": "redis-ha"},
    "kube-prometheus-stack": {
        "grafana": "grafana",
        "kube-state-metrics": "kube-state-metrics",
        "prometheus-node-exporter": "prometheus-node-exporter",
    },
    "nvidia-device-plugin": {"nfd": "node-feature-discovery"},
}
"""Charts that come with others, and the key that these lie under."""

_ISTIO = ("base", "cni", "istiod", "ztunnel")
_ISTIO_KEYS = ("compatibilityVersion", "platform", "profile", "revision")
"""What Istio's charts accept beside their values (templates/zzz_profile.yaml)."""
_NAMES = ("fullnameOverride", "nameOverride")
"""What `helm create` puts into every chart's helpers."""
_ISTIO_WRAPPER = "_internal_defaults_do_not_set"

_CLOSED_SCHEMAS = ("airflow", "cert-manager", "mlflow", "opentelemetry-collector")
"""Charts whose own schema refuses unknown keys."""

_FREE = re.compile(
    r"(labels|annotations|selector|nodeselector|affinity|resources|securitycontexts?|probe|config|"
    r"args|env|strategy|ini|params|data|topologyspreadconstraints|metricrelabelings|"
    r"storagespec|volumeclaimtemplate|limits_config|cm|context|matchlabels|"
    r"schemaconfig|defaults|labelsallowlist|featuregates|meshconfig|dashboards)$",
    re.IGNORECASE,
)
"""Names of maps that hold what Kubernetes or a program defines, not the chart."""

_TYPES = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
_KEPT = ("enum", "pattern", "minimum", "maximum")
_COMMENTED = re.compile(r"^(\s*)#\s?(\s*)([A-Za-z][\w.\-/]*):(\s|$)")
_PROSE = frozenset(
    [
        "CAUTION",
        "Default",
        "Example",
        "Examples",
        "Initial",
        "NOTE",
        "Name",
        "Note",
        "Optional",
        "Options",
        "Ref",
        "See",
        "TODO",
        "VARIABLE",
        "Warning",
    ]
)
"""Words that begin a remark in a comment, and are no key of any chart."""
_KEY = re.compile(r"^(\s*)([^\s#:'\"-][^:#]*?|\"[^\"]+\"):(\s|$)")


def chart_shape(name: str, folder: Path, entries: dict[str, dict[str, Any]]) -> Shape:
    """Return the shape of a chart's values; subcharts lie under their key."""
    path = folder / entries[name]["path"]
    if name in _CLOSED_SCHEMAS:
        schema = json.loads((path / "values.schema.json").read_text())
        return _from_schema(schema, schema, 0)
    text = (path / "values.yaml").read_text()
    values = yaml.safe_load(text) or {}
    if name in _ISTIO:
        text = "\n".join(line[2:] for line in text.splitlines() if line.startswith("  "))
        values = values[_ISTIO_WRAPPER]
    shape = _from_values(values, "")
    shape["closed"] = True
    # Every chart's templates name things with these, whether its values mention them or not.
    shape["properties"] |= {key: {"type": "string"} for key in _NAMES}
    _accept_commented(shape, text)
    if name in _ISTIO:
        # Values of `global` and of the chart itself are accepted at the top as well.
        for part in ("global", name, "pilot"):
            shape["properties"] |= shape["properties"].get(part, {}).get("properties", {})
        shape["properties"] |= {key: {"type": "string"} for key in _ISTIO_KEYS}
        shape["properties"].setdefault("global", {})
    for key, chart in _SUBCHARTS.get(name, {}).items():
        below = chart_shape(chart, folder, entries)
        shape["properties"][key] = _merged(below, shape["properties"].get(key, {}))
    return shape


def _from_values(value: Any, key: str, *, free: bool = False) -> Shape:
    """Return the shape that a default value suggests; below a free map everything is free."""
    if isinstance(value, dict):
        free = free or not value or _FREE.search(key) is not None
        properties = {
            str(name): _from_values(below, str(name), free=free) for name, below in value.items()
        }
        return {"type": "object", "properties": properties} | ({} if free else {"closed": True})
    if value is None:
        return {}
    kind = _TYPES[type(value)]
    # Helm prints a number where a text is asked for; the reverse breaks.
    return {"type": ["string", "number"]} if kind == "string" else {"type": kind}


def _commented(text: str) -> Iterator[tuple[list[str], str]]:
    """Yield the path of each mapping and a key that is only mentioned in its comments."""
    stack: list[tuple[int, str]] = []
    for line in text.splitlines():
        found = _COMMENTED.match(line)
        if found:
            indent = len(found[1])
            yield [key for at, key in stack if at < indent], found[3]
            continue
        found = _KEY.match(line)
        if found:
            indent = len(found[1])
            stack = [(at, key) for at, key in stack if at < indent]
            stack.append((indent, found[2].strip('"').strip()))


def _accept_commented(shape: Shape, text: str) -> None:
    for path, key in _commented(text):
        at: Shape | None = shape
        for step in path:
            at = at.get("properties", {}).get(step) if at else None
        if at is not None and at.get("type") == "object" and key not in _PROSE:
            at["properties"].setdefault(key, {})


def _merged(one: Shape, other: Shape) -> Shape:
    """Return a shape that accepts the keys of both."""
    properties = dict(one.get("properties", {}))
    for key, shape in other.get("properties", {}).items():
        below = properties.get(key)
        both = below is not None and below.get("type") == shape.get("type") == "object"
        properties[key] = _merged(below, shape) if both and below is not None else shape
    return {**one, "properties": properties}


def _from_schema(schema: Any, root: Shape, depth: int) -> Shape:
    """Return the shape of a JSON Schema; what Kubernetes itself defines is left open."""
    if not isinstance(schema, dict):
        return {}
    reference = schema.get("$ref")
    if reference:
        name = str(reference).rsplit("/", 1)[-1]
        if "io.k8s." in name or depth > 12:  # noqa: PLR2004 - deeper ones refer to themselves
            return {}
        below: Any = root
        for step in str(reference).removeprefix("#/").split("/"):
            below = below[step]
        return _from_schema(below, root, depth + 1)
    return _schema_shape(schema, root, depth)


def _schema_shape(schema: Shape, root: Shape, depth: int) -> Shape:
    # Nothing is required of a user: the chart's own defaults lie below.
    shape: Shape = {key: schema[key] for key in ("type", *_KEPT) if key in schema}
    if shape.get("type") == "string":
        shape["type"] = ["string", "number"]
    if "const" in schema:
        shape["enum"] = [schema["const"]]
    if "properties" in schema:
        shape["properties"] = {
            key: _from_schema(below, root, depth) for key, below in schema["properties"].items()
        }
    others = schema.get("additionalProperties", True)
    if others is False and "patternProperties" not in schema:
        shape["closed"] = True
    elif isinstance(others, dict):
        shape["values"] = _from_schema(others, root, depth)
    if "items" in schema:
        shape["items"] = _from_schema(schema["items"], root, depth)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        shape["any_of"] = [_from_schema(choice, root, depth) for choice in choices]
    return shape


def definition_shape(schema: Shape) -> Shape:
    """Return the shape of a custom resource, from its definition's structural schema."""
    shape = _structural(schema)
    shape["properties"] |= {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
    }
    return shape


def _structural(schema: Shape) -> Shape:
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    shape: Shape = {key: schema[key] for key in ("type", "required", *_KEPT) if key in schema}
    if "properties" in schema or shape.get("type") == "object":
        below = schema.get("properties", {})
        shape["properties"] = {key: _structural(value) for key, value in below.items()}
    others = schema.get("additionalProperties")
    if isinstance(others, dict):
        shape["values"] = _structural(others)
    elif not schema.get("x-kubernetes-preserve-unknown-fields") and shape.get("properties"):
        shape["closed"] = True
    if "items" in schema:
        shape["items"] = _structural(schema["items"])
    return shape
