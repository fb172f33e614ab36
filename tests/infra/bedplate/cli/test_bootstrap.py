"""Verb `bootstrap`: what it prints, on an account in moto."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from bedplate.governance.simulation import simulated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bedplate.engine.plan import Plan
    from bedplate.governance.assessment import Options
    from bedplate.spec.resolve import Resolved

PLANS: list[Plan] = []
"""The plan of the test's production, once it was simulated."""

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/bedplate/ml-prod-deployer"
KEPT = [
    "key alias/ml-prod-state",
    f"bucket ml-prod-state-{ACCOUNT}",
    "OIDC provider token.actions.githubusercontent.com",
    "policy ml-prod-deployer-ceiling",
]
NEXT = (
    f"The pipeline assumes {ROLE}: set DEPLOY_ROLE_ARN to it\n"
    "in the environment `prod` of the repository that deploys.\n"
)
ADVICE = (
    "\n"
    "stacks/prod.yaml does not say so yet. Add, and run this again:\n"
    "  state:\n"
    f'    backend: "s3://ml-prod-state-{ACCOUNT}?region=us-east-1&awssdk=v2"\n'
    '    secrets_provider: "awskms://alias/ml-prod-state?region=us-east-1"\n'
    "  aws:\n"
    f'    deploy_role_arn: "{ROLE}"\n'
    "  identities:\n"
    f'    permissions_boundary_arn: "arn:aws:iam::{ACCOUNT}:policy/bedplate/ml-prod-boundary"\n'
)


@pytest.fixture(scope="module", autouse=True)
def _credentials() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
            patch.delenv(name, raising=False)
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI-secret")
        with mock_aws():
            yield


@pytest.fixture
def prod(project: Path) -> Path:
    """Return a project whose production lies in the account, and deploys from GitHub."""
    common = project / "stacks" / "common.yaml"
    values = json.loads(common.read_text())
    values["aws"] |= {"account_id": ACCOUNT, "deploy_repository": "https://github.com/acme/ml"}
    common.write_text(json.dumps(values, indent=1))
    return project


@pytest.fixture
def _simulated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulate the environment for the first command line only; the plan is the same for all."""

    def once(environment: Resolved, options: Options) -> Plan:
        if not PLANS:
            PLANS.append(simulated(environment, options))
        return PLANS[0]

    monkeypatch.setattr("bedplate.governance.simulation.simulated", once)


@pytest.mark.usefixtures("prod", "_simulated_once")
def test_a_dry_run_then_the_run_then_nothing_more(run: Callable[..., Any]) -> None:
    """What would be made is made, and kept; no secret is shown."""
    dry = run("bootstrap", "prod", "--dry-run")
    first = run("bootstrap", "prod")
    second = run("bootstrap", "prod")
    count = len(second.out.partition("\n\n")[0].splitlines())

    assert [done.code for done in (dry, first, second)] == [0, 0, 0]
    assert "".join(done.err for done in (dry, first, second)) == ""
    for word, done in (("would make    ", dry), ("made     ", first), ("kept     ", second)):
        said = [line.partition(": ")[0] for line in done.out.splitlines()[:4]]
        assert said == [f"{word}{thing}" for thing in KEPT]
    assert dry.out.endswith(f"\n\nThis was a dry run: nothing was written.\n{NEXT}{ADVICE}")
    assert first.out.endswith(f"\n\nMade or changed {count} of {count}.\n{NEXT}{ADVICE}")
    assert second.out.endswith(
        f"\n\nEverything is as it must be: nothing was changed.\n{NEXT}{ADVICE}"
    )
    assert "wJalrXUtnFEMI" not in dry.out + first.out + second.out


@pytest.mark.usefixtures("prod", "_simulated_once")
def test_json(run: Callable[..., Any]) -> None:
    """One document with every step, and what the environment file lacks."""
    done = run("bootstrap", "prod", "--dry-run", "--format", "json")
    document = json.loads(done.out)

    assert (done.code, done.err) == (0, "")
    assert {key: document[key] for key in list(document)[:7]} == {
        "schema": "bedplate.bootstrap/v1",
        "environment": "prod",
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "caller": f"arn:aws:sts::{ACCOUNT}:user/moto",
        "dry_run": True,
        "changed": document["changed"],
    }
    assert [f"{each['kind']} {each['name']}" for each in document["steps"][:4]] == KEPT
    assert document["deploy_role_arn"] == ROLE
    assert sorted(document["environment_file_lacks"]) == ["aws", "identities", "state"]


def test_another_account_is_one_sentence(run: Callable[..., Any], prod: Path) -> None:
    """Nothing is printed but the refusal."""
    common = prod / "stacks" / "common.yaml"
    common.write_text(common.read_text().replace(ACCOUNT, "111122223333"))

    done = run("bootstrap", "dev")

    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"The AWS credentials are of account {ACCOUNT}, the environment is in 111122223333. "
        "Fix: sign in to 111122223333, or mend aws.account_id.\n"
    )


@pytest.mark.usefixtures("project")
def test_nobody_to_trust_is_one_sentence(run: Callable[..., Any]) -> None:
    """Without a repository and people, before AWS is asked anything."""
    done = run("bootstrap", "dev")

    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "Nobody could assume the deploy role. Fix: name the repository that deploys in "
        "aws.deploy_repository, or people's roles in aws.deployers.\n"
    )


@pytest.mark.usefixtures("project")
def test_an_unknown_environment_is_wrong_usage(run: Callable[..., Any]) -> None:
    """With a suggestion, as for every verb."""
    done = run("bootstrap", "prd")

    assert (done.code, done.err) == (
        2,
        "There is no environment `prd` in stacks. Fix: did you mean `prod`?\n",
    )
