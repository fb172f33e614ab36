"""Argo CD's objects: what each team may deploy, from where and to where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bedplate.spec.gitops import GitopsSpec
    from bedplate.spec.platform import PlatformSpec
    from bedplate.spec.teams import TeamSpec

_API = "argoproj.io/v1alpha1"
_NAMESPACE = "argocd"

ALLOWED: Final = (
    ("", "ConfigMap"),
    ("", "PersistentVolumeClaim"),
    ("", "Service"),
    ("apps", "Deployment"),
    ("argoproj.io", "CronWorkflow"),
    ("argoproj.io", "WorkflowTemplate"),
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("batch", "CronJob"),
    ("batch", "Job"),
    ("gateway.networking.k8s.io", "HTTPRoute"),
    ("keda.sh", "ScaledObject"),
    ("monitoring.coreos.com", "PodMonitor"),
    ("monitoring.coreos.com", "PrometheusRule"),
    ("policy", "PodDisruptionBudget"),
    ("resource.k8s.io", "ResourceClaimTemplate"),
    ("serving.kserve.io", "InferenceGraph"),
    ("serving.kserve.io", "InferenceService"),
)
"""What a team's repositories may make. Quotas, roles, policies and accounts are the platform's."""


def _project(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "namespace": _NAMESPACE}
    return {"apiVersion": _API, "kind": "AppProject", "metadata": metadata, "spec": spec}


def team_project(name: str, team: TeamSpec, spec: PlatformSpec) -> dict[str, Any]:
    """Return a team's project: its repositories, its namespaces, nothing of the whole cluster."""
    repositories = [*team.model_repositories]
    if spec.gitops is not None:
        repositories.append(spec.gitops.repository)
    return _project(
        name,
        {
            "description": f"Models of the team {name}",
            "sourceRepos": sorted(repositories),
            "destinations": [
                {"name": "in-cluster", "namespace": namespace} for namespace in team.namespaces
            ],
            "clusterResourceWhitelist": [],
            "namespaceResourceWhitelist": [{"group": g, "kind": k} for g, k in ALLOWED],
            "orphanedResources": {"warn": True},
        },
    )


def platform_project(spec: PlatformSpec) -> dict[str, Any]:
    """Return the platform's own project: what Argo CD installs for the platform itself."""
    engine = spec.orchestration
    kubeflow = engine.engine == "kubeflow-pipelines"
    return _project(
        "platform",
        {
            "description": "Parts of the platform that upstream publishes as manifests only",
            "sourceRepos": [engine.kubeflow_pipelines.repository] if kubeflow else [],
            "destinations": [{"name": "in-cluster", "namespace": "kubeflow"}] if kubeflow else [],
            "clusterResourceWhitelist": [{"group": "*", "kind": "*"}] if kubeflow else [],
        },
    )


def application_set(spec: PlatformSpec) -> dict[str, Any]:
    """Return the set that makes one application a model repository.

    What runs is what the folder of the environment says at the revision that is followed: a
    release is a commit there, and a rollback is its revert.
    """
    assert spec.gitops is not None  # noqa: S101 - for the type checker; callers ask first
    elements = [
        {
            "team": name,
            "namespace": team.namespaces[0],
            "name": repository.rstrip("/").rsplit("/", 1)[-1].removesuffix(".git"),
        }
        for name, team in spec.teams.items()
        for repository in team.model_repositories
    ]
    return {
        "apiVersion": _API,
        "kind": "ApplicationSet",
        "metadata": {"name": "models", "namespace": _NAMESPACE},
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [{"list": {"elements": elements}}],
            "template": _application(spec, spec.gitops),
            # Taking the set away must not take the models away.
            "syncPolicy": {"preserveResourcesOnDeletion": spec.protect},
        },
    }


def _application(spec: PlatformSpec, gitops: GitopsSpec) -> dict[str, Any]:
    """Return the application of one model repository, as the set's template."""
    folder = f"{gitops.path}/{spec.environment}/{{{{ .team }}}}/{{{{ .name }}}}"
    return {
        "metadata": {"name": "{{ .team }}-{{ .name }}"},
        "spec": {
            "project": "{{ .team }}",
            "source": {
                "repoURL": gitops.repository,
                "targetRevision": gitops.revision,
                "path": folder,
            },
            "destination": {"name": "in-cluster", "namespace": "{{ .namespace }}"},
            "syncPolicy": {
                "automated": {"prune": True, "selfHeal": True},
                "syncOptions": ["ServerSideApply=true", "CreateNamespace=false"],
            },
        },
    }
