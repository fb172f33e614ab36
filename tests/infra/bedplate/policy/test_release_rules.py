"""Rules on a release and on other facts alone, from the release itself to the verdict."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.layers import spec
from support.plans import ROOT, plan, provider, resource, shipped
from support.rule_cases import GROUP

from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts
from bedplate.policy.opa_engine import OpaEngine
from bedplate.policy.regorus_engine import RegorusEngine
from bedplate.policy.release_fact import Approval, Change, Release
from bedplate.spec.resolve import resolve

if TYPE_CHECKING:
    from bedplate.engine.plan import Plan
    from bedplate.policy.catalogue import Phase
    from bedplate.policy.engine import RegoEngine
    from bedplate.policy.finding import Finding

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
"""A Tuesday, 19:30 in Dubai."""
DIGEST = f"sha256:{'a' * 64}"
RELEASED = ("APR-001", "APR-002", "APR-003", "APR-004", "APR-010", "APR-011", "OPS-008")
"""Policies that are asked when deploying, and only then."""
PERSONAL = {
    "purpose": "fraud detection",
    "controller": "Acme",
    "dpo_contact": "dpo@acme.example",
    "retention_days": 365,
    "dpia_reference": "DPIA-1",
    "dpia_date": "2026-10-01",
}
GOVERNANCE: dict[str, Any] = {
    "regimes": ["uae-pdpl"],
    "personal_data": PERSONAL,
    "approvals": {"required": 2, "roles": ["platform", "compliance"]},
    "change": {
        "windows": [
            {"days": ["mon", "tue"], "start": "19:00", "end": "22:00", "timezone": "Asia/Dubai"}
        ],
        "freezes": [{"start": "2026-12-24", "end": "2027-01-03", "reason": "year-end closing"}],
        "standard_templates": ["STD-7"],
        "emergency_authorities": ["Duty"],
    },
}
STORES = {"backup": {"restore_test_reference": "RT-1", "restore_test_date": "2026-11-01"}}


def _approval(name: str, role: str) -> Approval:
    day = timedelta(days=1)
    return Approval(name, role, DIGEST, NOW - day, NOW + day)


GOOD = Release(
    digest=DIGEST,
    author="Ann",
    deployer="pipeline",
    now=NOW,
    approvals=(_approval("Huda", "platform"), _approval("Yusuf", "compliance")),
    change=Change("normal", "CHG-1", "approved"),
)
EMERGENCY = Change("emergency", "CHG-2", "open", authority="Duty", review_due=NOW + timedelta(1))


def _judged(
    release: Release | None,
    phase: Phase = "deploy",
    engine: RegoEngine | None = None,
    judged: Plan | None = None,
    **sections: Any,
) -> tuple[Finding, ...]:
    chosen = spec({"governance": GOVERNANCE, "stores": STORES} | sections)
    known = facts(chosen, TODAY, 1.0, [], release)
    policies = tuple(
        policy for policy in shipped().policies if policy.id in (*RELEASED, "APR-008", "GPU-004")
    )
    catalogue = replace(shipped(), policies=policies)
    with closing(engine or RegorusEngine()) as chosen_engine:
        return evaluate(judged or plan(provider()), catalogue, known, chosen_engine, {}, phase)


def _failed(release: Release | None, **more: Any) -> set[str]:
    return {finding.policy for finding in _judged(release, **more) if finding.verdict == "fail"}


def test_a_good_release_passes_all_rules_on_releases() -> None:
    """Approved by two in both roles, in its window, with its record."""
    verdicts = {finding.policy: finding.verdict for finding in _judged(GOOD)}

    assert verdicts == dict.fromkeys((*RELEASED, "APR-008"), "pass") | {"GPU-004": "not_applicable"}


def test_a_proposal_is_not_asked_for_approvals() -> None:
    """A pull request is checked before anybody has approved it."""
    told = {f.policy: (f.verdict, f.message) for f in _judged(None, "design")}

    assert {told[name] for name in RELEASED} == {("not_applicable", "It is asked when deploying.")}
    assert told["APR-008"] == ("pass", "")


def test_a_deployment_without_a_release_is_denied() -> None:
    """Who forgets to hand over the release gets no pass for it."""
    findings = {f.policy: f for f in _judged(None)}

    assert _failed(None) == {"APR-001", "APR-002", "APR-003", "APR-004", "APR-010"}
    assert findings["APR-001"].message == (
        "Rule stack_deny_apr_001 lacks facts of the environment (release): there are neither "
        "approvals nor a change record to judge; deploy by bedplate up, which gathers them."
    )


@pytest.mark.parametrize(
    ("broken", "policies"),
    [
        (replace(GOOD, approvals=GOOD.approvals[:1]), {"APR-001"}),
        (
            replace(GOOD, approvals=(_approval("Huda", "platform"), _approval(" HUDA ", "x"))),
            {"APR-001"},
        ),
        (replace(GOOD, author="huda"), {"APR-002"}),
        (replace(GOOD, deployer="Yusuf"), {"APR-002"}),
        (replace(GOOD, deployer="ann"), {"APR-002"}),
        (replace(GOOD, deployer="Huda\u200b"), {"APR-002"}),
        (replace(GOOD, author="Layla", deployer="LayIa"), {"APR-002"}),
        (replace(GOOD, digest="sha256:bb"), {"APR-001", "APR-010"}),
        (replace(GOOD, now=NOW + timedelta(days=7)), {"APR-001", "APR-010"}),
        (replace(GOOD, now=NOW + timedelta(hours=3)), {"APR-003"}),
        (replace(GOOD, change=None), {"APR-003"}),
        (replace(GOOD, change=replace(EMERGENCY, type="normal")), {"APR-003"}),
        (replace(GOOD, change=replace(EMERGENCY, authority="Ann")), {"APR-004"}),
        (replace(GOOD, change=replace(EMERGENCY, review_due=NOW)), {"APR-004"}),
        (
            replace(GOOD, change=Change("normal", "C", "approved", overdue_reviews=("CHG-0",))),
            {"APR-004"},
        ),
    ],
)
def test_a_broken_release_is_denied_by_the_rule_on_it(broken: Release, policies: set[str]) -> None:
    """Each part of a release has its rule."""
    assert _failed(broken) == policies


@pytest.mark.parametrize(
    "allowed",
    [
        replace(GOOD, change=Change("standard", "CHG-3", "", template="STD-7")),
        replace(GOOD, change=EMERGENCY, approvals=GOOD.approvals[:1]),
        replace(GOOD, change=EMERGENCY, now=NOW + timedelta(hours=3)),
    ],
)
def test_standard_changes_and_emergencies_have_ways_of_their_own(allowed: Release) -> None:
    """A recipe needs no new authorisation; an emergency waits for no window."""
    assert _failed(allowed) == set()


@pytest.mark.parametrize(
    ("moment", "frozen"),
    [
        (datetime(2026, 12, 23, 19, 59, tzinfo=UTC), False),
        (datetime(2026, 12, 23, 20, 0, tzinfo=UTC), True),
        (datetime(2027, 1, 3, 23, 59, tzinfo=UTC), True),
        (datetime(2027, 1, 4, 0, 0, tzinfo=UTC), False),
    ],
)
def test_a_freeze_holds_in_every_time_zone_of_the_schedule(moment: datetime, frozen: bool) -> None:  # noqa: FBT001
    """In Dubai the 24th begins four hours before it does in UTC, where the 3rd ends later."""
    messages = [f.message for f in _judged(replace(GOOD, now=moment)) if f.policy == "APR-003"]

    assert ("A freeze holds until 20270103 (year-end closing)" in messages[0]) is frozen


@pytest.mark.parametrize(
    ("sections", "policies"),
    [
        ({"governance": GOVERNANCE | {"personal_data": PERSONAL | {"dpia_reference": None}}},
         {"APR-008"}),
        ({"governance": GOVERNANCE | {"personal_data": PERSONAL | {"dpia_date": "2025-11-24"}}},
         {"APR-011"}),
        ({"governance": GOVERNANCE | {"personal_data": PERSONAL | {"dpia_date": "2026-11-26"}}},
         {"APR-011"}),
        ({"stores": {"backup": {"restore_test_reference": "RT-1"}}}, {"OPS-008"}),
        ({"stores": {"backup": {"restore_test_reference": "RT-1",
                                "restore_test_date": "2026-08-26"}}}, {"OPS-008"}),
    ],
)  # fmt: skip
def test_old_and_missing_records_are_denied(sections: dict[str, Any], policies: set[str]) -> None:
    """An assessment of last year, one that lies ahead, and a restore that nobody tested."""
    assert _failed(GOOD, **sections) == policies


def test_the_reference_platform_can_be_deployed() -> None:
    """Its production has all that is asked of it, given a good release in its window."""
    spec_of_prod = resolve("prod", ROOT / "stacks").spec
    known = facts(spec_of_prod, TODAY, 1.0, [], GOOD)
    with closing(RegorusEngine()) as engine:
        findings = evaluate(plan(provider()), shipped(), known, engine, {}, "deploy")

    assert {f.policy: f.verdict for f in findings if f.policy in RELEASED} == dict.fromkeys(
        RELEASED, "pass"
    )


def test_other_tiers_are_not_asked() -> None:
    """Approvals, records and their ages are production's."""
    assert _failed(None, tier="staging") == set()


@pytest.mark.parametrize(
    ("tier", "size", "percent", "failed"),
    [
        ("development", 0, 0, set()),
        ("development", 1, 0, {"GPU-004"}),
        ("staging", 0, 1, {"GPU-004"}),
        ("production", 1, 100, set()),
    ],
)
def test_gpus_outside_production_go_when_idle(
    tier: str, size: int, percent: int, failed: set[str]
) -> None:
    """A pool that stays awake, or none on Spot where some share is asked."""
    sizes = {"minSize": size, "maxSize": 2}
    pool = resource(GROUP, "pool", {"instanceTypes": ["g6.xlarge"], "scalingConfig": sizes})
    budget = {"hourly_usd": 60, "monthly_usd": 30000, "spot_percent": percent}
    found = _failed(GOOD, judged=plan(provider(), pool), tier=tier, budget=budget)

    assert found == failed


@pytest.mark.needs("opa")
@pytest.mark.parametrize("release", [GOOD, None, replace(GOOD, change=EMERGENCY, author="Huda")])
def test_both_engines_agree_on_releases(release: Release | None) -> None:
    """Findings are equal, messages included."""
    assert _judged(release, engine=OpaEngine()) == _judged(release)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    """It would be read in the machine's own zone, and could open a window."""
    blind = replace(GOOD, now=NOW.replace(tzinfo=None))

    with pytest.raises(ValueError, match="has no time zone: 2026-11-24T15:30:00"):
        facts(spec({"governance": GOVERNANCE}), TODAY, 1.0, [], blind)


def test_the_fact_has_the_documented_shape() -> None:
    """Numbers for moments, keys for people; no text that a rule would have to parse."""
    fact = facts(spec({"governance": GOVERNANCE}), TODAY, 1.0, [], GOOD)["release"]

    assert fact["now"] == 1795534200
    assert fact["dates"] == [20261124]
    assert (fact["author_key"], fact["deployer_key"]) == ("ann", "pipeline")
    assert fact["windows"] == [
        {
            "days": [0, 1],
            "start": 1140,
            "end": 1320,
            "weekday": 1,
            "minute": 1170,
            "text": "mon, tue 19:00 to 22:00 Asia/Dubai",
        }
    ]
    assert fact["change"]["review_due"] == 0
    assert "change" not in replace(GOOD, change=None).fact(spec({}).governance)
