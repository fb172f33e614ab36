"""Secrets are fetched or made inside the cluster; no value is in a plan."""

from __future__ import annotations

import json

import pytest
from support.platform_plans import CASES, manifests, plan
from support.platforms import objects, platform_plan

from bedplate.components.platform.secret_manifests import external_secret, generated_secret
from bedplate.components.platform.secrets import Secrets


def test_only_the_platforms_namespaces_read_the_store() -> None:
    """A team's pods read their own secrets through their own roles."""
    made = platform_plan(lambda args: Secrets("secrets", args))
    store = objects(made, "ClusterSecretStore")["aws"]["spec"]

    assert "fraud" not in store["conditions"][0]["namespaces"]
    assert "mlflow" in store["conditions"][0]["namespaces"]
    assert "auth" not in store["provider"]["aws"]


def test_a_generated_secret_is_made_once() -> None:
    """It is never replaced by another, which would lock out whoever uses it."""
    password, secret = generated_secret("key", "airflow", "fernet-key")

    assert secret["spec"]["refreshPolicy"] == "CreatedOnce"
    assert secret["spec"]["target"]["template"] == {"data": {"fernet-key": "{{ .password }}"}}
    assert password["spec"]["symbols"] == 0


def test_a_fetched_secret_names_properties() -> None:
    """Each key is one property of one secret in AWS."""
    made = external_secret("database", "mlflow", "arn", {"user": "username"})

    assert made["spec"]["data"] == [
        {"secretKey": "user", "remoteRef": {"key": "arn", "property": "username"}}
    ]


@pytest.mark.parametrize("case", CASES)
def test_no_plan_holds_a_secret_object(case: str) -> None:
    """Secrets are never objects of ours: their values would lie in the state."""
    made = manifests(plan(case))

    assert [m["metadata"]["name"] for m in made if m["kind"] == "Secret"] == []
    assert "BEGIN PRIVATE KEY" not in json.dumps(made)
