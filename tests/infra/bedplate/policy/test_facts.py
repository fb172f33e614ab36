"""The facts that rules are given follow from the spec."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from support.layers import spec
from support.plans import shipped

from bedplate.policy.facts import facts

TODAY = date(2026, 11, 23)
BAHRAIN = {"country": "BH", "basis": "case 12", "approver": "dpo", "expires": "2026-12-31"}


def _facts(**changes: Any) -> dict[str, Any]:
    return facts(spec(changes), TODAY, 12.5, ["kms:key"])


def test_every_parameter_of_a_shipped_policy_is_a_fact() -> None:
    """No rule of ours lacks a fact of an environment; a release is there to deploy only."""
    wanted = {name for policy in shipped().policies for name in policy.parameters}

    assert {name for name in wanted if _facts().get(name) is None} == {"release"}


@pytest.mark.parametrize(
    ("day", "age"), [(None, -1), ("2026-11-24", -1), ("2026-11-23", 0), ("2026-10-24", 30)]
)
def test_ages_are_in_days_and_never_ahead(day: str | None, age: int) -> None:
    """What was never done, or lies ahead, has no age that a rule could accept."""
    backup = {"restore_test_date": day}

    assert _facts(stores={"backup": backup})["restore_test_age_days"] == age


def test_retention_follows_from_the_regimes() -> None:
    """Health records for 25 years; requests for half a year in production and under the AI Act."""
    health = {"governance": {"regimes": ["uae-health"]}}
    act = {"governance": {"regimes": ["eu-ai-act"]}, "tier": "development"}

    assert (_facts()["min_record_days"], _facts(**health)["min_record_days"]) == (0, 9132)
    assert _facts()["min_request_log_days"] == 184
    assert _facts(**act)["min_request_log_days"] == 184
    assert _facts(tier="development")["min_request_log_days"] == 1


def test_the_deployer_that_the_environment_names_administers_the_cluster() -> None:
    """Beside those that it lists; without a name, those alone."""
    listed, deployer = ["arn:aws:iam::111122223333:role/a"], "arn:aws:iam::111122223333:role/d"
    cluster = {"admins": listed}

    assert _facts(cluster=cluster)["cluster_admins"] == listed
    named = _facts(cluster=cluster, aws={"deploy_role_arn": deployer})
    assert named["cluster_admins"] == [*listed, deployer]


def test_the_region_of_the_environment_is_the_only_one_allowed() -> None:
    """Nothing is made elsewhere, even within the jurisdictions."""
    german = {"region": "eu-central-1"}

    assert _facts()["allowed_regions"] == ["me-central-1"]
    assert _facts(aws=german, governance={"jurisdictions": ["EU"]})["allowed_regions"] == [
        "eu-central-1"
    ]


def test_a_region_outside_the_jurisdictions_is_not_allowed() -> None:
    """The environment's own region earns no trust."""
    assert _facts(aws={"region": "eu-west-1"})["allowed_regions"] == []


@pytest.mark.parametrize(
    ("transfers", "allowed"),
    [
        ([], ["me-central-1"]),
        ([BAHRAIN], ["me-central-1", "me-south-1"]),
        ([BAHRAIN | {"expires": "2026-11-22"}], ["me-central-1"]),
    ],
)
def test_a_second_region_abroad_needs_a_basis_in_force(
    transfers: list[dict[str, str]], allowed: list[str]
) -> None:
    """A recorded transfer opens its country until it expires."""
    recovery = {"strategy": "second-region", "region": "me-south-1"}
    known = _facts(governance={"disaster_recovery": recovery, "transfers": transfers})

    assert (known["allowed_regions"], known["recovery_region"]) == (allowed, "me-south-1")


def test_costs_are_missing_without_an_estimate() -> None:
    """What nobody estimated is missing, not zero."""
    bare = facts(spec(), TODAY)

    assert (bare["estimated_hourly_usd"], bare["unpriced"]) == (None, None)
    assert (_facts()["estimated_hourly_usd"], _facts()["unpriced"]) == (12.5, ["kms:key"])
    assert (bare["budget_hourly_usd"], bare["warn_hourly_usd"]) == (60, 48)


def test_the_gpu_quota_is_stated_or_the_sum_of_the_pools() -> None:
    """`budget.max_gpus` wins over the pools' own limits."""
    pools = {
        "a": {"instance_types": ["g6.xlarge"], "max_gpus": 3},
        "b": {"instance_types": ["g5.xlarge"], "max_gpus": 4},
    }
    budget = {"hourly_usd": 60, "monthly_usd": 30000, "max_gpus": 5}

    assert _facts(gpu_pools=pools)["max_gpus"] == 7
    assert _facts(gpu_pools=pools, budget=budget)["max_gpus"] == 5
    assert _facts(gpu_pools=pools)["gpu_instance_types"] == ["g5.xlarge", "g6.xlarge"]


def test_hosts_are_those_of_the_integrations() -> None:
    """Only named systems may be sent telemetry."""
    siem = {"siem": {"url": "https://siem.acme.example:8088/collect"}}

    assert _facts(integrations=siem)["telemetry_hosts"] == ["siem.acme.example"]


def test_what_the_account_has_already_is_named() -> None:
    """Rules that ask for a trail accept one that exists."""
    audit = {"trail": "existing", "guardduty": "existing"}

    assert _facts(audit=audit)["existing"] == ["guardduty", "trail"]
    assert _facts()["existing"] == []


@pytest.mark.parametrize(
    ("tier", "days"), [("development", 7), ("staging", 30), ("production", 365)]
)
def test_logs_are_kept_as_long_as_the_tier_asks(tier: str, days: int) -> None:
    """Production keeps a year."""
    assert _facts(tier=tier)["min_log_retention_days"] == days
