"""A team gets closed namespaces, quotas that add up, and the platform's addresses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.platforms import objects, platform_plan

from bedplate.components.platform.teams import Teams
from bedplate.spec.teams import TeamSpec
from bedplate.versions import canary_method


def _plan(**team: Any) -> Any:
    changes = {"teams": {"fraud": {"namespaces": ["fraud", "fraud-training"], **team}}}
    return platform_plan(lambda args: Teams("teams", args), changes)


@given(
    quota=st.integers(0, 64),
    parts=st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 21), max_size=3),
)
def test_the_namespaces_gpus_add_up_to_no_more_than_the_teams(
    quota: int, parts: dict[str, int]
) -> None:
    """However they are shared out; the rules refuse parts that are more than the whole."""
    if sum(parts.values()) > quota:
        return
    team = TeamSpec(namespaces=("a", "b", "c"), gpu_quota=quota, gpu_quotas=parts)
    given_out = [team.gpus_of(namespace) for namespace in team.namespaces]

    assert sum(given_out) <= quota
    assert min(given_out) >= 0
    if set(parts) != {"a", "b", "c"}:
        assert sum(given_out) == quota


def test_gpus_go_to_the_first_namespace_unless_shared_out() -> None:
    """A quota is a namespace's: the team's is not given twice."""
    quotas = objects(_plan(gpu_quota=4), "ResourceQuota")

    assert quotas["fraud/team"]["spec"]["hard"]["requests.nvidia.com/gpu"] == "4"
    assert quotas["fraud-training/team"]["spec"]["hard"]["requests.nvidia.com/gpu"] == "0"


def _hard(**changes: Any) -> dict[str, str]:
    teams = {"teams": {"fraud": {"namespaces": ["fraud", "fraud-training"], "gpu_quota": 4}}}
    plan = platform_plan(lambda args: Teams("teams", args), teams | changes)
    hard = objects(plan, "ResourceQuota")["fraud/team"]["spec"]["hard"]
    return {key: value for key, value in hard.items() if "nvidia" in key}


def test_parts_of_gpus_count_too() -> None:
    """Four H200 of two parts each are eight parts: no name under which to ask for more."""
    pool = {
        "provisioner": "managed",
        "instance_types": ["p5en.48xlarge"],
        "max_gpus": 8,
        "sharing": {"strategy": "mig", "mig_profile": "3g.71gb"},
    }

    assert _hard(gpu_pools={"parts": pool}) == {
        "requests.nvidia.com/gpu": "4",
        "requests.nvidia.com/mig-3g.71gb": "8",
    }


def test_claims_of_gpus_count_too() -> None:
    """By the driver's device classes, of which only whole GPUs are given."""
    assert _hard(gpu_stack={"dynamic_resource_allocation": True}) == {
        "requests.nvidia.com/gpu": "4",
        "gpu.nvidia.com.deviceclass.resource.k8s.io/devices": "4",
        "mig.nvidia.com.deviceclass.resource.k8s.io/devices": "0",
        "vfio.gpu.nvidia.com.deviceclass.resource.k8s.io/devices": "0",
    }


def test_a_team_has_no_way_out_of_its_own() -> None:
    """No load balancer, no node port."""
    hard = objects(_plan(), "ResourceQuota")["fraud/team"]["spec"]["hard"]

    assert (hard["services.loadbalancers"], hard["services.nodeports"]) == ("0", "0")


def test_people_are_bound_by_their_group() -> None:
    """The same group that the access entry of the foundation names."""
    binding = objects(_plan(), "RoleBinding")["fraud/team"]

    assert binding["subjects"] == [
        {
            "kind": "Group",
            "name": "bedplate:team:fraud",
            "apiGroup": "rbac.authorization.k8s.io",
        }
    ]


def test_model_repositories_find_the_platforms_addresses() -> None:
    """Registry, buckets, telemetry; nothing that is not there."""
    data = objects(_plan(), "ConfigMap")["fraud/platform-endpoints"]["data"]

    assert data["MLFLOW_TRACKING_URI"] == "http://mlflow.mlflow.svc.cluster.local:80"
    assert data["MODEL_BUCKET"] == "acme-prod-models-111122223333"
    assert data["MODEL_PREFIX"] == "fraud/"
    assert data["MODEL_HOST_SUFFIX"] == "-fraud.models.acme.example"
    assert data["REQUEST_LOG_STORE"] == "s3://acme-prod-requests-111122223333/requests/fraud"
    assert "OPENLINEAGE_URL" not in data


def test_model_repositories_find_what_the_organisation_runs_beside() -> None:
    """Lineage, catalogue and feature store, where an environment names them."""
    urls = {name: f"https://{name}.acme.example" for name in ("lineage", "catalog", "features")}
    integrations = {
        "lineage": {"openlineage_url": urls["lineage"]},
        "catalog": {"kind": "datahub", "url": urls["catalog"]},
        "feature_store": {"url": urls["features"]},
    }
    changes = {"teams": {"fraud": {"namespaces": ["fraud"]}}, "integrations": integrations}
    made = platform_plan(lambda args: Teams("teams", args), changes)
    data = objects(made, "ConfigMap")["fraud/platform-endpoints"]["data"]

    named = ("OPENLINEAGE_URL", "CATALOG_URL", "FEATURE_STORE_URL")
    assert [data[name] for name in named] == list(urls.values())


def test_model_repositories_know_how_a_new_version_takes_traffic() -> None:
    """The way of the pinned KServe, and the first share; nothing where traffic moves at once."""
    data = objects(_plan(), "ConfigMap")["fraud/platform-endpoints"]["data"]
    off = platform_plan(
        lambda args: Teams("teams", args),
        {"teams": {"fraud": {"namespaces": ["fraud"]}}, "serving": {"canary": {"enabled": False}}},
    )
    without = objects(off, "ConfigMap")["fraud/platform-endpoints"]["data"]

    assert (data["CANARY_METHOD"], data["CANARY_PERCENT"]) == ("http-route", "10")
    assert not {"CANARY_METHOD", "CANARY_PERCENT"} & set(without)


@pytest.mark.parametrize(
    ("kserve", "method"),
    [("0.20.0", "http-route"), ("0.21.0", "inference-service"), ("1.0.0", "inference-service")],
)
def test_the_canary_is_the_versions_own_way(kserve: str, method: str) -> None:
    """An upgrade of KServe changes the way without a change of any repository's text."""
    assert canary_method(kserve) == method


def test_runs_pass_on_artefacts_among_the_teams_own_data() -> None:
    """With the role of the team's pods, below the team's prefix."""
    made = objects(_plan(), "ConfigMap")["fraud/artifact-repositories"]
    s3 = json.loads(made["data"]["default"])["s3"]

    assert s3["bucket"] == "acme-prod-datasets-111122223333"
    assert s3["keyFormat"].startswith("fraud/pipelines/")
    assert s3["useSDKCreds"] is True


def test_predictors_answer_the_gateway_and_the_team() -> None:
    """And Prometheus, and the pipeline engine; nobody else."""
    (rule,) = objects(_plan(), "AuthorizationPolicy")["fraud/predictors"]["spec"]["rules"]
    sources = [each["source"] for each in rule["from"]]

    assert sources == [
        {
            "principals": [
                "cluster.local/ns/edge/sa/platform-istio",
                "cluster.local/ns/monitoring/sa/prometheus",
            ]
        },
        {"namespaces": ["argo", "fraud"]},
    ]


def test_a_teams_requests_are_logged_from_its_own_pods_only() -> None:
    """Its port lets no other team's namespaces in, so that nobody can write in its name."""
    more = {"claims": {"namespaces": ["claims"]}}
    plan = platform_plan(
        lambda args: Teams("teams", args),
        {"teams": {"fraud": {"namespaces": ["fraud", "fraud-train"]}, **more}},
    )
    rules = {
        name: (each["spec"]["rules"], each["spec"]["selector"]["matchLabels"])
        for name, each in objects(plan, "AuthorizationPolicy").items()
        if name.startswith("monitoring/request-log-from-")
    }
    addresses = {
        name.partition("/")[0]: each["data"]["REQUEST_LOG_URL"]
        for name, each in objects(plan, "ConfigMap").items()
        if "REQUEST_LOG_URL" in each["data"]
    }
    selector = {"app.kubernetes.io/name": "request-log"}

    assert rules == {
        f"monitoring/request-log-from-{namespace}": (
            [
                {
                    "from": [{"source": {"namespaces": [namespace]}}],
                    "to": [{"operation": {"ports": [address.rpartition(":")[2]]}}],
                }
            ],
            selector,
        )
        for namespace, address in addresses.items()
    }
    assert addresses["fraud"] == addresses["fraud-train"] != addresses["claims"]
