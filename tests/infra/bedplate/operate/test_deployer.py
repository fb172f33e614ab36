"""What a deployer is called and whom it trusts: from the environment file, or refused with why."""

from __future__ import annotations

from typing import Any

import pytest
from support.layers import spec

from bedplate.errors import BedplateError
from bedplate.operate.deployer import deployer_of
from bedplate.operate.deployer_trust import issuer_of, trust_policy

ACCOUNT = "111122223333"
IAM = f"arn:aws:iam::{ACCOUNT}"
GITHUB = "https://github.com/acme/acme-ml"


def _state(backend: str, provider: str = "awskms://alias/x") -> dict[str, Any]:
    return {"state": {"backend": backend, "secrets_provider": provider}}


def test_without_a_word_names_follow_the_environment() -> None:
    """Bucket, alias and role are named after platform, environment and account."""
    made = deployer_of(spec())

    assert (made.bucket, made.alias) == (f"acme-prod-state-{ACCOUNT}", "alias/acme-prod-state")
    assert made.role_arn == f"{IAM}:role/bedplate/acme-prod-deployer"
    assert (made.role_path, made.role_name) == ("/bedplate/", "acme-prod-deployer")
    assert made.boundary_arn == f"{IAM}:policy/acme-prod-boundary"
    assert made.backend == f"s3://acme-prod-state-{ACCOUNT}?region=me-central-1&awssdk=v2"
    assert made.secrets_provider == "awskms://alias/acme-prod-state?region=me-central-1"


def test_what_the_file_states_is_taken() -> None:
    """The bucket is the address without path and query; a role keeps its own path."""
    stated = _state("s3://states/prod?region=me-central-1", "awskms://alias/ml/state")
    made = deployer_of(spec({**stated, "aws": {"deploy_role_arn": f"{IAM}:role/deploy"}}))

    assert (made.bucket, made.alias) == ("states", "alias/ml/state")
    assert (made.role_path, made.role_name) == ("/", "deploy")


def test_a_second_region_for_recovery_may_hold_the_state() -> None:
    """The state lies in one of the environment's regions."""
    recovery = {"strategy": "second-region", "region": "me-south-1"}
    governance = {"jurisdictions": ["AE", "BH"], "disaster_recovery": recovery}
    made = deployer_of(spec({**_state("s3://states?region=me-south-1"), "governance": governance}))

    assert (made.state_region, made.regions) == ("me-south-1", ("me-central-1", "me-south-1"))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a folder": (
        _state("file:///state"),
        (
            "state.backend is file://…: there is no bucket to make. Fix: keep the state in a "
            f"bucket: s3://acme-prod-state-{ACCOUNT}?region=me-central-1&awssdk=v2."
        ),
    ),
    "another region": (
        _state("s3://states?region=us-east-1"),
        (
            "state.backend lies in us-east-1, outside the environment's regions. Fix: use "
            "me-central-1: the state describes all that the environment holds."
        ),
    ),
    "a key's identifier": (
        _state("s3://states", "awskms://0a1b?region=me-central-1"),
        (
            "state.secrets_provider names a key by its identifier, which nobody can choose. Fix: "
            "name an alias: awskms://alias/acme-prod-state?region=me-central-1."
        ),
    ),
    "two regions": (
        _state("s3://states", "awskms://alias/x?region=us-east-1"),
        (
            "state.secrets_provider lies in us-east-1, the state in me-central-1. Fix: use one "
            "region for both; the key encrypts the bucket too."
        ),
    ),
    "another account's role": (
        {"aws": {"deploy_role_arn": "arn:aws:iam::999999999999:role/deploy"}},
        (
            f"aws.deploy_role_arn names a role of account 999999999999, not of {ACCOUNT}. Fix: "
            "name one in the environment's account; bootstrap makes it there."
        ),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_made_is_refused(name: str) -> None:
    """With what is wrong, and what to write instead."""
    changes, message = REFUSED[name]

    with pytest.raises(BedplateError) as refused:
        deployer_of(spec(changes))

    assert refused.value.message == message


ISSUERS = {
    GITHUB: (
        "token.actions.githubusercontent.com",
        "repo:acme/acme-ml:environment:prod",
    ),
    f"{GITHUB}.git": (
        "token.actions.githubusercontent.com",
        "repo:acme/acme-ml:environment:prod",
    ),
    "https://gitlab.com/acme/ml/platform": (
        "gitlab.com",
        "project_path:acme/ml/platform:ref_type:branch:ref:main",
    ),
    "https://git.acme.example/ml/platform/": (
        "git.acme.example",
        "project_path:ml/platform:ref_type:branch:ref:main",
    ),
}


@pytest.mark.parametrize("repository", ISSUERS)
def test_one_pipeline_is_trusted(repository: str) -> None:
    """Of GitHub by environment, of a GitLab by branch; nothing is a wildcard."""
    found = issuer_of(spec({"aws": {"deploy_repository": repository}}))

    assert found is not None
    assert (found.host, found.subject) == ISSUERS[repository]
    assert "*" not in found.subject


@pytest.mark.parametrize("repository", ["https://github.com/acme", "https://github.com/a/b/c"])
def test_what_is_no_repository_is_refused(repository: str) -> None:
    """A whole organisation is nobody in particular."""
    with pytest.raises(BedplateError) as refused:
        issuer_of(spec({"aws": {"deploy_repository": repository}}))

    assert refused.value.message == (
        f"aws.deploy_repository is {repository}, which names no repository. "
        "Fix: write https://github.com/OWNER/NAME, or https://GITLAB/GROUP/NAME."
    )


def test_a_role_that_nobody_could_assume_is_refused() -> None:
    """A pipeline, or people: somebody must deploy."""
    with pytest.raises(BedplateError) as refused:
        issuer_of(spec())

    assert refused.value.message == (
        "Nobody could assume the deploy role. Fix: name the repository that deploys in "
        "aws.deploy_repository, or people's roles in aws.deployers."
    )


def test_people_are_named_and_no_account_is_let_in_whole() -> None:
    """The account is a principal under a condition that names roles."""
    people = spec({"aws": {"deployers": [f"{IAM}:role/admin"]}})
    (statement,) = trust_policy(people, deployer_of(people), issuer_of(people))["Statement"]

    assert statement["Principal"] == {"AWS": f"{IAM}:root"}
    assert statement["Condition"]["ArnEquals"]["aws:PrincipalArn"] == [
        f"{IAM}:role/admin",
        f"{IAM}:role/bedplate/acme-prod-deployer",
    ]
