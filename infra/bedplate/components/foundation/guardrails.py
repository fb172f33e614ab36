"""Limits around an environment: budget, alarms with a contact, and the region guard."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from bedplate.components import iam
from bedplate.components.component import Component
from bedplate.components.foundation.guardrails_alarms import Alarms, AlarmsArgs
from bedplate.components.foundation.guardrails_budget import Budget, BudgetArgs
from bedplate.components.foundation.guardrails_region import region_guard

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.foundation.audit import Audit
    from bedplate.components.foundation.keys import Keys
    from bedplate.components.scope import Scope

_HIGH_SEVERITY = 7
"""GuardDuty calls a finding high from 7.0 upwards (GuardDuty user guide, severity levels)."""

_BILLED_ELSEWHERE = ("aws-us-gov",)
"""Partitions without AWS Budgets: GovCloud is billed through a commercial account (AWS GovCloud
user guide, billing and payment), and a budget must stand there."""


@dataclass(frozen=True, kw_only=True)
class GuardrailsArgs:
    """What the guardrails are made from."""

    scope: Scope
    """The environment."""
    keys: Keys
    """Keys, of which `platform` encrypts the alarm topic."""
    audit: Audit
    """The trail whose log group alarms watch."""


class Guardrails(Component):
    """Budget, alarm topic, alarms, and the region guard."""

    alarm_topic_arn: pulumi.Output[str]
    """Topic that alarms go to."""
    region_guard: str
    """Service control policy that denies other regions, as JSON."""

    def __init__(
        self, name: str, args: GuardrailsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the limits."""
        super().__init__("bedplate:foundation:Guardrails", name, "guardrails", opts)
        self._name, self._args, self._scope = name, args, args.scope
        self._has_budgets = args.scope.spec.aws.partition not in _BILLED_ELSEWHERE
        topic, policy = self._topic()
        self.alarm_topic_arn = topic.arn
        self.region_guard = region_guard(args.scope.spec)
        self._contact(topic)
        if self._has_budgets:
            budget = BudgetArgs(scope=args.scope, topic_arn=topic.arn, topic_policy=policy)
            Budget(f"{name}-budget", budget, self.child)
        if args.scope.spec.guardrails.alarms:
            self._alarms(topic)
            self._threats(topic)
        if args.scope.spec.guardrails.region_scp:
            self._region_policy()
        self.register_outputs(
            {"alarm_topic_arn": self.alarm_topic_arn, "region_guard": self.region_guard}
        )

    def _topic(self) -> tuple[aws.sns.Topic, aws.sns.TopicPolicy]:
        name = self._scope.names.resource("alarms")
        topic = aws.sns.Topic(
            f"{self._name}-topic",
            name=name,
            kms_master_key_id=self._args.keys.arn("platform"),
            tags=self._scope.tags(name),
            opts=self.child,
        )
        policy = aws.sns.TopicPolicy(
            f"{self._name}-topic-policy",
            arn=topic.arn,
            policy=iam.document(*self._topic_statements()),
            opts=self.child,
        )
        return topic, policy

    def _topic_statements(self) -> list[iam.Statement]:
        names, publish = self._scope.names, ["sns:Publish"]
        topic = [names.arn("sns", names.resource("alarms"))]
        own = {"StringEquals": {"aws:SourceAccount": names.account_id}}
        senders = ["budgets", "cloudwatch"] if self._has_budgets else ["cloudwatch"]
        services = [names.service(sender) for sender in senders]
        plain = {"Bool": {"aws:SecureTransport": "false"}}
        return [
            iam.deny("DenyPlainText", publish, topic, condition=plain, principal="*"),
            iam.allow("Alarms", publish, topic, condition=own, principal={"Service": services}),
            # EventBridge takes no condition in a topic's policy (user guide, Amazon SNS targets).
            iam.allow("Events", publish, topic, principal={"Service": names.service("events")}),
        ]

    def _contact(self, topic: aws.sns.Topic) -> None:
        # Nothing is sent until the contact has confirmed the first mail.
        aws.sns.TopicSubscription(
            f"{self._name}-contact",
            topic=topic.arn,
            protocol="email",
            endpoint=self._scope.spec.monitoring.alerts.contact,
            opts=self.child,
        )

    def _alarms(self, topic: aws.sns.Topic) -> None:
        args = AlarmsArgs(
            scope=self._scope,
            topic_arn=topic.arn,
            trail_log_group_name=self._args.audit.trail_log_group_name,
        )
        Alarms(f"{self._name}-alarms", args, self.child)

    def _threats(self, topic: aws.sns.Topic) -> None:
        """Send GuardDuty's findings of high severity to the topic."""
        name = self._scope.names.resource("threats")
        detail = {"severity": [{"numeric": [">=", _HIGH_SEVERITY]}]}
        pattern = {
            "source": ["aws.guardduty"],
            "detail-type": ["GuardDuty Finding"],
            "detail": detail,
        }
        rule = aws.cloudwatch.EventRule(
            f"{self._name}-threats",
            name=name,
            description="GuardDuty findings of high severity",
            event_pattern=json.dumps(pattern),
            tags=self._scope.tags(name),
            opts=self.child,
        )
        aws.cloudwatch.EventTarget(
            f"{self._name}-threats-target", rule=rule.name, arn=topic.arn, opts=self.child
        )

    def _region_policy(self) -> None:
        name = self._scope.names.resource("regions")
        aws.organizations.Policy(
            f"{self._name}-regions",
            name=name,
            description="No request outside the regions of the environment",
            type="SERVICE_CONTROL_POLICY",
            content=self.region_guard,
            tags=self._scope.tags(name),
            opts=self.child,
        )
