"""The pipeline as an Airflow DAG: every task is one step, and a task has no logic of its own.

On this machine a step is a process; in a cluster (PIPELINE_IMAGE is set) it is a pod of the image,
and all pods share one volume. Nothing is read and nothing is imported at the top but Airflow.
"""

import os
import shlex
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.exceptions import AirflowFailException, AirflowSkipException
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Param

sys.path.insert(0, str(Path(__file__).parents[1]))
import flow

IMAGE = os.environ.get("PIPELINE_IMAGE", "")
ROOT = os.environ.get("MODEL_REPO", str(Path(__file__).parents[2]))
PYTHON = os.environ.get("MODEL_PYTHON", "python")
"""Python of the environment that trains: Airflow's own has other versions of the same libraries."""
BUILD = os.environ.get("PIPELINE_BUILD", "build/pipeline") + "/{% raw %}{{ run_id | replace(':', '-') }}{% endraw %}"
WAIT = float(os.environ.get("PIPELINE_RETRY_SECONDS", "30"))
REASON = "{% raw %}{{ params.reason }}{% endraw %}"


class LocalStep(BashOperator):
    """A step as a process. A red gate fails for good; what broke is tried again."""

    def execute(self, context: Any) -> Any:
        """Run the step."""
        try:
            return super().execute(context)
        except AirflowSkipException as red:
            raise AirflowFailException(f"{self.task_id}: the gate is red") from red


def _local(name: str, command: list[str], **more: Any) -> BashOperator:
    kind: Any = BashOperator if name == flow.CONDITION else LocalStep
    return kind(
        task_id=name,
        bash_command=shlex.join([PYTHON, *command[1:]]),
        cwd=ROOT,
        env={"BUILD_DIR": BUILD, "MODEL_REPO": ROOT, "PYTHONPATH": f"{ROOT}/src"},
        append_env=True,
        skip_on_exit_code=flow.NO if name == flow.CONDITION else flow.RED,
        **more,
    )


def _pod(name: str, command: list[str], **more: Any) -> Any:
    """Return the step as a pod; imported here, since it is not needed on this machine."""
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
    from kubernetes.client import models as k8s

    class PodStep(KubernetesPodOperator):
        """A step as a pod. A red gate fails for good."""

        def execute(self, context: Any) -> Any:
            """Run the step."""
            try:
                return super().execute(context)
            except AirflowSkipException as red:
                raise AirflowFailException(f"{self.task_id}: the gate is red") from red

    kind: Any = KubernetesPodOperator if name == flow.CONDITION else PodStep
    secure = k8s.V1SecurityContext(
        allow_privilege_escalation=False,
        run_as_non_root=True,
        capabilities=k8s.V1Capabilities(drop=["ALL"]),
        seccomp_profile=k8s.V1SeccompProfile(type="RuntimeDefault"),
    )
    claim = k8s.V1PersistentVolumeClaimVolumeSource(claim_name="{{cookiecutter.repo_slug}}-pipeline")
    return kind(
        task_id=name,
        name=name,
        image=IMAGE,
        cmds=command,
        namespace="{{cookiecutter.owner_team}}",
        service_account_name="workload",
        labels={"app": flow.NAME, "team": "{{cookiecutter.owner_team}}"},
        env_vars={"BUILD_DIR": f"/build/{BUILD}"},
        env_from=[
            k8s.V1EnvFromSource(config_map_ref=k8s.V1ConfigMapEnvSource(name="platform-endpoints"))
        ],
        container_resources=k8s.V1ResourceRequirements(
            requests={"cpu": "500m", "memory": "1Gi"}, limits={"memory": "2Gi"}
        ),
        container_security_context=secure,
        volumes=[k8s.V1Volume(name="build", persistent_volume_claim=claim)],
        volume_mounts=[k8s.V1VolumeMount(name="build", mount_path="/build")],
        skip_on_exit_code=flow.NO if name == flow.CONDITION else flow.RED,
        on_finish_action="delete_succeeded_pod",
        **more,
    )


with DAG(
    dag_id=flow.NAME,
    schedule="@daily",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": flow.RETRIES, "retry_delay": timedelta(seconds=WAIT)},
    params={"reason": Param("schedule", type="string", enum=["schedule", "alert", "manual"])},
    tags=["{{cookiecutter.owner_team}}"],
) as dag:
    make = _pod if IMAGE else _local
    tasks = {
        flow.FIRST: make(flow.FIRST, flow.step(flow.FIRST)),
        flow.CONDITION: make(flow.CONDITION, flow.condition(REASON)),
    }
    tasks[flow.FIRST] >> tasks[flow.CONDITION]
    for name, after in flow.AFTER.items():
        tasks[name] = make(name, flow.step(name))
        for before in after:
            tasks[before] >> tasks[name]
    # A teardown runs whatever happened, and does not hide a failure.
    exit_task = make(flow.EXIT, flow.step(flow.EXIT)).as_teardown(setups=tasks[flow.FIRST])
    tasks["card"] >> exit_task
