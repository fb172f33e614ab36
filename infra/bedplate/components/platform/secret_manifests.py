"""Secrets of the cluster: fetched from AWS Secrets Manager, or made inside; none in any state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

STORE: Final = "aws"
"""Name of the store of the platform's secrets in AWS Secrets Manager."""

_API = "external-secrets.io/v1"


def external_secret(
    name: str,
    namespace: str,
    remote: pulumi.Input[str],
    keys: Mapping[str, str],
    template: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return a secret whose keys are properties of one secret in AWS Secrets Manager.

    With a `template`, its keys are made from those by Go templates, such as a connection string.
    """
    target: dict[str, Any] = {"name": name}
    if template:
        target["template"] = {"data": dict(template)}
    return {
        "apiVersion": _API,
        "kind": "ExternalSecret",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "refreshInterval": "1h",
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": STORE},
            "target": target,
            "data": [
                {"secretKey": key, "remoteRef": {"key": remote, "property": part}}
                for key, part in keys.items()
            ],
        },
    }


def generated_secret(name: str, namespace: str, key: str, length: int = 32) -> list[dict[str, Any]]:
    """Return a secret that is made once inside the cluster, and known nowhere else.

    It has no symbols, so that it may stand in addresses and connection strings.
    """
    generator = {
        "apiVersion": "generators.external-secrets.io/v1alpha1",
        "kind": "Password",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"length": length, "symbols": 0, "allowRepeat": True, "noUpper": False},
    }
    reference = {
        "apiVersion": generator["apiVersion"],
        "kind": generator["kind"],
        "name": name,
    }
    secret = {
        "apiVersion": _API,
        "kind": "ExternalSecret",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "refreshPolicy": "CreatedOnce",
            "target": {
                "name": name,
                # The generator calls it `password`.
                "template": {"data": {key: "{{ .password }}"}},
            },
            "dataFrom": [{"sourceRef": {"generatorRef": reference}}],
        },
    }
    return [generator, secret]
