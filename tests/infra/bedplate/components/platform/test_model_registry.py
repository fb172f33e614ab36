"""MLflow keeps its state in the foundation's database and bucket."""

from __future__ import annotations

import json

from support.platforms import objects, platform_plan, releases, values

from bedplate.components.platform.model_registry import ModelRegistry

OIDC = {"zero_trust": {"oidc": {"issuer_url": "https://login.acme.example", "client_id": "ml"}}}


def test_its_database_is_the_foundations() -> None:
    """A database of its own on that server; the password comes from RDS' own secret."""
    plan = platform_plan(lambda args: ModelRegistry("model-registry", args))
    store = values(plan, "mlflow")["backendStore"]
    secret = objects(plan, "ExternalSecret")["mlflow/database"]

    assert store["postgres"]["host"] == "acme-prod.abc.me-central-1.rds.amazonaws.com"
    assert store["existingDatabaseSecret"] == {"name": "database"}
    assert secret["spec"]["data"][0]["remoteRef"]["key"].endswith("secret:rds!db-1")
    assert "password" not in json.dumps(store["postgres"])


def test_the_database_is_made_before_the_server_starts() -> None:
    """By a job that finds it where it is there already."""
    plan = platform_plan(lambda args: ModelRegistry("model-registry", args))
    (job,) = [r for r in plan.resources if r.inputs.get("kind") == "Job"]

    assert job.urn in releases(plan)["mlflow"].dependencies
    script = job.inputs["spec"]["template"]["spec"]["containers"][0]["command"][2]
    assert "pg_database" in script


def test_artefacts_pass_through_the_server() -> None:
    """Clients need no right in the bucket."""
    plan = platform_plan(lambda args: ModelRegistry("model-registry", args))
    root = values(plan, "mlflow")["artifactRoot"]

    assert root["proxiedArtifactStorage"] is True
    assert root["s3"]["bucket"] == "acme-prod-models-111122223333"


def test_its_page_is_shown_to_people_who_have_logged_in() -> None:
    """And to nobody where there is no login."""
    without = platform_plan(lambda args: ModelRegistry("model-registry", args))
    shown = platform_plan(lambda args: ModelRegistry("model-registry", args), OIDC)

    assert objects(without, "HTTPRoute") == {}
    assert objects(shown, "HTTPRoute")["mlflow/mlflow"]["spec"]["hostnames"] == [
        "mlflow.platform.acme.example"
    ]
