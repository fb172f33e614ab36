"""What every component of a layer needs: the spec, the names and the tags."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bedplate.names import Names

if TYPE_CHECKING:
    import pulumi

    from bedplate.spec.platform import PlatformSpec


@dataclass(frozen=True)
class Scope:
    """One environment, as its components see it."""

    spec: PlatformSpec
    """The resolved environment."""
    boundary: pulumi.Input[str] | None = None
    """ARN of the permissions boundary, as the output that makes roles wait for it."""

    @cached_property
    def names(self) -> Names:
        """Physical names and ARNs."""
        aws = self.spec.aws
        return Names(
            self.spec.platform, self.spec.environment, aws.account_id, aws.region, aws.partition
        )

    @property
    def boundary_arn(self) -> pulumi.Input[str]:
        """ARN of the permissions boundary of every role: an existing one, or our own."""
        existing = self.spec.identities.permissions_boundary_arn
        return existing or self.boundary or self.names.policy_arn("boundary")

    @cached_property
    def zones(self) -> tuple[str, ...]:
        """Names of the availability zones that the network uses."""
        region = self.spec.aws.region
        letters = self.spec.aws.facts.zones[: self.spec.network.zones]
        return tuple(f"{region}{letter}" for letter in letters)

    def tags(self, name: str, **more: str) -> dict[str, str]:
        """Return the tags of a resource called `name` (tag policy TAG-001 and TAG-002)."""
        spec = self.spec
        tags = {
            "Name": name,
            "platform": spec.platform,
            "environment": spec.environment,
            "owner": spec.owner.team,
            "cost_center": spec.owner.cost_center,
            "data_classification": spec.governance.data_classification,
            "managed_by": "bedplate",
        }
        personal = spec.governance.personal_data
        if personal is not None:
            tags |= {
                "purpose": personal.purpose,
                "controller": personal.controller,
                "dpo_contact": personal.dpo_contact,
                "retention_days": str(personal.retention_days),
            }
        return tags | more
