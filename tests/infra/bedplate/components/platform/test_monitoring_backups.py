"""The job that tells how old backups are: its script, run by a real shell, and its bounds."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from support.platforms import objects, platform_plan

from bedplate.components.platform.monitoring import Monitoring
from bedplate.components.platform.monitoring_backups import ASK, METRIC

if TYPE_CHECKING:
    from pathlib import Path

DATABASE = "arn:aws:rds:me-central-1:111122223333:db:acme-prod"
MODELS = "arn:aws:s3:::acme-prod-models-111122223333"


def _ask(folder: Path, *, resources: str, fails: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the script against an `aws` that answers as the AWS CLI does in text form."""
    tools = folder / "tools"
    tools.mkdir()
    answers = (
        "#!/bin/sh\n"
        '[ "$4" = acme-prod-backup ] || exit 2\n'
        'case "$2" in\n'
        f"list-protected-resources-by-backup-vault) {_says(resources, fails)} ;;\n"
        "describe-backup-vault) echo 2026-11-01T00:00:00+00:00 ;;\n"
        "*) exit 2 ;;\n"
        "esac\n"
    )
    (tools / "aws").write_text(answers)
    (tools / "aws").chmod(0o755)
    environment = {"PATH": f"{tools}:{os.environ['PATH']}", "TZ": "UTC"}
    environment |= {"VAULT": "acme-prod-backup", "METRIC": METRIC}
    return subprocess.run(
        ["sh", "-c", ASK], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def _says(text: str, fails: bool) -> str:  # noqa: FBT001 - two words of one sentence
    return "exit 1" if fails else f"printf '{text}'"


def _points(folder: Path) -> dict[str, float]:
    message = json.loads((folder / "message").read_text())
    (metric,) = message["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
    assert metric["name"] == METRIC
    return {
        point["attributes"][0]["value"]["stringValue"]: point["asDouble"]
        for point in metric["gauge"]["dataPoints"]
    }


def test_each_resource_has_the_time_of_its_newest_backup(tmp_path: Path) -> None:
    """As a message of OpenTelemetry's protocol, in JSON."""
    resources = (
        rf"{DATABASE}\t2026-11-24T03:12:00.123000+00:00\n{MODELS}\t2026-11-24T07:00:00+04:00\n"
    )
    done = _ask(tmp_path, resources=resources)

    assert (done.returncode, done.stderr) == (0, "")
    assert _points(tmp_path) == {DATABASE: 1795489920.0, MODELS: 1795489200.0}


@pytest.mark.parametrize("nothing", ["", r"None\n"])
def test_a_vault_that_holds_nothing_is_as_old_as_itself(tmp_path: Path, nothing: str) -> None:
    """So that backups that never begin are noticed too."""
    assert _ask(tmp_path, resources=nothing).returncode == 0
    assert _points(tmp_path) == {"arn:none": 1793491200.0}


def test_a_refusal_tells_nothing(tmp_path: Path) -> None:
    """Silence is an alert of its own; a wrong figure would be none."""
    assert _ask(tmp_path, resources="", fails=True).returncode != 0
    assert not (tmp_path / "message").exists()


def test_the_job_may_do_little() -> None:
    """No token of the cluster, nothing to write to but its own folder, images of our own."""
    plan = platform_plan(lambda args: Monitoring("monitoring", args))
    job = objects(plan, "CronJob")["monitoring/backup-age"]
    pod: dict[str, Any] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    containers = [*pod["initContainers"], *pod["containers"]]

    assert pod["automountServiceAccountToken"] is False
    assert all(each["securityContext"]["readOnlyRootFilesystem"] for each in containers)
    assert all(each["image"].startswith("111122223333.dkr.ecr.") for each in containers)
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
