"""Feedback: an alert on drift or decay starts a retraining run, and never a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bedplate.components.platform import feedback_manifests as manifests
from bedplate.components.platform.component import PlatformArgs, PlatformComponent
from bedplate.components.platform.flow import Flow, Peer
from bedplate.components.platform.orchestration_argo import RESTRICTED
from bedplate.components.platform.services import ALERT_EVENTS
from bedplate.spec.namespaces import retrains

if TYPE_CHECKING:
    import pulumi

_BUS_PORTS = (4222, 6222, 8222)
"""Clients, copies among each other, health (NATS)."""


class Feedback(PlatformComponent):
    """Argo Events between Alertmanager and the pipeline engine; nothing where it is off."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Install it."""
        super().__init__(name, "feedback", args, opts)
        if retrains(self.scope.spec):
            self._controller()
            self._flows()
            self._loop()
        self.register_outputs({})

    def _controller(self) -> None:
        values = {
            "configs": {"jetstream": {"versions": manifests.bus_versions(self.scope)}},
            "controller": {
                "replicas": 2,
                "containerSecurityContext": RESTRICTED,
                "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}},
            },
        }
        kinds = ("eventbus", "eventsources", "sensors")
        self.release("argo-events", manifests.NAMESPACE, values, crds={"argoproj.io": kinds})

    def _flows(self) -> None:
        inside = (Peer(manifests.NAMESPACE),)
        self.allow(Flow(name="bus", to=manifests.NAMESPACE, ports=_BUS_PORTS, sources=inside))
        alerts = Flow(
            name="alerts",
            to=manifests.NAMESPACE,
            ports=(ALERT_EVENTS.pod_port,),
            sources=(Peer("monitoring", "alertmanager"),),
            selector=ALERT_EVENTS.selector,
        )
        self.allow(alerts)

    def _loop(self) -> None:
        account = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": manifests.ACCOUNT, "namespace": manifests.NAMESPACE},
        }
        self.manifest(account)
        for namespace in self.scope.team_namespaces:
            for right in manifests.rights(namespace, self.scope):
                self.manifest(right)
        bus = self.manifest(manifests.event_bus())
        source = self.manifest(manifests.event_source(), after=[bus])
        self.manifest(manifests.sensor(self.scope), after=[source])
