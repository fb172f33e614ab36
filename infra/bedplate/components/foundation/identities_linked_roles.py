"""The service-linked roles that nodes need, which AWS makes once per account.

The key of nodes names the role of EC2 Auto Scaling as a principal, and KMS refuses a policy that
names a role which does not exist. EC2 Spot's role must exist before Karpenter buys spot capacity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from bedplate.components.component import Component

if TYPE_CHECKING:
    from bedplate.components.scope import Scope

SERVICES = ("autoscaling", "spot")
"""Services whose role is made, as the first part of their DNS name."""


@dataclass(frozen=True, kw_only=True)
class ServiceLinkedRolesArgs:
    """What the roles are made from."""

    scope: Scope
    """The environment."""


class ServiceLinkedRoles(Component):
    """The roles of AWS services that act for the environment's nodes."""

    roles: list[pulumi.Resource]
    """What the keys wait for; empty where the account has the roles. Not a registered output."""

    def __init__(
        self, name: str, args: ServiceLinkedRolesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Create the roles, unless the account has them."""
        super().__init__("bedplate:foundation:ServiceLinkedRoles", name, "identities", opts)
        spec = args.scope.spec.identities
        managed = spec.service_linked_roles == "managed"
        self._tags = args.scope.tags
        self.roles = [self._role(name, service) for service in SERVICES] if managed else []
        self.register_outputs({})

    def _role(self, name: str, service: str) -> pulumi.Resource:
        # The account keeps the role: others may use it by then, and AWS refuses to delete it.
        opts = pulumi.ResourceOptions(parent=self, retain_on_delete=True)
        principal = f"{service}.amazonaws.com"
        return aws.iam.ServiceLinkedRole(
            f"{name}-{service}", aws_service_name=principal, tags=self._tags(principal), opts=opts
        )
