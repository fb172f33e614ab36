"""Admission: Gatekeeper with the rules of `policies/admission`, for teams' namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.admission_templates import constraint, rules, template
from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.control_plane import control_plane_manifests
from bedplate.components.platform.storage import STORAGE_CLASS
from bedplate.spec.namespaces import KUBERNETES_NAMESPACES, used_namespaces

if TYPE_CHECKING:
    import pulumi

_NAMESPACE = "gatekeeper-system"
_WEBHOOK = 8443
_CONSTRAINTS = "constraints.gatekeeper.sh"


class Admission(PlatformComponent):
    """Gatekeeper, a template a rule, and the constraint that puts it into force."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install Gatekeeper and its rules."""
        super().__init__(name, "admission", args, opts)
        for manifest in control_plane_manifests(
            "webhook", _NAMESPACE, [_WEBHOOK], {"gatekeeper.sh/system": "yes"}, self.scope
        ):
            self.manifest(manifest)
        crds = {"templates.gatekeeper.sh": ("constrainttemplates",)}
        self.release("gatekeeper", _NAMESPACE, self._values(), crds=crds)
        self._rules()
        self.register_outputs({})

    def _values(self) -> dict[str, Any]:
        spec = self.scope.spec
        exempt = sorted({*KUBERNETES_NAMESPACES, *used_namespaces(spec)})
        small = {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}}
        return {
            "replicas": spec.admission.replicas,
            # A rule that can't be asked is a rule that is not kept.
            "validatingWebhookFailurePolicy": "Fail",
            "disableMutation": True,
            "logDenies": True,
            "auditInterval": 300,
            "controllerManager": {"exemptNamespaces": exempt, "resources": small},
            "audit": {"resources": small},
            # The namespace and its labels are ours; the definitions come with the chart.
            "postInstall": {
                "labelNamespace": {"enabled": False},
                "probeWebhook": {"enabled": False},
            },
            "upgradeCRDs": {"enabled": False},
            "preUninstall": {"deleteWebhookConfigurations": {"enabled": False}},
        }

    def _rules(self) -> None:
        known = self._parameters()
        # What each constraint waits for is its own template.
        self.scope.established.setdefault(_CONSTRAINTS, [])
        for rule in rules():
            made = self.manifest(template(rule))
            enforcement = self.scope.spec.admission.enforcement
            self.manifest(constraint(rule, enforcement, known), after=[made])

    def _parameters(self) -> dict[str, list[Any]]:
        scope = self.scope
        supply, spec = scope.supply, scope.spec
        own = supply.registry.split("/", maxsplit=1)[0]
        registries = [f"{own}/", *([f"{supply.images}/"] if supply.images else [])]
        bucket = scope.foundation.bucket("models")
        return {
            "registries": [*registries, *self._runtime_registries(), *spec.admission.registries],
            "stores": [bucket.apply(lambda name: f"s3://{name}/")],
            "classes": [STORAGE_CLASS],
        }

    def _runtime_registries(self) -> list[str]:
        """Return where model servers and the pods' helpers come from, where that is upstream."""
        images = (
            "docker.io/kserve/",
            "kserve/",
            "docker.io/seldonio/",
            "docker.io/vllm/",
            "nvcr.io/nvidia/",
            "quay.io/argoproj/",
            "docker.io/curlimages/",
        )
        supply = self.scope.supply
        return [] if supply.images or supply.isolated else list(images)
