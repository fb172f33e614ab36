"""What a model repository renders passes the contracts and the admission policies with no edit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from support.goldens import golden_plan
from support.plans import ROOT

from bedplate.assets import asset
from bedplate.components.platform.teams_manifests import ENDPOINTS
from bedplate.contracts.objects import object_faults
from bedplate.scaffold import platform_places
from bedplate.scaffold.platform_places import places
from bedplate.scaffold.render import render

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("manifests")
NAME = "late-payment"
SIGNER = "ml-release@acme.example"
"""An identity that the reference platform's environments list as signer of models."""
GOLDEN = ROOT / "tests" / "golden" / "stacks"
ENVIRONMENTS = ("dev", "staging", "prod")


def digest(sign: str) -> str:
    """Return a digest."""
    return "sha256:" + sign * 64


@pytest.fixture(scope="module")
def repository(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository that was made for the reference platform, with three releases."""
    folder = tmp_path_factory.mktemp("repositories") / NAME
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platform_places, "simulated", _simulated)
        told = places(root / "stacks" / "dev.yaml", NAME, "fraud")
    answers = {
        **told.answers,
        "repo_slug": NAME,
        "serving": "both",
        "orchestrator": "argo-workflows",
    }
    render(asset("templates") / "model-repo", answers, folder, told.files)
    for environment in ENVIRONMENTS:
        _release(folder, environment, "3", "a", 100)
        _release(folder, environment, "4", "f", 10)
    return folder


def _simulated(environment: Any, _options: Any) -> Any:
    """Return the plan that the simulator made before; another test holds that it is current."""
    return golden_plan(GOLDEN / f"{environment.spec.environment}.plan.json")


def _release(folder: Path, environment: str, version: str, sign: str, weight: int) -> None:
    """Release as the repository's own command does, after what its last gate lets through."""
    place = yaml.safe_load((folder / "deploy" / "environments" / f"{environment}.yaml").read_text())
    said = {
        "environment": environment, "name": NAME, "version": version, "digest": digest(sign),
        "manifest": digest("b"), "card": digest("c"), "evaluation": digest("d"),
        "lineage_id": "run-1", "risk_tier": "1", "risk_file": "governance/risk.md",
        "intended_purpose": "Estimate", "automated_decision": "true", "oversight_owner": "fraud",
        "review_route": "Ask the desk", "author": "amina", "approvers": ["badr", "carla"],
        "change": "CHG-0000042",
    }  # fmt: skip
    build = folder / "build"
    build.mkdir(exist_ok=True)
    (build / "release.json").write_text(json.dumps(said))
    known = {"version": version, "digest": digest(sign), "uri": place["stores"][0] + version}
    (build / "registration.json").write_text(json.dumps(known))
    image = f"{place['registries'][0].rstrip('/')}@{digest('e')}"
    command = ["-m", "late_payment.ops.deploy", "release", "--environment", environment]
    if environment != "dev" and weight < 100:
        # What is served in part was stable in the environment before.
        before = folder / "deploy" / "environments" / f"{environment}.yaml"
        before.write_text(yaml.safe_dump({k: v for k, v in place.items() if k != "after"}))
    done = subprocess.run(
        [sys.executable, *command, "--image", image, "--weight", str(weight)],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": "src", "MODEL_SIGNER": SIGNER},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _manifests(repository: Path, environment: str) -> list[dict[str, Any]]:
    folder = repository / "deploy" / "manifests" / environment
    return [
        manifest
        for path in sorted(folder.glob("*.yaml"))
        for manifest in yaml.safe_load_all(path.read_text())
    ]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_api_server_would_take_every_object(repository: Path, environment: str) -> None:
    """The contracts know every field."""
    made = _manifests(repository, environment)

    assert sorted(each["kind"] for each in made) == [
        "CronJob", "Deployment", "HTTPRoute", "InferenceService", "InferenceService", "PodMonitor",
        "PrometheusRule",
    ]  # fmt: skip
    assert [object_faults(each) for each in made] == [[]] * len(made)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_admission_takes_every_object(root: Path, repository: Path, environment: str) -> None:
    """The environment's own rules find nothing, in a canary too."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bedplate", "admit"),
            *(f"deploy/manifests/{environment}", "--env", environment),
            *("--stacks", str(root / "stacks"), "--format", "json"),
        ],
        cwd=repository, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(root / "infra")},
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert '"outcome": "clean"' in done.stdout


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_address_is_the_one_that_the_platform_names(repository: Path, environment: str) -> None:
    """A caller finds the model where `platform-endpoints` says that models of the team are."""
    data = next(
        each.inputs["data"]
        for each in golden_plan(GOLDEN / f"{environment}.plan.json").layers[1].resources
        if each.type == "kubernetes:core/v1:ConfigMap"
        and (each.inputs["metadata"]["name"], each.inputs["metadata"]["namespace"])
        == (ENDPOINTS, "fraud")
    )
    (route,) = (each for each in _manifests(repository, environment) if each["kind"] == "HTTPRoute")

    assert route["spec"]["hostnames"] == [NAME + data["MODEL_HOST_SUFFIX"]]


def test_the_workflow_is_one_that_the_api_server_takes(repository: Path) -> None:
    """The contracts of Argo know every field."""
    text = (repository / "pipelines" / "argo" / "training.yaml").read_text()
    made = list(yaml.safe_load_all(text))

    assert [each["kind"] for each in made] == ["WorkflowTemplate", "CronWorkflow"]
    assert [object_faults(each) for each in made] == [[], []]


def test_the_platform_starts_the_workflow_by_its_name(repository: Path) -> None:
    """An alert starts the template of this name, and gives its reason first."""
    template = next(
        yaml.safe_load_all((repository / "pipelines" / "argo" / "training.yaml").read_text())
    )

    assert template["metadata"]["name"] == f"{NAME}-training"
    assert template["spec"]["arguments"]["parameters"][0]["name"] == "reason"
