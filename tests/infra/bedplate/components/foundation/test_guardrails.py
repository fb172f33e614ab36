"""Spending, misuse and loss reach somebody; requests stay in the environment's regions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support import neighbours
from support.layers import named, of_type, only, policy_of, simulated

from bedplate.components.foundation.guardrails import Guardrails, GuardrailsArgs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.components.scope import Scope
    from bedplate.engine.plan import LayerPlan

TOPIC = f"arn:aws:sns:me-central-1:{neighbours.ACCOUNT}:acme-prod-alarms"
BUDGET = "aws:budgets/budget:Budget"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
WATCHED = [
    "root-use",
    "key-deletion",
    "trail-change",
    "recorder-change",
    "denied-calls",
    "login-without-mfa",
    "policy-change",
    "bucket-policy-change",
    "firewall-change",
    "route-change",
]


def _plan(changes: Mapping[str, Any] | None = None, group: str | None = "trail-log") -> LayerPlan:
    def build(scope: Scope) -> None:
        args = GuardrailsArgs(scope=scope, keys=neighbours.keys(), audit=neighbours.audit(group))
        Guardrails("guardrails", args)

    return simulated(build, changes)


def test_the_budget_counts_the_environment_and_tells_the_contact() -> None:
    """It warns at the share of the spec, and when the forecast exceeds the whole."""
    budget = only(_plan({"budget": {"monthly_usd": 1500000.5, "warn_percent": 70}}), BUDGET)
    told = {
        "comparisonOperator": "GREATER_THAN",
        "thresholdType": "PERCENTAGE",
        "subscriberEmailAddresses": ["ml@acme.example"],
        "subscriberSnsTopicArns": [TOPIC],
    }

    assert (budget.inputs["limitAmount"], budget.inputs["limitUnit"]) == ("1500000.50", "USD")
    assert budget.inputs["costFilters"] == [
        {"name": "TagKeyValue", "values": ["user:environment$prod", "user:platform$acme"]}
    ]
    assert budget.inputs["notifications"] == [
        told | {"notificationType": "ACTUAL", "threshold": 70},
        told | {"notificationType": "FORECASTED", "threshold": 100},
    ]
    assert budget.spec_path == "budget"


def test_govcloud_has_no_budgets() -> None:
    """It is billed through a commercial account: alarms stay, the budget must stand there."""
    elsewhere = {
        "aws": {"region": "us-gov-west-1"},
        "governance": {"jurisdictions": ["US"]},
    }
    plan = _plan(elsewhere)
    statements = policy_of(only(plan, "aws:sns/topicPolicy:TopicPolicy"))["Statement"]

    assert of_type(plan, BUDGET) == []
    assert [s["Principal"] for s in statements if s["Sid"] == "Alarms"] == [
        {"Service": ["cloudwatch.amazonaws.com"]}
    ]
    assert len(of_type(plan, ALARM)) == 12


def test_the_budget_waits_until_it_may_publish() -> None:
    """The topic's policy is there before the budget that publishes to it."""
    plan = _plan()

    assert only(plan, "aws:sns/topicPolicy:TopicPolicy").urn in only(plan, BUDGET).dependencies


def test_the_alarm_topic_is_encrypted_and_reaches_the_contact() -> None:
    """Encrypted by the platform's key; the mailbox of the spec is subscribed."""
    plan = _plan({"monitoring": {"alerts": {"contact": "soc@acme.example"}}})
    subscription = only(plan, "aws:sns/topicSubscription:TopicSubscription").inputs

    assert only(plan, "aws:sns/topic:Topic").inputs["kmsMasterKeyId"] == (
        f"{neighbours.KEY}/platform"
    )
    assert subscription == {"topic": TOPIC, "protocol": "email", "endpoint": "soc@acme.example"}


def test_only_three_services_publish_and_only_over_tls() -> None:
    """Budgets and CloudWatch for this account; EventBridge takes no condition."""
    policy = policy_of(only(_plan(), "aws:sns/topicPolicy:TopicPolicy"))
    common = {"Action": ["sns:Publish"], "Resource": [TOPIC]}

    assert policy["Statement"] == [
        common
        | {
            "Sid": "DenyPlainText",
            "Effect": "Deny",
            "Principal": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        common
        | {
            "Sid": "Alarms",
            "Effect": "Allow",
            "Principal": {"Service": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]},
            "Condition": {"StringEquals": {"aws:SourceAccount": neighbours.ACCOUNT}},
        },
        common
        | {
            "Sid": "Events",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
        },
    ]


def test_the_trail_is_watched() -> None:
    """Each kind of event has a filter over the trail's log group, and an alarm on its metric."""
    plan = _plan()
    filters = of_type(plan, FILTER)
    metrics = [f.inputs["metricTransformation"] for f in filters]

    alarms = {(a.inputs["namespace"], a.inputs["metricName"]) for a in of_type(plan, ALARM)}

    assert {f.inputs["name"] for f in filters} == {f"acme-prod-{name}" for name in WATCHED}
    assert {f.inputs["logGroupName"] for f in filters} == {"trail-log"}
    assert {(m["namespace"], m["name"]) for m in metrics} <= alarms
    assert len(filters) == len(WATCHED)


def test_filter_patterns_are_within_what_cloudwatch_takes() -> None:
    """At most 1,024 characters, in braces, with as many opened as closed parentheses."""
    patterns = [f.inputs["pattern"] for f in of_type(_plan(), FILTER)]

    assert [p for p in patterns if len(p) > 1024] == []
    assert [p for p in patterns if not (p.startswith("{ ") and p.endswith(" }"))] == []
    assert [p for p in patterns if p.count("(") != p.count(")")] == []


def test_every_alarm_reaches_the_topic() -> None:
    """No alarm is made that nobody hears of."""
    alarms = of_type(_plan(), ALARM)

    assert [a.inputs["alarmActions"] for a in alarms] == [[TOPIC]] * 12


def test_the_database_is_watched() -> None:
    """Storage below a tenth of what was allocated, and a busy processor."""
    plan = _plan({"stores": {"database": {"storage_gib": 200}}})
    storage = named(plan, "guardrails-alarms-database-storage").inputs
    processor = named(plan, "guardrails-alarms-database-cpu").inputs

    assert storage["dimensions"] == {"DBInstanceIdentifier": "acme-prod-database"}
    assert (storage["threshold"], storage["comparisonOperator"]) == (
        20 * 1024**3,
        "LessThanThreshold",
    )
    assert (processor["threshold"], processor["evaluationPeriods"]) == (80, 3)


def test_a_small_database_keeps_five_gibibytes_free() -> None:
    """A tenth of little storage would be too late."""
    plan = _plan({"stores": {"database": {"storage_gib": 20}}})

    assert named(plan, "guardrails-alarms-database-storage").inputs["threshold"] == 5 * 1024**3


def test_an_existing_trail_has_alarms_of_its_own() -> None:
    """Without a log group of ours, only the database is watched."""
    plan = _plan({"audit": {"trail": "existing"}}, group=None)

    assert of_type(plan, FILTER) == []
    assert sorted(a.inputs["name"] for a in of_type(plan, ALARM)) == [
        "acme-prod-database-cpu",
        "acme-prod-database-storage",
    ]


def test_severe_threats_reach_the_topic() -> None:
    """Findings of GuardDuty from 7.0 upwards."""
    plan = _plan()
    rule = only(plan, "aws:cloudwatch/eventRule:EventRule").inputs
    target = only(plan, "aws:cloudwatch/eventTarget:EventTarget").inputs

    assert json.loads(rule["eventPattern"]) == {
        "source": ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        "detail": {"severity": [{"numeric": [">=", 7]}]},
    }
    assert target == {"rule": "acme-prod-threats", "arn": TOPIC}


def test_alarms_can_be_left_out() -> None:
    """Without alarms the budget still tells the contact."""
    plan = _plan({"guardrails": {"alarms": False}})

    assert of_type(plan, ALARM) + of_type(plan, "aws:cloudwatch/eventRule:EventRule") == []
    assert len(of_type(plan, BUDGET)) == 1


@pytest.mark.parametrize(
    ("governance", "regions"),
    [
        ({}, ["me-central-1"]),
        (
            {
                "jurisdictions": ["AE", "BH"],
                "disaster_recovery": {"strategy": "second-region", "region": "me-south-1"},
            },
            ["me-central-1", "me-south-1"],
        ),
    ],
)
def test_the_region_guard_names_the_environments_regions(
    governance: dict[str, Any], regions: list[str]
) -> None:
    """Its own region, and the second one for recovery; not every region that would be lawful."""
    guard = json.loads(
        named(_plan({"governance": governance}), "guardrails").outputs["region_guard"]
    )
    (statement,) = guard["Statement"]

    assert statement["Condition"]["StringNotEquals"] == {"aws:RequestedRegion": regions}
    assert statement["Effect"] == "Deny"
    assert {"iam:*", "organizations:*", "sts:*"} <= set(statement["NotAction"])
    assert {"s3:*", "ec2:*", "kms:*"} & set(statement["NotAction"]) == set()


def test_the_region_guard_is_a_policy_only_where_asked_for() -> None:
    """Only the management account may make service control policies."""
    kind = "aws:organizations/policy:Policy"
    plan = _plan({"guardrails": {"region_scp": True}})
    policy = only(plan, kind).inputs

    assert of_type(_plan(), kind) == []
    assert policy["type"] == "SERVICE_CONTROL_POLICY"
    assert policy["content"] == named(plan, "guardrails").outputs["region_guard"]
    assert len(policy["content"]) <= 5120
