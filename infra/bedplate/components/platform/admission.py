"""Admission: Gatekeeper with the rules of `policies/admission` and those of the platform's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedplate.components.platform.admission_parameters import enforcement, parameters
from bedplate.components.platform.admission_templates import (
    CONSTRAINTS,
    constraint,
    rules,
    template,
)
from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.control_plane import control_plane_manifests
from bedplate.spec.namespaces import KUBERNETES_NAMESPACES, used_namespaces

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi

    from bedplate.components.platform.admission_templates import AdmissionRule

_NAMESPACE = "gatekeeper-system"
_WEBHOOK = 8443


@dataclass(frozen=True, kw_only=True)
class AdmissionArgs(PlatformArgs):
    """What Gatekeeper and its rules are made from."""

    own: Sequence[AdmissionRule] = ()
    """Rules of the platform's own repository, installed beside the shipped ones."""


class Admission(PlatformComponent):
    """Gatekeeper, a template a rule, and the constraint that puts it into force."""

    def __init__(
        self, name: str, args: AdmissionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install Gatekeeper and its rules."""
        super().__init__(name, "admission", args, opts)
        for manifest in control_plane_manifests(
            "webhook", _NAMESPACE, [_WEBHOOK], {"gatekeeper.sh/system": "yes"}, self.scope
        ):
            self.manifest(manifest)
        crds = {"templates.gatekeeper.sh": ("constrainttemplates",)}
        self.release("gatekeeper", _NAMESPACE, self._values(), crds=crds)
        self._rules([*rules(), *args.own])
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

    def _rules(self, installed: Sequence[AdmissionRule]) -> None:
        spec, supply = self.scope.spec, self.scope.supply
        models = self.scope.foundation.bucket("models").apply(lambda name: f"s3://{name}/")
        known = parameters(spec, supply, models)
        # What each constraint waits for is its own template.
        self.scope.established.setdefault(CONSTRAINTS, [])
        for rule in installed:
            made = self.manifest(template(rule))
            self.manifest(constraint(rule, enforcement(rule, spec), known), after=[made])
