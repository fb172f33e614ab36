"""Writes training.yaml from the flow: `python pipelines/argo/make.py [IMAGE]`.

One template runs any step. The pods of a run share a volume, so they run on one node.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import flow  # noqa: E402 - found by the line above

TEAM = "{{cookiecutter.owner_team}}"
IMAGE = "{{cookiecutter.container_registry}}/{{cookiecutter.repo_slug}}-train@sha256:" + "0" * 64
"""Stands until CI has built an image and names it by its digest."""
LABELS = {"app": flow.NAME, "team": TEAM}
REASON = "{% raw %}{{workflow.parameters.reason}}{% endraw %}"
ANSWER = "{% raw %}{{tasks.wanted.outputs.parameters.answer}}{% endraw %}"
RUN = {"workflows.argoproj.io/workflow": "{% raw %}{{workflow.name}}{% endraw %}"}
STEP = "{% raw %}{{inputs.parameters.step}}{% endraw %}"


def container(command: list[str], image: str) -> dict[str, Any]:
    """Return the container of a step."""
    return {
        "image": image,
        "command": command[:1],
        "args": command[1:],
        "env": [{"name": "BUILD_DIR", "value": "/build"}],
        "envFrom": [{"configMapRef": {"name": "platform-endpoints"}}],
        "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "volumeMounts": [{"name": "build", "mountPath": "/build"}],
    }


def retry() -> dict[str, Any]:
    """Return when a step is tried again: not where its gate is red."""
    exits = "{% raw %}lastRetry.exitCode{% endraw %}"
    return {
        "limit": str(flow.RETRIES),
        "retryPolicy": "Always",
        "expression": f"asInt({exits}) != {flow.RED}",
        "backoff": {"duration": "30s", "factor": "2"},
    }


def tasks() -> list[dict[str, Any]]:
    """Return the graph. What waits for the condition runs only if the answer is yes.

    `dependencies` would let a step run after one that was skipped; `depends` does not.
    """

    def task(name: str, after: tuple[str, ...]) -> dict[str, Any]:
        made: dict[str, Any] = {"name": name, "template": "step"}
        if after:
            made["depends"] = " && ".join(f"{each}.Succeeded" for each in after)
        made["arguments"] = {"parameters": [{"name": "step", "value": name}]}
        return made

    first = task(flow.FIRST, ())
    asked = {
        "name": flow.CONDITION,
        "template": flow.CONDITION,
        "depends": f"{flow.FIRST}.Succeeded",
    }
    rest = [task(name, after) for name, after in flow.AFTER.items()]
    for each in rest:
        if flow.CONDITION in flow.AFTER[str(each["name"])]:
            each["when"] = f"{ANSWER} == yes"
    return [first, asked, *rest]


def templates(image: str) -> list[dict[str, Any]]:
    """Return the templates of the workflow."""
    answer = {"name": "answer", "valueFrom": {"path": "/build/wanted.txt"}}
    # The answer is in the file; a pod that says no has not failed.
    ask = " ".join(flow.condition('"$REASON"', "/build/wanted.txt"))
    asked = container(["sh", "-c", f"{ask} || test $? -eq {flow.NO}"], image)
    asked["env"] = [*asked["env"], {"name": "REASON", "value": REASON}]
    end = container(flow.step(flow.EXIT), image)
    return [
        {"name": "training", "dag": {"tasks": tasks()}},
        {
            "name": "step",
            "inputs": {"parameters": [{"name": "step"}]},
            "retryStrategy": retry(),
            "container": container(flow.step(STEP), image),
        },
        {
            "name": flow.CONDITION,
            "retryStrategy": retry(),
            "outputs": {"parameters": [answer]},
            "container": asked,
        },
        {"name": flow.EXIT, "container": end},
    ]


def workflow(image: str) -> dict[str, Any]:
    """Return the template of runs."""
    same_node = {
        "labelSelector": {"matchLabels": RUN},
        "topologyKey": "kubernetes.io/hostname",
    }
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": {"name": flow.NAME, "namespace": TEAM, "labels": LABELS},
        "spec": {
            "entrypoint": "training",
            "onExit": flow.EXIT,
            "serviceAccountName": "workload",
            "arguments": {"parameters": [{"name": "reason", "value": "manual"}]},
            "podMetadata": {"labels": LABELS},
            "podGC": {"strategy": "OnPodSuccess"},
            "ttlStrategy": {"secondsAfterCompletion": 7 * 24 * 3600},
            "activeDeadlineSeconds": 6 * 3600,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "fsGroup": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "affinity": {
                "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [same_node]}
            },
            "volumeClaimGC": {"strategy": "OnWorkflowCompletion"},
            "volumeClaimTemplates": [
                {
                    "metadata": {"name": "build"},
                    "spec": {
                        "accessModes": ["ReadWriteOnce"],
                        "resources": {"requests": {"storage": "10Gi"}},
                    },
                }
            ],
            "templates": templates(image),
        },
    }


def schedule() -> dict[str, Any]:
    """Return what starts a run every night; the condition says whether it trains."""
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "CronWorkflow",
        "metadata": {"name": flow.NAME, "namespace": TEAM, "labels": LABELS},
        "spec": {
            "schedules": ["30 1 * * *"],
            "concurrencyPolicy": "Forbid",
            "workflowSpec": {
                "workflowTemplateRef": {"name": flow.NAME},
                "arguments": {"parameters": [{"name": "reason", "value": "schedule"}]},
            },
        },
    }


def text(image: str = IMAGE) -> str:
    """Return the file."""
    head = "# Written by pipelines/argo/make.py from pipelines/flow.py. Change those.\n"
    # By way of JSON: YAML would write what is there twice once, with a reference to it.
    made = json.loads(json.dumps([workflow(image), schedule()]))
    body: str = yaml.safe_dump_all(made, sort_keys=False, width=1000)
    return head + body


if __name__ == "__main__":
    (HERE / "training.yaml").write_text(text(*sys.argv[1:]), "utf-8")
