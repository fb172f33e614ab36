"""Each workload is somebody, and may do its own work and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support import neighbours
from support.layers import named, of_type, policy_of, simulated

from bedplate.components.foundation.identities import role_part
from bedplate.names import Names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.engine.plan import LayerPlan

ACCOUNT, REGION = neighbours.ACCOUNT, neighbours.REGION
INSIDE = {"aws:ResourceAccount": ACCOUNT, "aws:SourceVpc": "vpc-1"}
MODELS = f"arn:aws:s3:::acme-prod-models-{ACCOUNT}"
DATASETS = f"arn:aws:s3:::acme-prod-datasets-{ACCOUNT}"
LINEAGE = f"arn:aws:s3:::acme-prod-lineage-{ACCOUNT}"
REQUESTS = f"arn:aws:s3:::acme-prod-requests-{ACCOUNT}"
SECRETS = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:*"
TWO_TEAMS = {
    "fraud": {"namespaces": ["fraud", "fraud-train"]},
    "claims": {"namespaces": ["claims"]},
}


def _plan(changes: Mapping[str, Any] | None = None) -> LayerPlan:
    return simulated(neighbours.identities, changes)


def _statements(plan: LayerPlan, policy: str) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = policy_of(named(plan, f"identities-{policy}"))["Statement"]
    return statements


def _reached(plan: LayerPlan, policy: str) -> dict[str, list[str]]:
    return {s["Sid"]: s["Resource"] for s in _statements(plan, policy)}


def _pods(plan: LayerPlan) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in of_type(plan, "aws:eks/podIdentityAssociation:PodIdentityAssociation"):
        role = each.inputs["roleArn"].rsplit("/", 1)[1].removeprefix("acme-prod-")
        pod = f"{each.inputs['namespace']}/{each.inputs['serviceAccount']}"
        found.setdefault(role, []).append(pod)
    return {role: sorted(pods) for role, pods in found.items()}


def test_every_controller_and_team_has_a_role_of_its_own() -> None:
    """One role each, given to its own service accounts only."""
    assert _pods(_plan({"teams": TWO_TEAMS})) == {
        "external-secrets": ["external-secrets/external-secrets"],
        "load-balancer": ["kube-system/aws-load-balancer-controller"],
        "mlflow": ["mlflow/mlflow"],
        "loki": ["monitoring/loki"],
        "request-log": ["monitoring/request-log"],
        "alerts": ["monitoring/alertmanager"],
        "backup-age": ["monitoring/backup-age"],
        "orchestrator": ["argo/argo-workflow", "argo/argo-workflows-server"],
        "workload-fraud": ["fraud-train/workload", "fraud/workload"],
        "workload-claims": ["claims/workload"],
        "serving-fraud": ["fraud-train/model-reader", "fraud/model-reader"],
        "serving-claims": ["claims/model-reader"],
    }


@pytest.mark.parametrize(
    ("engine", "pods"),
    [
        (
            "airflow",
            [
                "airflow/airflow-api-server",
                "airflow/airflow-dag-processor",
                "airflow/airflow-scheduler",
                "airflow/airflow-triggerer",
                "airflow/airflow-worker",
            ],
        ),
        ("kubeflow-pipelines", ["kubeflow/ml-pipeline", "kubeflow/pipeline-runner"]),
    ],
)
def test_the_orchestrators_accounts_follow_the_engine(engine: str, pods: list[str]) -> None:
    """Service accounts are those that the engine's chart names."""
    assert _pods(_plan({"orchestration": {"engine": engine}}))["orchestrator"] == pods


def test_a_role_is_assumed_by_its_own_pods_of_this_cluster() -> None:
    """The trust names cluster, namespaces and service account."""
    plan = _plan({"teams": TWO_TEAMS})
    policy = policy_of(named(plan, "identities-workload-fraud"), "assumeRolePolicy")

    assert policy["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {
                "StringEquals": {
                    "aws:RequestTag/eks-cluster-arn": (
                        f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/acme-prod"
                    ),
                    "aws:RequestTag/kubernetes-namespace": ["fraud", "fraud-train"],
                    "aws:RequestTag/kubernetes-service-account": ["workload"],
                }
            },
        }
    ]


def test_every_role_is_bounded_and_short() -> None:
    """The boundary is on every role; a session lasts as long as the spec says."""
    roles = of_type(_plan({"identities": {"max_session_hours": 2}}), "aws:iam/role:Role")

    assert {(r.inputs["permissionsBoundary"], r.inputs["maxSessionDuration"]) for r in roles} == {
        (f"arn:aws:iam::{ACCOUNT}:policy/acme-prod-boundary", 7200)
    }


def test_a_pod_waits_for_its_permissions() -> None:
    """An association comes after all attachments of its role."""
    plan = _plan()
    association = named(plan, "identities-mlflow-mlflow-mlflow")
    attachments = [
        r.urn
        for r in of_type(plan, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if r.name.startswith("identities-mlflow-")
    ]

    assert len(attachments) == 3
    assert set(attachments) <= set(association.dependencies)


def test_a_teams_pipelines_reach_their_own_prefixes() -> None:
    """Datasets, models and lineage below the team's name, its requests; models can't be deleted."""
    plan = _plan()
    statements = {s["Sid"]: s for s in _statements(plan, "workload-fraud-objects")}

    assert {sid: s["Resource"] for sid, s in statements.items()} == {
        "ListDatasets": [DATASETS],
        "UseDatasets": [f"{DATASETS}/fraud/*"],
        "ListModels": [MODELS],
        "UseModels": [f"{MODELS}/fraud/*"],
        "ListLineage": [LINEAGE],
        "UseLineage": [f"{LINEAGE}/fraud/*"],
        "ListRequests": [REQUESTS],
        "UseRequests": [f"{REQUESTS}/requests/fraud/*"],
    }
    assert statements["ListModels"]["Condition"] == {
        "StringEquals": INSIDE,
        "StringLike": {"s3:prefix": ["fraud/*"]},
    }
    assert "s3:DeleteObject" in statements["UseDatasets"]["Action"]
    assert "s3:DeleteObject" not in statements["UseModels"]["Action"]
    assert "s3:GetObject" not in statements["UseLineage"]["Action"]


def test_a_teams_predictors_only_read_its_models() -> None:
    """One bucket, one prefix, no writing, and the key for decryption only."""
    plan = _plan()
    use = _statements(plan, "serving-fraud-objects")[1]
    (key,) = _statements(plan, "serving-fraud-keys")

    assert (use["Action"], use["Resource"]) == (
        ["s3:GetObject", "s3:GetObjectTagging", "s3:GetObjectVersion"],
        [f"{MODELS}/fraud/*"],
    )
    assert (key["Action"], key["Resource"], key["Condition"]) == (
        ["kms:Decrypt"],
        [f"{neighbours.KEY}/models"],
        {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}},
    )
    names = {p.name for p in of_type(plan, "aws:iam/policy:Policy") if "serving-fraud" in p.name}
    assert names == {"identities-serving-fraud-objects", "identities-serving-fraud-keys"}


def test_a_team_reads_secrets_with_its_tag_only() -> None:
    """Platform, environment and team must all match."""
    assert _statements(_plan(), "workload-fraud-secrets") == [
        {
            "Sid": "TaggedSecrets",
            "Effect": "Allow",
            "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            "Resource": [SECRETS],
            "Condition": {
                "StringEquals": INSIDE
                | {
                    "aws:ResourceTag/platform": "acme",
                    "aws:ResourceTag/environment": "prod",
                    "aws:ResourceTag/team": "fraud",
                }
            },
        }
    ]


def test_a_team_pushes_to_its_own_repository() -> None:
    """A login is for the registry, images for the one repository."""
    assert _reached(_plan(), "workload-fraud-images") == {
        "Login": ["*"],
        "OwnImages": [f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/acme-prod/fraud"],
    }


def test_the_registry_of_models_reaches_all_models_and_its_database() -> None:
    """MLflow serves the artefacts of all teams, and no datasets."""
    plan = _plan()

    assert _reached(plan, "mlflow-objects") == {
        "ListModels": [MODELS],
        "UseModels": [f"{MODELS}/*"],
    }
    assert _reached(plan, "mlflow-secrets") == {"DatabaseSecret": [neighbours.SECRET]}


def test_external_secrets_reads_the_environments_secrets() -> None:
    """Those tagged as the environment's, and the one that RDS makes without our tags."""
    assert _reached(_plan(), "external-secrets-secrets") == {
        "TaggedSecrets": [SECRETS],
        "DatabaseSecret": [neighbours.SECRET],
    }


def test_the_request_log_adds_and_never_reads() -> None:
    """Whoever takes it over learns nothing of what was asked before."""
    actions = {a for s in _statements(_plan(), "request-log-objects") for a in s["Action"]}

    assert "s3:PutObject" in actions
    assert not {action for action in actions if action.startswith("s3:GetObject")}


def test_alerts_go_to_the_alarm_topic_only() -> None:
    """Alertmanager may publish there, and nowhere else."""
    (statement,) = _statements(_plan(), "alerts-topic")

    assert statement["Action"] == ["sns:Publish"]
    assert statement["Resource"] == [f"arn:aws:sns:{REGION}:{ACCOUNT}:acme-prod-alarms"]


def test_data_is_reached_from_inside_only() -> None:
    """Every statement that reaches objects, secrets or logs names the account and the VPC."""
    families = ("-objects", "-secrets", "-logs")
    plan = _plan({"teams": TWO_TEAMS})
    policies = [p for p in of_type(plan, "aws:iam/policy:Policy") if p.name.endswith(families)]
    outside = [
        (policy.name, statement["Sid"])
        for policy in policies
        for statement in policy_of(policy)["Statement"]
        if not INSIDE.items() <= statement["Condition"]["StringEquals"].items()
    ]

    assert len(policies) == 12
    assert outside == []


def test_only_lookups_and_logins_reach_every_resource() -> None:
    """A wildcard as the resource stands only where the action knows no resource."""
    plan = _plan({"teams": TWO_TEAMS})
    wide = [
        statement["Sid"]
        for policy in of_type(plan, "aws:iam/policy:Policy")
        for statement in policy_of(policy)["Statement"]
        if "*" in statement["Resource"]
    ]

    assert wide == ["LookUp", "Login", "Login"]


def test_names_of_roles_fit_even_where_everything_is_long() -> None:
    """A name that IAM would refuse is cut, and stays unique."""
    names = Names("p" * 16, "e" * 12, ACCOUNT, REGION, "aws")
    first, second = (role_part(names, f"workload-{'t' * 29}{end}") for end in "ab")

    assert role_part(names, "external-secrets") == "external-secrets"
    assert [len(names.resource(part)) for part in (first, second)] == [64, 64]
    assert first != second


def test_its_outputs_name_the_roles() -> None:
    """The second layer finds each role by the identity it is for."""
    outputs = named(_plan(), "identities").outputs

    assert outputs["role_arns"]["serving-fraud"] == (
        f"arn:aws:iam::{ACCOUNT}:role/acme-prod-serving-fraud"
    )
    assert outputs["boundary_arn"] == f"arn:aws:iam::{ACCOUNT}:policy/acme-prod-boundary"
