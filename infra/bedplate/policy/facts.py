"""The facts of an environment that rules are given as ``data.config.<rule>``.

The fact ``release`` is there only when deploying: `bedplate.policy.release_fact` states its shape.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from bedplate.spec.gpu_types import GPU_TYPES
from bedplate.spec.regions import REGIONS, countries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bedplate.policy.release_fact import Release
    from bedplate.spec.platform import PlatformSpec, Tier

MIN_LOG_RETENTION_DAYS: Final[dict[Tier, int]] = {
    "development": 7,
    "staging": 30,
    "production": 365,
}
"""Fewest days that logs are kept, by tier; the year is that of policy OPS-002."""
MIN_REQUEST_LOG_DAYS: Final = 184
"""Fewest days that requests are kept in production and under the EU AI Act: six months."""
HEALTH_RECORD_DAYS: Final = 9132
"""Fewest days that health records are kept in the UAE: 25 years, with seven leap days."""
NEVER: Final = -1
"""Age in days of what was never done, or lies ahead."""

REQUIRED_TAGS: Final = ("owner", "environment", "cost_center", "data_classification")
"""Tags of every resource (policy TAG-001)."""
PERSONAL_DATA_TAGS: Final = ("purpose", "retention_days", "controller", "dpo_contact")
"""Tags of every resource where personal data is processed (policy TAG-002)."""


def facts(
    spec: PlatformSpec,
    today: date | None = None,
    hourly_usd: float | None = None,
    unpriced: Sequence[str] | None = None,
    release: Release | None = None,
) -> dict[str, Any]:
    """Return all facts of an environment by name.

    ``today`` is the day on which recorded legal bases must be in force, by default the present day
    in UTC. ``hourly_usd`` and ``unpriced`` are the cost estimate; without them the cost rules deny
    for want of facts, and so do the rules on a release without ``release``.
    """
    day = today or datetime.now(UTC).date()
    return {
        **_identity(spec),
        **_records(spec, day),
        **_retention(spec),
        **_residency(spec, day),
        "release": release and release.fact(spec.governance),
        **_network(spec),
        **_gpus(spec),
        **_cost(spec, hourly_usd, unpriced),
        "min_log_retention_days": MIN_LOG_RETENTION_DAYS[spec.tier],
        "existing": _existing(spec),
    }


def _identity(spec: PlatformSpec) -> dict[str, Any]:
    governance = spec.governance
    return {
        "environment": spec.environment,
        "tier": spec.tier,
        "account_id": spec.aws.account_id,
        "partition": spec.aws.partition,
        "regimes": list(governance.regimes),
        "data_classification": governance.data_classification,
        "personal_data": governance.personal_data is not None,
        "required_tags": list(REQUIRED_TAGS),
        "personal_data_tags": list(PERSONAL_DATA_TAGS),
    }


def _records(spec: PlatformSpec, today: date) -> dict[str, Any]:
    """Return what was assessed and tested, and how long ago."""
    personal, backup = spec.governance.personal_data, spec.stores.backup
    return {
        "dpia_reference": (personal and personal.dpia_reference) or "",
        "dpia_age_days": _age(personal.dpia_date if personal else None, today),
        "restore_test_reference": backup.restore_test_reference or "",
        "restore_test_age_days": _age(backup.restore_test_date, today),
    }


def _age(day: date | None, today: date) -> int:
    return NEVER if day is None or day > today else (today - day).days


def _retention(spec: PlatformSpec) -> dict[str, Any]:
    governance = spec.governance
    personal = governance.personal_data
    long = spec.tier == "production" or "eu-ai-act" in governance.regimes
    return {
        "personal_retention_days": personal.retention_days if personal else 0,
        "min_record_days": HEALTH_RECORD_DAYS if "uae-health" in governance.regimes else 0,
        "min_request_log_days": MIN_REQUEST_LOG_DAYS if long else 1,
    }


def _residency(spec: PlatformSpec, today: date) -> dict[str, Any]:
    governance = spec.governance
    lawful = countries(governance.jurisdictions)
    based = {transfer.country for transfer in governance.transfers if transfer.expires >= today}
    recovery = governance.disaster_recovery
    second = recovery.region if recovery.strategy == "second-region" else None
    wanted = [region for region in (spec.aws.region, second) if region is not None]
    allowed = [region for region in wanted if REGIONS[region].country in lawful | based]
    return {
        "allowed_regions": sorted(set(allowed)),
        "countries": sorted(lawful),
        "jurisdictions": list(governance.jurisdictions),
        "region_countries": {name: region.country for name, region in REGIONS.items()},
        "recovery_region": second or "",
        "foreign_branch": governance.foreign_branch,
        "today": today.isoformat(),
        "transfers": [
            {
                "country": transfer.country,
                "basis": transfer.basis,
                "approver": transfer.approver,
                "expires": transfer.expires.isoformat(),
            }
            for transfer in governance.transfers
        ],
    }


def _network(spec: PlatformSpec) -> dict[str, Any]:
    integrations = spec.integrations
    urls = [
        integrations.lineage and integrations.lineage.openlineage_url,
        integrations.catalog and integrations.catalog.url,
        integrations.feature_store and integrations.feature_store.url,
        integrations.siem and integrations.siem.url,
    ]
    hosts = {urlsplit(url).hostname or "" for url in urls if url}
    # The deployer, where the environment names it, makes what runs in the cluster.
    deployer = spec.aws.deploy_role_arn
    admins = [*spec.cluster.admins, *([deployer] if deployer else [])]
    return {
        "endpoint_cidrs": list(spec.cluster.public_access_cidrs),
        "cluster_admins": admins,
        "public_edge": spec.network.egress == "nat",
        "telemetry_hosts": sorted(hosts),
        "pull_through": list(spec.registry.pull_through),
    }


def _gpus(spec: PlatformSpec) -> dict[str, Any]:
    pools = spec.gpu_pools.values()
    limit = spec.budget.max_gpus
    return {
        "gpu_instance_types": sorted({name for pool in pools for name in pool.instance_types}),
        "gpu_offerings": sorted(spec.aws.facts.gpu_types),
        "gpu_counts": {gpu.name: gpu.count for gpu in GPU_TYPES.values()},
        "max_gpus": sum(pool.max_gpus for pool in pools) if limit is None else limit,
        "min_spot_percent": spec.budget.spot_percent,
    }


def _cost(
    spec: PlatformSpec, hourly_usd: float | None, unpriced: Sequence[str] | None
) -> dict[str, Any]:
    budget = spec.budget
    return {
        "estimated_hourly_usd": hourly_usd,
        "budget_hourly_usd": budget.hourly_usd,
        "warn_hourly_usd": budget.hourly_usd * budget.warn_percent / 100,
        "unpriced": None if unpriced is None else sorted(unpriced),
    }


def _existing(spec: PlatformSpec) -> list[str]:
    """Return the account-wide services that the environment finds there already."""
    audit = spec.audit
    owned = {"trail": audit.trail, "guardduty": audit.guardduty, "config": audit.config}
    return sorted(name for name, owner in owned.items() if owner == "existing")
