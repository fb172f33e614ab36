"""The registry: images that nobody replaces, and caches where an upstream allows them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.clusters import attached_policies, registry_plan, statements, trust, waits_for
from support.layers import laid_over, named, of_type, only, policy_of, spec

from bedplate.components.foundation.registry_cache import images_to_copy, prefixes
from bedplate.components.scope import Scope

REPOSITORY = "aws:ecr/repository:Repository"
CACHE = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"
TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"
SCANNING = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
UPSTREAMS = ["public.ecr.aws", "nvcr.io", "quay.io", "docker.io", "registry.k8s.io"]


def _cached() -> dict[str, Any]:
    return {"registry": {"pull_through": UPSTREAMS}}


def _scope(changes: dict[str, Any]) -> Scope:
    return Scope(spec(changes))


def test_platform_and_teams_have_a_repository_each() -> None:
    """Named after the environment, so that two environments can share an account."""
    plan = registry_plan({"teams": {"claims": {"namespaces": ["claims"]}}})

    assert sorted(each.inputs["name"] for each in of_type(plan, REPOSITORY)) == [
        "acme-prod/claims",
        "acme-prod/fraud",
        "acme-prod/pipelines",
        "acme-prod/serving",
        "acme-prod/training",
    ]


def test_an_image_is_encrypted_scanned_and_never_replaced() -> None:
    """The tag that was approved is the image that runs."""
    plan = registry_plan()
    key = named(plan, "keys-platform").outputs["arn"]

    for repository in of_type(plan, REPOSITORY):
        assert repository.inputs["imageTagMutability"] == "IMMUTABLE"
        assert repository.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
        assert repository.inputs["encryptionConfigurations"] == [
            {"encryptionType": "KMS", "kmsKey": key}
        ]


@pytest.mark.parametrize("protect", [True, False])
def test_protection_follows_the_environment(protect: bool) -> None:  # noqa: FBT001
    """A protected repository is not deleted with its images."""
    for repository in of_type(registry_plan({"protect": protect}), REPOSITORY):
        assert repository.options["protect"] is protect
        assert repository.inputs["forceDelete"] is not protect


def test_old_images_expire_as_the_environment_says() -> None:
    """Untagged images by age, tagged ones by number, in every repository."""
    plan = registry_plan({"registry": {"untagged_days": 3, "keep_tagged": 20}})
    policies = of_type(plan, "aws:ecr/lifecyclePolicy:LifecyclePolicy")
    untagged, tagged = policy_of(policies[0])["rules"]

    assert len(policies) == len(of_type(plan, REPOSITORY))
    assert len({each.inputs["policy"] for each in policies}) == 1
    assert untagged["selection"] == {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": 3,
    }
    assert tagged["selection"] == {
        "tagStatus": "tagged",
        "tagPatternList": ["*"],
        "countType": "imageCountMoreThan",
        "countNumber": 20,
    }
    assert {rule["action"]["type"] for rule in (untagged, tagged)} == {"expire"}


def test_other_accounts_are_kept_out() -> None:
    """Every repository denies them; ECR's policies name no resource."""
    plan = registry_plan()
    policies = of_type(plan, "aws:ecr/repositoryPolicy:RepositoryPolicy")

    assert len(policies) == len(of_type(plan, REPOSITORY))
    for policy in policies:
        assert policy_of(policy)["Statement"] == [
            {
                "Sid": "DenyOtherAccounts",
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["ecr:*"],
                "Condition": {
                    "StringNotEquals": {"aws:PrincipalAccount": "111122223333"},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
            }
        ]


@pytest.mark.parametrize(
    ("scanning", "kind", "frequency"),
    [("enhanced", "ENHANCED", "CONTINUOUS_SCAN"), ("basic", "BASIC", "SCAN_ON_PUSH")],
)
def test_all_images_of_the_account_are_scanned(scanning: str, kind: str, frequency: str) -> None:
    """Continuously by Inspector, or on push."""
    configuration = only(registry_plan({"registry": {"scanning": scanning}}), SCANNING).inputs

    assert configuration == {
        "scanType": kind,
        "rules": [
            {
                "scanFrequency": frequency,
                "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}],
            }
        ],
    }


def test_an_existing_scanning_configuration_is_left_alone() -> None:
    """It exists once per account and region."""
    plan = registry_plan({"registry": {"scanning_configuration": "existing"}})

    assert of_type(plan, SCANNING) == []


def test_upstreams_without_login_are_cached() -> None:
    """Each under a prefix of the environment's own, after the settings of its repositories."""
    plan = registry_plan(_cached())
    rules = of_type(plan, CACHE)

    assert {r.inputs["upstreamRegistryUrl"]: r.inputs["ecrRepositoryPrefix"] for r in rules} == {
        "public.ecr.aws": "acme-prod/ecr",
        "quay.io": "acme-prod/quay",
        "registry.k8s.io": "acme-prod/k8s",
    }
    for rule in rules:
        assert f"{rule.name}-template" in waits_for(plan, rule)
        assert "credentialArn" not in rule.inputs


def test_cached_images_are_encrypted_and_follow_their_upstream() -> None:
    """Own key, the same lifecycle and policy as all others, the environment's tags."""
    plan = registry_plan(_cached())
    key = named(plan, "keys-platform").outputs["arn"]
    (lifecycle, *_) = of_type(plan, "aws:ecr/lifecyclePolicy:LifecyclePolicy")
    (policy, *_) = of_type(plan, "aws:ecr/repositoryPolicy:RepositoryPolicy")

    for template in of_type(plan, TEMPLATE):
        inputs = template.inputs
        assert inputs["appliedFors"] == ["PULL_THROUGH_CACHE"]
        assert inputs["imageTagMutability"] == "MUTABLE"
        assert inputs["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": key}]
        assert inputs["lifecyclePolicy"] == lifecycle.inputs["policy"]
        assert inputs["repositoryPolicy"] == policy.inputs["policy"]
        assert inputs["resourceTags"]["owner"] == "ml-platform"
        assert inputs["customRoleArn"].endswith(":role/acme-prod-registry-cache")


def test_the_role_that_makes_cached_repositories_makes_no_others() -> None:
    """ECR assumes it; it reaches the caches' prefixes and the platform key through ECR."""
    plan = registry_plan({"registry": {"pull_through": ["quay.io"]}})
    made = statements(plan, "acme-prod-registry-cache-repositories")

    assert trust(plan, "acme-prod-registry-cache")["Principal"] == {"Service": "ecr.amazonaws.com"}
    assert attached_policies(plan, "acme-prod-registry-cache") == [
        "acme-prod-registry-cache-repositories"
    ]
    assert made["MakeRepositories"]["Resource"] == [
        "arn:aws:ecr:me-central-1:111122223333:repository/acme-prod/quay/*"
    ]
    assert made["EncryptRepositories"]["Condition"] == {
        "StringEquals": {"kms:ViaService": "ecr.me-central-1.amazonaws.com"}
    }


def test_without_upstreams_there_is_no_cache_and_no_role() -> None:
    """What is not asked for is not made."""
    plan = registry_plan({"registry": {"pull_through": ["nvcr.io"]}})

    assert of_type(plan, CACHE) + of_type(plan, TEMPLATE) == []
    assert of_type(plan, "aws:iam/role:Role") == []


def test_the_other_upstreams_are_listed_with_the_reason() -> None:
    """A job copies what ECR can't cache by itself."""
    upstreams = [*UPSTREAMS, "acme.azurecr.io"]

    assert images_to_copy(spec({"registry": {"pull_through": upstreams}})) == (
        "nvcr.io: ECR has no pull-through cache for it",
        "docker.io: its pull-through cache needs credentials in Secrets Manager",
        "acme.azurecr.io: its pull-through cache needs credentials in Secrets Manager",
    )


def test_other_partitions_have_no_caches() -> None:
    """ECR has neither rules nor templates in China and GovCloud: everything is copied."""
    elsewhere = {"aws": {"region": "us-gov-west-1"}, "governance": {"jurisdictions": ["US"]}}
    changes = laid_over(elsewhere, {"registry": {"pull_through": ["quay.io"]}})

    assert prefixes(_scope(changes)) == {}
    assert images_to_copy(spec(changes)) == (
        "quay.io: ECR has no pull-through cache in the partition aws-us-gov",
    )


@given(
    platform=st.from_regex(r"[a-z]([a-z0-9-]{0,14}[a-z0-9])?", fullmatch=True),
    environment=st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True),
)
def test_prefixes_fit_ecrs_limit_and_stay_apart(platform: str, environment: str) -> None:
    """Thirty characters at most, however long the names are, and one prefix an upstream."""
    scope = _scope(_cached() | {"platform": platform, "environment": environment})
    found = prefixes(scope)

    assert set(found) == {"public.ecr.aws", "quay.io", "registry.k8s.io"}
    assert len(set(found.values())) == 3
    assert max(len(prefix) for prefix in found.values()) <= 30


def test_long_names_do_not_share_a_prefix() -> None:
    """Two platforms of one account that agree in their first letters keep their own caches."""
    first, second = (
        prefixes(_scope(_cached() | {"platform": platform, "environment": "pre-product"}))
        for platform in ("machine-learn-a", "machine-learn-b")
    )

    assert not set(first.values()) & set(second.values())


def test_outputs_say_where_images_lie() -> None:
    """By repository or team, with the upstreams' prefixes and what must be copied."""
    outputs = named(registry_plan(_cached()), "registry").outputs
    urls = json.loads(json.dumps(outputs["repository_urls"]))

    assert urls["fraud"] == "111122223333.dkr.ecr.me-central-1.amazonaws.com/acme-prod/fraud"
    assert outputs["pull_through_prefixes"]["quay.io"] == "acme-prod/quay"
    assert len(outputs["images_to_copy"]) == 2
