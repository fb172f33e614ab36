"""From an alert to a retraining run: event source, sensor, and what it may create."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.components.platform.orchestration_argo import RESTRICTED
from bedplate.components.platform.services import ALERT_EVENTS
from bedplate.components.platform.teams_manifests import WORKLOAD
from bedplate.contracts.images import BUS, CURL

if TYPE_CHECKING:
    from bedplate.components.platform.scope import PlatformScope

NAMESPACE: Final = "argo-events"
"""Namespace of the event source and the sensor."""
ACCOUNT: Final = "retraining"
"""Service account of the sensor: it creates runs in the teams' namespaces, and nothing else."""

_API = "argoproj.io/v1alpha1"
_BODY = "alerts.0.labels"
"""Where Alertmanager's message names the model (one alert a message, see `max_alerts`)."""
_MODEL = "(index .Input.body.alerts 0).labels.model"
"""The same in Go's templates."""
_HOURS_A_DAY = 24


BUS_VERSION: Final = "2.10.10"
"""Version of the bus: the chart's `latest`, by its number."""


def event_source() -> dict[str, Any]:
    """Return what takes Alertmanager's messages."""
    endpoint = {"port": str(ALERT_EVENTS.port), "endpoint": "/alerts", "method": "POST"}
    container = {"securityContext": RESTRICTED}
    return {
        "apiVersion": _API,
        "kind": "EventSource",
        "metadata": {"name": "alerts", "namespace": NAMESPACE},
        "spec": {
            "service": {
                "ports": [{"port": ALERT_EVENTS.port, "targetPort": ALERT_EVENTS.pod_port}]
            },
            "webhook": {"alerts": endpoint},
            "template": {"container": container},
        },
    }


def event_bus() -> dict[str, Any]:
    """Return the bus between source and sensor; three copies, so that one node may go."""
    return {
        "apiVersion": _API,
        "kind": "EventBus",
        "metadata": {"name": "default", "namespace": NAMESPACE},
        "spec": {
            "jetstream": {
                "version": BUS_VERSION,
                "replicas": 3,
                "containerTemplate": {"securityContext": RESTRICTED},
                "reloaderContainerTemplate": {"securityContext": RESTRICTED},
                "metricsContainerTemplate": {"securityContext": RESTRICTED},
                "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "fsGroup": 1000},
            }
        },
    }


def bus_versions(scope: PlatformScope) -> list[dict[str, str]]:
    """Return the only version that the controller may start, with its images."""
    server, exporter, reloader = (scope.supply.image(each) for each in BUS)
    return [
        {
            "version": BUS_VERSION,
            "natsImage": server,
            "metricsExporterImage": exporter,
            "configReloaderImage": reloader,
            "startCommand": "/nats-server",
        }
    ]


def rights(namespace: str, scope: PlatformScope) -> list[dict[str, Any]]:
    """Return the right of the sensor to start runs in one namespace of a team."""
    argo = scope.spec.orchestration.engine == "argo-workflows"
    group, resource = ("argoproj.io", "workflows") if argo else ("batch", "jobs")
    rule = {"apiGroups": [group], "resources": [resource], "verbs": ["create"]}
    metadata = {"name": ACCOUNT, "namespace": namespace}
    api = "rbac.authorization.k8s.io"
    return [
        {"apiVersion": f"{api}/v1", "kind": "Role", "metadata": metadata, "rules": [rule]},
        {
            "apiVersion": f"{api}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": api, "kind": "Role", "name": ACCOUNT},
            "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": NAMESPACE}],
        },
    ]


def sensor(scope: PlatformScope) -> dict[str, Any]:
    """Return what starts a run for an alert that fires."""
    argo = scope.spec.orchestration.engine == "argo-workflows"
    resource = _workflow() if argo else _job(scope)
    trigger = {
        "name": "retrain",
        "k8s": {
            "operation": "create",
            "source": {"resource": resource},
            "parameters": _parameters(scope),
        },
    }
    fires = {"path": "body.status", "type": "string", "value": ["firing"]}
    return {
        "apiVersion": _API,
        "kind": "Sensor",
        "metadata": {"name": "retraining", "namespace": NAMESPACE},
        "spec": {
            "template": {
                "serviceAccountName": ACCOUNT,
                "container": {"securityContext": RESTRICTED},
            },
            "dependencies": [
                {
                    "name": "alert",
                    "eventSourceName": "alerts",
                    "eventName": "alerts",
                    "filters": {"data": [fires]},
                }
            ],
            "triggers": [
                {
                    "template": trigger,
                    "rateLimit": {"unit": "Minute", "requestsPerUnit": 10},
                    # A name that is taken is the cap at work: trying again changes nothing.
                    "retryStrategy": {"steps": 1},
                }
            ],
        },
    }


def _parameters(scope: PlatformScope) -> list[dict[str, Any]]:
    """Return what of the alert goes where in the run."""
    cap = scope.spec.feedback.daily_cap
    argo = scope.spec.orchestration.engine == "argo-workflows"
    parameters = [
        _parameter(f"body.{_BODY}.namespace", "metadata.namespace"),
        {
            "src": {"dependencyName": "alert", "dataTemplate": name_template(cap)},
            "dest": "metadata.name",
        },
    ]
    if argo:
        parameters += [
            {
                "src": {
                    "dependencyName": "alert",
                    "dataTemplate": f"{{{{ {_MODEL} }}}}-training",
                },
                "dest": "spec.workflowTemplateRef.name",
            },
            _parameter(f"body.{_BODY}.alertname", "spec.arguments.parameters.0.value"),
        ]
    else:
        at = "spec.template.spec.containers.0.env"
        parameters += [
            _parameter(f"body.{_BODY}.model", f"{at}.0.value"),
            _parameter(f"body.{_BODY}.alertname", f"{at}.1.value"),
        ]
    return parameters


def name_template(daily_cap: int) -> str:
    """Return the template of a run's name: one a model and slot of the day.

    Names are unique, so the API server itself refuses a second run in the same slot: with a cap of
    four a day, one in each quarter.
    """
    hours = _HOURS_A_DAY // daily_cap
    slot = f'{{{{ div (now | date "15" | atoi) {hours} }}}}'
    return f'retrain-{{{{ {_MODEL} }}}}-{{{{ now | date "20060102" }}}}-{slot}'


def _parameter(source: str, target: str) -> dict[str, Any]:
    return {"src": {"dependencyName": "alert", "dataKey": source}, "dest": target}


def _metadata() -> dict[str, Any]:
    # Both are replaced by what the alert says; nothing may be made under these.
    return {"name": "retrain", "namespace": NAMESPACE, "labels": {"bedplate/started-by": "alert"}}


def _workflow() -> dict[str, Any]:
    """Return a run of the model's own training template: it ends in the registry."""
    return {
        "apiVersion": _API,
        "kind": "Workflow",
        "metadata": _metadata(),
        "spec": {
            "serviceAccountName": WORKLOAD,
            "workflowTemplateRef": {"name": "training"},
            "arguments": {"parameters": [{"name": "reason", "value": "alert"}]},
        },
    }


_AIRFLOW = (
    "set -eu\n"
    # With its simple manager and `all_admins`, Airflow hands out a token to a GET.
    'token=$(curl -fsS "$ENGINE/auth/token" '
    '| sed -n \'s/.*"access_token": *"\\([^"]*\\)".*/\\1/p\')\n'
    'curl -fsS -X POST "$ENGINE/api/v2/dags/$MODEL-training/dagRuns" '
    '-H "Authorization: Bearer $token" -H "Content-Type: application/json" '
    '-d "{\\"logical_date\\": null, \\"conf\\": {\\"reason\\": \\"$REASON\\"}}"\n'
)
_KUBEFLOW = (
    "set -eu\n"
    # Runs name a pipeline by its id, which is made when it is uploaded.
    'id=$(curl -fsS "$ENGINE/apis/v2beta1/pipelines/names/$MODEL-training" '
    '| sed -n \'s/.*"pipeline_id": *"\\([^"]*\\)".*/\\1/p\')\n'
    'curl -fsS -X POST "$ENGINE/apis/v2beta1/runs" -H "Content-Type: application/json" '
    '-d "{\\"display_name\\": \\"retrain-$MODEL\\", \\"pipeline_version_reference\\": '
    '{\\"pipeline_id\\": \\"$id\\"}, '
    '\\"runtime_config\\": {\\"parameters\\": {\\"reason\\": \\"$REASON\\"}}}"\n'
)


def _job(scope: PlatformScope) -> dict[str, Any]:
    """Return a job that asks the engine for a run by its API."""
    airflow = scope.spec.orchestration.engine == "airflow"
    engine = (
        "http://airflow-api-server.airflow:8080" if airflow else "http://ml-pipeline.kubeflow:8888"
    )
    container = {
        "name": "start",
        "image": scope.supply.image(CURL),
        "command": ["sh", "-c", _AIRFLOW if airflow else _KUBEFLOW],
        "env": [
            {"name": "MODEL", "value": ""},
            {"name": "REASON", "value": ""},
            {"name": "ENGINE", "value": engine},
        ],
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "64Mi"}},
        "securityContext": RESTRICTED | {"runAsUser": 100},
    }
    pod = {
        "restartPolicy": "Never",
        "serviceAccountName": WORKLOAD,
        "automountServiceAccountToken": False,
        "containers": [container],
    }
    labels = {"app.kubernetes.io/name": "retraining"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": _metadata(),
        "spec": {
            "backoffLimit": 0,
            # Longer than a slot: the name must stay taken for as long as the cap holds.
            "ttlSecondsAfterFinished": 7 * 24 * 3600,
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
