"""Argo CD lets a team deploy its own things to its own namespaces."""

from __future__ import annotations

from typing import Any

from support.platforms import objects, platform_plan, releases, values

from bedplate.components.platform.gitops import Gitops

CHANGES: dict[str, Any] = {
    "gitops": {"repository": "https://git.acme.example/ml/releases"},
    "teams": {
        "fraud": {
            "namespaces": ["fraud"],
            "model_repositories": ["https://git.acme.example/ml/fraud-scoring.git"],
        }
    },
}


def _plan(changes: dict[str, Any] | None = None) -> Any:
    return platform_plan(lambda args: Gitops("gitops", args), CHANGES | (changes or {}))


def test_a_project_names_where_from_where_to_and_what() -> None:
    """Nothing of the whole cluster, and none of the platform's own kinds."""
    spec = objects(_plan(), "AppProject")["argocd/fraud"]["spec"]
    kinds = {entry["kind"] for entry in spec["namespaceResourceWhitelist"]}

    assert spec["destinations"] == [{"name": "in-cluster", "namespace": "fraud"}]
    assert spec["clusterResourceWhitelist"] == []
    assert "InferenceService" in kinds
    assert not kinds & {"NetworkPolicy", "ResourceQuota", "Role", "RoleBinding", "Secret"}


def test_what_runs_is_what_the_environments_folder_says() -> None:
    """A release is a commit to that folder; a rollback is its revert."""
    spec = objects(_plan(), "ApplicationSet")["argocd/models"]["spec"]
    source = spec["template"]["spec"]["source"]

    assert source["path"] == "environments/prod/{{ .team }}/{{ .name }}"
    assert spec["generators"][0]["list"]["elements"] == [
        {"team": "fraud", "namespace": "fraud", "name": "fraud-scoring"}
    ]
    assert spec["goTemplateOptions"] == ["missingkey=error"]
    assert spec["syncPolicy"] == {"preserveResourcesOnDeletion": True}


def test_there_is_no_local_administrator() -> None:
    """People come by the login, or not at all."""
    settings = values(_plan(), "argocd")["configs"]["cm"]

    assert settings["admin.enabled"] is False
    assert "oidc.config" not in settings


def test_credentials_of_git_come_from_aws() -> None:
    """For every repository of the same server."""
    secret = objects(_plan(), "ExternalSecret")["argocd/git-credentials"]["spec"]

    assert secret["target"]["template"]["data"]["url"] == "https://git.acme.example"
    assert secret["data"][0]["remoteRef"]["key"] == "acme-prod/gitops"


def test_it_is_installed_only_where_it_is_used() -> None:
    """No repository, no Argo CD; Kubeflow Pipelines needs it all the same."""
    mirror = {"repository": "https://git.acme.example/kfp"}
    engine = {"engine": "kubeflow-pipelines", "kubeflow_pipelines": mirror}

    assert releases(platform_plan(lambda args: Gitops("gitops", args))) == {}
    assert set(releases(_plan({"gitops": None, "orchestration": engine}))) == {"argocd"}
