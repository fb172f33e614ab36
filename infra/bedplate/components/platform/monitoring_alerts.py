"""Where alerts go: people by the alarm topic, and models that drift to the retraining."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bedplate.components.platform.services import ALERT_EVENTS
from bedplate.spec.namespaces import retrains

if TYPE_CHECKING:
    from bedplate.components.platform.scope import PlatformScope
    from bedplate.spec.platform import PlatformSpec

_PEOPLE = "people"
_RETRAINING = "retraining"
_QUIET = "nobody"


def alertmanager_config(scope: PlatformScope) -> dict[str, Any]:
    """Return Alertmanager's routes and receivers."""
    spec = scope.spec
    subject = f"[{spec.platform}-{spec.environment}] {{{{ .CommonLabels.alertname }}}}"
    topic = {
        "topic_arn": scope.foundation.text("alarm_topic_arn"),
        "sigv4": {"region": spec.aws.region},
        "subject": subject,
        "send_resolved": True,
    }
    receivers: list[dict[str, Any]] = [
        {"name": _QUIET},
        {"name": _PEOPLE, "sns_configs": [topic]},
    ]
    routes: list[dict[str, Any]] = [{"receiver": _QUIET, "matchers": ['alertname="Watchdog"']}]
    if retrains(spec):
        receiver, route = _retraining(spec)
        receivers.append(receiver)
        routes.append(route)
    routes.append({"receiver": _PEOPLE, "matchers": ['severity=~"critical|warning"']})
    return {
        "route": {
            "receiver": _QUIET,
            "group_by": ["alertname", "namespace"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "12h",
            "routes": routes,
        },
        "receivers": receivers,
    }


def _retraining(spec: PlatformSpec) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return receiver and route of alerts that start a run."""
    cool_down = f"{spec.feedback.cool_down_hours}h"
    url = f"{ALERT_EVENTS.url}/alerts"
    webhook = {"url": url, "send_resolved": False, "max_alerts": 1}
    route = {
        "receiver": _RETRAINING,
        "matchers": ['retrain="true"'],
        # One model is one group: many features that drift start one run.
        "group_by": ["namespace", "model"],
        "group_wait": "5m",
        "group_interval": cool_down,
        "repeat_interval": cool_down,
        # People are told as well.
        "continue": True,
    }
    return {"name": _RETRAINING, "webhook_configs": [webhook]}, route
