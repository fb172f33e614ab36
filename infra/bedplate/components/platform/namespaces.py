"""The platform's own namespaces, each closed before anything runs in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.namespace_manifests import baseline, namespace_manifest
from bedplate.spec.namespaces import KUBERNETES_NAMESPACES, used_namespaces

if TYPE_CHECKING:
    import pulumi

    from bedplate.spec.namespaces import PlatformNamespace


class Namespaces(PlatformComponent):
    """Namespaces of the platform, with pod security, mesh membership and their first policies."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the namespaces."""
        super().__init__(name, "network_policies", args, opts)
        # Those of Kubernetes are there already; kube-system's policies are a component's own.
        for existing in KUBERNETES_NAMESPACES:
            self.scope.namespaces[existing] = []
        for namespace, own in used_namespaces(self.scope.spec).items():
            self._namespace(namespace, own)
        self.register_outputs({})

    def _namespace(self, namespace: str, own: PlatformNamespace) -> None:
        spec = self.scope.spec
        made = self.manifest(
            namespace_manifest(
                namespace, spec, own.pod_security, mesh=own.mesh,
                labels={"bedplate/purpose": "platform"},
            )
        )  # fmt: skip
        self.scope.namespaces[namespace] = [made]
        policies = baseline(namespace, spec, mesh=own.mesh, object_storage=own.object_storage)
        first = [self.manifest(policy) for policy in policies]
        self.scope.namespaces[namespace] = [made, *first]
