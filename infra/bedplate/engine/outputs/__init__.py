"""Deterministic, plausible outputs: what AWS or Kubernetes would answer after a deployment.

Both engines use them: the simulator, and the stand-in provider of the sandbox. The shapes follow
the AWS documentation of each identifier and the properties that pulumi-aws declares.
"""

from __future__ import annotations

from typing import Any

from bedplate.engine.outputs import cluster, identity, network, oversight, storage
from bedplate.engine.outputs.kind import Kind, fill
from bedplate.engine.outputs.model import Account, Simulated, Subject

__all__ = ["TABLE", "Account", "Simulated", "Subject", "is_known_type", "simulate"]

TABLE: dict[str, Kind] = {
    **network.TABLE,
    **identity.TABLE,
    **cluster.TABLE,
    **storage.TABLE,
    **oversight.TABLE,
}
"""How the outputs of each known AWS type look."""


def is_known_type(type_token: str) -> bool:
    """Tell whether the outputs of a type are more than an identifier."""
    return type_token in TABLE or not type_token.startswith("aws:")


def simulate(subject: Subject) -> Simulated:
    """Return the identifier and computed properties of a resource.

    An AWS type that the table does not know gets an identifier and nothing else.
    """
    kind = TABLE.get(subject.type)
    if kind is not None:
        return fill(kind, subject)
    if subject.type.startswith("kubernetes:"):
        return _kubernetes(subject)
    if subject.type.startswith("pulumi:providers:"):
        return Simulated(subject.uuid(), {})
    return Simulated(f"{subject.name}-{subject.hex(7)}", {})


def _kubernetes(subject: Subject) -> Simulated:
    """Return ``namespace/name``, as Pulumi's Kubernetes provider identifies an object."""
    if subject.type == "kubernetes:helm.sh/v3:Release":
        return _release(subject)
    given = subject.inputs.get("metadata")
    metadata: dict[str, Any] = dict(given) if isinstance(given, dict) else {}
    if not isinstance(metadata.get("name"), str):
        metadata["name"] = f"{subject.name}-{subject.hex(8)}"
    metadata["uid"] = subject.uuid()
    namespace = metadata.get("namespace")
    prefix = f"{namespace}/" if isinstance(namespace, str) else ""
    return Simulated(f"{prefix}{metadata['name']}", {"metadata": metadata})


def _release(subject: Subject) -> Simulated:
    """Return what Helm says of a release that it has installed."""
    names = {key: subject.inputs.get(key) for key in ("chart", "name", "namespace", "version")}
    status = {**names, "revision": 1, "status": "deployed"}
    return Simulated(f"{names['namespace']}/{names['name']}", {"status": status})
