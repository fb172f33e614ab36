"""What a team gets in each of its namespaces: pure functions of the environment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from bedplate.components.gpu_nodes import mig_instances
from bedplate.components.team_groups import team_group

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from bedplate.spec.platform import PlatformSpec
    from bedplate.spec.teams import TeamSpec

WORKLOAD: Final = "workload"
"""Service account of a team's pipelines; the foundation gives it a role."""
MODEL_READER: Final = "model-reader"
"""Service account of a team's predictors; the foundation gives it a role."""
ENDPOINTS: Final = "platform-endpoints"
"""ConfigMap that model repositories read the platform's addresses from."""

GPU_CLASS: Final = "gpu.nvidia.com"
"""Device class of whole GPUs (chart nvidia-dra-driver-gpu)."""
_OTHER_CLASSES: Final = ("mig.nvidia.com", "vfio.gpu.nvidia.com")
"""Its classes of parts of a GPU, which nobody is given."""
_CLAIMED: Final = ".deviceclass.resource.k8s.io/devices"
"""What a quota of a device class ends with (Kubernetes, resource quotas)."""

_READ = ["get", "list", "watch"]
_WRITE = [*_READ, "create", "update", "patch", "delete"]
_ENGINE_KINDS: dict[str, tuple[str, list[str]]] = {
    "argo-workflows": ("argoproj.io", ["workflows", "workflowtemplates", "cronworkflows"]),
    "kubeflow-pipelines": ("argoproj.io", ["workflows"]),
}
"""What people submit to an engine inside their own namespace; Airflow has an API of its own."""


def _object(api_version: str, kind: str, namespace: str, name: str, **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **more}


def quota(namespace: str, team: TeamSpec, spec: PlatformSpec) -> dict[str, Any]:
    """Return what the namespace's pods may ask for together."""
    hard = {
        **_gpus(team.gpus_of(namespace), spec),
        "requests.cpu": str(team.cpu_quota),
        "requests.memory": f"{team.memory_quota_gib}Gi",
        "requests.storage": f"{team.storage_quota_gib}Gi",
        "pods": str(team.pod_quota),
        # A team's way out is the platform's gateway.
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
    return _object("v1", "ResourceQuota", namespace, "team", spec={"hard": hard})


def _gpus(count: int, spec: PlatformSpec) -> dict[str, str]:
    """Return the limits of GPUs, by each name under which a pod may ask for one.

    Whole GPUs and shares of them, partitions (as many as so many GPUs give), and claims.
    """
    hard = {"requests.nvidia.com/gpu": str(count)}
    for pool in spec.gpu_pools.values():
        for name, instances in mig_instances(pool).items():
            hard[f"requests.{name}"] = str(count * instances)
    if spec.gpu_stack.dynamic_resource_allocation:
        hard |= {
            f"{GPU_CLASS}{_CLAIMED}": str(count),
            **{f"{name}{_CLAIMED}": "0" for name in _OTHER_CLASSES},
        }
    return hard


def limits(namespace: str) -> dict[str, Any]:
    """Return what a container gets that asks for nothing: a quota refuses it otherwise."""
    container = {
        "type": "Container",
        "defaultRequest": {"cpu": "100m", "memory": "128Mi"},
        "default": {"memory": "1Gi"},
    }
    return _object("v1", "LimitRange", namespace, "team", spec={"limits": [container]})


def accounts(namespace: str) -> list[dict[str, Any]]:
    """Return the service accounts of pipelines and predictors, and close the default one."""
    return [
        _object("v1", "ServiceAccount", namespace, name, automountServiceAccountToken=mount)
        # A pipeline's steps report to the engine through the Kubernetes API.
        for name, mount in ((WORKLOAD, True), (MODEL_READER, False))
    ]


def people_role(namespace: str, spec: PlatformSpec) -> dict[str, Any]:
    """Return what the team's people may do: run, serve and look, but not change the rules."""
    rules = [
        _rule(
            [""], ["pods", "pods/log", "services", "events", "resourcequotas", "endpoints"], _READ
        ),
        _rule([""], ["limitranges", "serviceaccounts", "replicationcontrollers"], _READ),
        _rule([""], ["configmaps", "persistentvolumeclaims"], _WRITE),
        _rule([""], ["pods/portforward"], ["create"]),
        _rule([""], ["pods"], ["delete"]),
        _rule(["apps"], ["deployments", "replicasets", "statefulsets", "daemonsets"], _READ),
        _rule(["batch"], ["jobs", "cronjobs"], _WRITE),
        _rule(["autoscaling"], ["horizontalpodautoscalers"], _READ),
        _rule(["networking.k8s.io"], ["networkpolicies"], _READ),
        _rule(["security.istio.io"], ["authorizationpolicies"], _READ),
        _rule(["gateway.networking.k8s.io"], ["httproutes"], _READ),
        _rule(["serving.kserve.io"], ["inferenceservices", "inferencegraphs"], _WRITE),
        _rule(["serving.kserve.io"], ["servingruntimes", "trainedmodels"], _READ),
        _rule(["monitoring.coreos.com"], ["podmonitors", "prometheusrules"], _WRITE),
    ]
    if spec.gpu_stack.dynamic_resource_allocation:
        claims = ["resourceclaims", "resourceclaimtemplates"]
        rules.append(_rule(["resource.k8s.io"], claims, _WRITE))
    engine = _ENGINE_KINDS.get(spec.orchestration.engine)
    if engine:
        rules.append(_rule([engine[0]], engine[1], _WRITE))
    return _object("rbac.authorization.k8s.io/v1", "Role", namespace, "team", rules=rules)


def workload_role(namespace: str) -> dict[str, Any]:
    """Return what a pipeline's steps may do: report results, read and release models."""
    rules = [
        _rule(["argoproj.io"], ["workflowtaskresults"], ["create", "patch"]),
        _rule([""], ["configmaps"], _READ),
        _rule(["serving.kserve.io"], ["inferenceservices"], _READ),
    ]
    return _object("rbac.authorization.k8s.io/v1", "Role", namespace, WORKLOAD, rules=rules)


def bindings(namespace: str, team: str) -> list[dict[str, Any]]:
    """Return the bindings of both roles."""
    people = {"kind": "Group", "name": team_group(team), "apiGroup": "rbac.authorization.k8s.io"}
    pipelines = {"kind": "ServiceAccount", "name": WORKLOAD, "namespace": namespace}
    return [
        _binding(namespace, "team", people),
        _binding(namespace, WORKLOAD, pipelines),
    ]


def _binding(namespace: str, role: str, subject: Mapping[str, str]) -> dict[str, Any]:
    return _object(
        "rbac.authorization.k8s.io/v1", "RoleBinding", namespace, role,
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": role},
        subjects=[dict(subject)],
    )  # fmt: skip


def _rule(groups: list[str], resources: list[str], verbs: list[str]) -> dict[str, Any]:
    return {"apiGroups": groups, "resources": resources, "verbs": verbs}


def artefacts(namespace: str, team: str, region: str, bucket: pulumi.Output[str]) -> dict[str, Any]:
    """Return where Argo keeps what a team's runs pass on: among the team's own data.

    The pods read and write it with the team's role, which reaches no other team's.
    """

    def repository(name: str) -> dict[str, str]:
        s3 = {
            "bucket": name,
            "region": region,
            "endpoint": f"s3.{region}.amazonaws.com",
            "keyFormat": f"{team}/pipelines/{{{{workflow.name}}}}/{{{{pod.name}}}}",
            # By the Pod Identity of the pod's account.
            "useSDKCreds": True,
        }
        return {"default": json.dumps({"archiveLogs": True, "s3": s3})}

    made = _object("v1", "ConfigMap", namespace, "artifact-repositories")
    key = "workflows.argoproj.io/default-artifact-repository"
    made["metadata"]["annotations"] = {key: "default"}
    return {**made, "data": bucket.apply(repository)}


def endpoints(namespace: str, team: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ConfigMap with the platform's addresses."""
    text = {key: value for key, value in {"TEAM": team, **data}.items() if value is not None}
    return _object("v1", "ConfigMap", namespace, ENDPOINTS, data=text)
