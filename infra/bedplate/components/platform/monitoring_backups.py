"""How old backups are: AWS Backup is asked once an hour, and the answer becomes a metric."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bedplate.components.platform.orchestration_argo import RESTRICTED
from bedplate.components.platform.services import OTLP
from bedplate.contracts.images import AWS_CLI, CURL

if TYPE_CHECKING:
    from bedplate.components.platform.scope import PlatformScope

NAME: Final = "backup-age"
"""Name of the job, and of the service account whose role may ask."""
METRIC: Final = "bedplate_backup_completed_timestamp_seconds"
"""When a resource's newest backup was completed, seconds since 1970, by `resource`."""

_NAMESPACE = "monitoring"
_HOURLY = "20 * * * *"
_USER = 1000
_FOLDER = "/work"

ASK: Final = r"""set -eu
ask() { aws backup "$1" --backup-vault-name "$VAULT" --query "$2" --output text; }
ask list-protected-resources-by-backup-vault 'Results[].[ResourceArn,LastBackupTime]' > resources
# A vault that holds nothing yet is as old as itself.
if ! grep -q ^arn: resources; then
  echo "arn:none $(ask describe-backup-vault CreationDate)" > resources
fi
now=$(date +%s)
points=
while read -r resource at; do
  case $resource in arn:*) ;; *) continue ;; esac
  label="{\"key\":\"resource\",\"value\":{\"stringValue\":\"$resource\"}}"
  point="{\"asDouble\":$(date -d "$at" +%s),\"timeUnixNano\":\"${now}000000000\""
  points="$points${points:+,}$point,\"attributes\":[$label]}"
done < resources
gauge="{\"name\":\"$METRIC\",\"gauge\":{\"dataPoints\":[$points]}}"
printf '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[%s]}]}]}' "$gauge" > message
"""
"""Writes a message of OpenTelemetry's protocol; any answer that can't be read ends in an error."""

TELL: Final = (
    'exec curl -fsS -X POST -H "Content-Type: application/json" --data @message "$TELEMETRY"\n'
)
"""Sends the message to the platform's collector."""


def backup_age(scope: PlatformScope) -> list[dict[str, Any]]:
    """Return the account and the job."""
    metadata = {"name": NAME, "namespace": _NAMESPACE}
    labels = {"app.kubernetes.io/name": NAME}
    job = {
        "backoffLimit": 2,
        "activeDeadlineSeconds": 600,
        "ttlSecondsAfterFinished": 3600,
        "template": {"metadata": {"labels": labels}, "spec": _pod(scope)},
    }
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": metadata,
            "automountServiceAccountToken": False,
        },
        {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": metadata,
            "spec": {
                "schedule": _HOURLY,
                "concurrencyPolicy": "Forbid",
                "successfulJobsHistoryLimit": 1,
                "failedJobsHistoryLimit": 1,
                "jobTemplate": {"spec": job},
            },
        },
    ]


def _pod(scope: PlatformScope) -> dict[str, Any]:
    ask = {
        "METRIC": METRIC,
        "VAULT": scope.names.resource("backup"),
        "AWS_DEFAULT_REGION": scope.spec.aws.region,
        # Its cache; the image's own folder can't be written to.
        "HOME": _FOLDER,
    }
    tell = {"TELEMETRY": f"{OTLP.url}/v1/metrics"}
    return {
        "restartPolicy": "Never",
        "serviceAccountName": NAME,
        "automountServiceAccountToken": False,
        "securityContext": {"runAsUser": _USER, "runAsGroup": _USER, "fsGroup": _USER},
        "volumes": [{"name": "work", "emptyDir": {"sizeLimit": "10Mi"}}],
        "initContainers": [_container("ask", scope.supply.image(AWS_CLI), ASK, ask)],
        "containers": [_container("tell", scope.supply.image(CURL), TELL, tell)],
    }


def _container(name: str, image: str, script: str, env: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "image": image,
        "command": ["sh", "-c", script],
        "workingDir": _FOLDER,
        "env": [{"name": key, "value": value} for key, value in env.items()],
        "volumeMounts": [{"name": "work", "mountPath": _FOLDER}],
        "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        "securityContext": RESTRICTED,
    }
