"""The monthly budget of an environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi_aws as aws

from bedplate.components.component import Component

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.scope import Scope

_WHOLE_BUDGET = 100
"""Percent."""


@dataclass(frozen=True, kw_only=True)
class BudgetArgs:
    """What the budget is made from."""

    scope: Scope
    """The environment."""
    topic_arn: pulumi.Output[str]
    """Topic that is told, beside the contact."""
    topic_policy: pulumi.Resource
    """What lets AWS Budgets publish to the topic."""


class Budget(Component):
    """A limit: told early, and told when the month is going to exceed it.

    It counts what carries the environment's tags. AWS counts by a tag only once the payer has
    activated it as a cost allocation tag.
    """

    budget_name: str
    """Name of the budget."""

    def __init__(
        self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the budget."""
        super().__init__("bedplate:foundation:Budget", name, "budget", opts)
        self._scope, self._spec = args.scope, args.scope.spec.budget
        self.budget_name = args.scope.names.resource("monthly")
        aws.budgets.Budget(
            f"{name}-monthly",
            name=self.budget_name,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=f"{self._spec.monthly_usd:.2f}",
            limit_unit="USD",
            cost_filters=[{"name": "TagKeyValue", "values": self._counted()}],
            notifications=self._notifications(args.topic_arn),
            tags=self._scope.tags(self.budget_name),
            opts=self.after(args.topic_policy),
        )
        self.register_outputs({"budget_name": self.budget_name})

    def _counted(self) -> list[str]:
        spec = self._scope.spec
        tags = {"environment": spec.environment, "platform": spec.platform}
        return [f"user:{key}${value}" for key, value in tags.items()]

    def _notifications(self, topic_arn: pulumi.Output[str]) -> Any:
        told: dict[str, Any] = {
            "comparison_operator": "GREATER_THAN",
            "threshold_type": "PERCENTAGE",
            "subscriber_email_addresses": [self._scope.spec.monitoring.alerts.contact],
            "subscriber_sns_topic_arns": [topic_arn],
        }
        return [
            told | {"notification_type": "ACTUAL", "threshold": self._spec.warn_percent},
            told | {"notification_type": "FORECASTED", "threshold": _WHOLE_BUDGET},
        ]
