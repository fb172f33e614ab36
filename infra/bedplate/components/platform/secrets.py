"""How secrets reach pods: External Secrets fetches them with a role of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.control_plane import control_plane_manifests
from bedplate.components.platform.secret_manifests import STORE
from bedplate.spec.namespaces import used_namespaces

if TYPE_CHECKING:
    import pulumi

_NAMESPACE = "external-secrets"
_WEBHOOK = 10250
"""Port of its webhook (chart value webhook.port)."""
_SMALL = {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}}


class Secrets(PlatformComponent):
    """The operator, and one store that only the platform's namespaces may read.

    Teams' pods read their own secrets through their own roles.
    """

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install the operator and its store."""
        super().__init__(name, "secrets", args, opts)
        crds = {
            "external-secrets.io": ("clustersecretstores", "externalsecrets"),
            "generators.external-secrets.io": ("passwords",),
        }
        for manifest in control_plane_manifests(
            "webhook", _NAMESPACE, [_WEBHOOK],
            {"app.kubernetes.io/name": "external-secrets-webhook"}, self.scope,
        ):  # fmt: skip
            self.manifest(manifest)
        operator = self.release("external-secrets", _NAMESPACE, self._values(), crds=crds)
        self.ready = [self.manifest(self._store(), after=[operator])]
        self.register_outputs({})

    def _values(self) -> dict[str, Any]:
        replicas = self.scope.spec.secrets.replicas
        budget = {"enabled": True, "minAvailable": 1}
        return {
            "replicaCount": replicas,
            "leaderElect": True,
            "serviceAccount": {"name": "external-secrets"},
            "resources": _SMALL,
            "podDisruptionBudget": budget,
            "webhook": {
                "replicaCount": replicas,
                "port": _WEBHOOK,
                "resources": _SMALL,
                "podDisruptionBudget": budget,
            },
            "certController": {"resources": _SMALL},
        }

    def _store(self) -> dict[str, Any]:
        spec = self.scope.spec
        return {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ClusterSecretStore",
            "metadata": {"name": STORE},
            "spec": {
                # Without `auth` it asks with the operator's own role, by Pod Identity.
                "provider": {"aws": {"service": "SecretsManager", "region": spec.aws.region}},
                "conditions": [{"namespaces": sorted(used_namespaces(spec))}],
            },
        }
