"""A repository made for a platform holds what the platform's cluster holds."""

from __future__ import annotations

import shutil
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support.goldens import golden_plan
from support.plans import ROOT

from bedplate.engine.plan import Plan
from bedplate.errors import UsageError
from bedplate.scaffold import platform_places
from bedplate.scaffold.platform_places import places

if TYPE_CHECKING:
    from pathlib import Path

PLATFORM = "config/platform.yaml"
"""Where a repository finds the addresses of its platform."""


@pytest.fixture(autouse=True)
def _golden(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the plans that the simulator made before; another test holds that they are current."""

    def simulated(environment: Any, _options: Any) -> Any:
        name = f"{environment.spec.environment}.plan.json"
        return golden_plan(ROOT / "tests/golden/stacks" / name)

    monkeypatch.setattr(platform_places, "simulated", simulated)


def test_every_environment_is_written_in_the_order_of_tiers() -> None:
    """Buckets, domains and registries are those of each environment's own plan."""
    found = places(ROOT / "stacks/dev.yaml", "fraud-scoring", None)
    dev, prod = (
        yaml.safe_load(found.files[f"deploy/environments/{name}.yaml"]) for name in ("dev", "prod")
    )

    assert found.answers == {
        "owner_team": "fraud",
        "container_registry": "111111111111.dkr.ecr.me-central-1.amazonaws.com/acme-dev/fraud",
        "orchestrator": "airflow",
    }
    assert "after" not in dev
    assert prod == {
        "namespace": "fraud",
        "team": "fraud",
        "registries": ["333333333333.dkr.ecr.me-central-1.amazonaws.com/acme-prod/fraud"],
        "stores": ["s3://acme-prod-models-333333333333/fraud/"],
        "domain": "models.acme.example",
        "request_log": "http://request-log.monitoring.svc.cluster.local:21922",
        "canary_percent": 10,
        "replicas": {"min": 2, "max": 6},
        "resources": {
            "requests": {"cpu": "250m", "memory": "768Mi"},
            "limits": {"cpu": "1", "memory": "1Gi"},
        },
        "settings": {"PREDICTION_STORE": "s3://acme-prod-requests-333333333333/requests/fraud"},
        "after": "staging",
    }


def test_addresses_are_those_of_the_named_environment() -> None:
    """The cluster's own registry is not reached from a laptop, so it is left empty."""
    found = places(ROOT / "stacks/dev.yaml", "anything", "claims")

    assert yaml.safe_load(found.files[PLATFORM]) == {
        "container_registry": "111111111111.dkr.ecr.me-central-1.amazonaws.com/acme-dev/claims",
        "namespace": "claims",
        "mlflow_tracking_uri": "",
        "openlineage_url": "https://lineage.acme.example/api/v1/lineage",
        "model_domain": "models.dev.acme.example",
        "model_bucket": "acme-dev-models-111111111111",
    }


def test_the_address_of_a_feature_store_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the cluster holds it for the team; a platform without one leaves no line."""
    plan = deepcopy(golden_plan(ROOT / "tests/golden/stacks/dev.plan.json").to_json())
    for each in plan["layers"][1]["resources"]:
        if each["name"] == "claims/platform-endpoints":
            each["inputs"]["data"]["FEATURE_STORE_URL"] = "https://features.acme.example"
    changed = Plan.from_json(plan)
    monkeypatch.setattr(platform_places, "simulated", lambda *_asked: changed)
    told = {
        team: yaml.safe_load(places(ROOT / "stacks/dev.yaml", "any", team).files[PLATFORM])
        for team in ("claims", "fraud")
    }

    assert told["claims"]["feature_store_url"] == "https://features.acme.example"
    assert "feature_store_url" not in told["fraud"]


def test_a_team_that_can_not_be_told_is_asked_for() -> None:
    """Two teams, and a repository that neither lists."""
    with pytest.raises(UsageError) as caught:
        places(ROOT / "stacks/dev.yaml", "anything", None)

    assert caught.value.message == (
        "The platform has several teams or none: claims, fraud. "
        "Fix: name the team by --set owner_team=…."
    )


def test_a_team_that_the_platform_has_not_is_named() -> None:
    """The teams that there are stand in the message."""
    with pytest.raises(UsageError) as caught:
        places(ROOT / "stacks/dev.yaml", "anything", "frod")

    assert caught.value.message == "The platform has no team `frod`. Fix: use one of claims, fraud."


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    """The file of an environment is asked for by its usual name."""
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    with pytest.raises(UsageError) as caught:
        places(tmp_path / "stacks/test.yaml", "anything", None)

    expected = f"There is no file {tmp_path / 'stacks/test.yaml'}. "
    assert caught.value.message == f"{expected}Fix: name one, such as stacks/dev.yaml."
