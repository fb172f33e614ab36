"""The roles of AWS services exist before a key policy names them, and outlive the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.layers import named, of_type, simulated

from bedplate.components.foundation.identities_linked_roles import (
    ServiceLinkedRoles,
    ServiceLinkedRolesArgs,
)
from bedplate.components.foundation.keys import Keys, KeysArgs

if TYPE_CHECKING:
    from bedplate.components.scope import Scope

ROLE = "aws:iam/serviceLinkedRole:ServiceLinkedRole"
KEY = "aws:kms/key:Key"


def _build(scope: Scope) -> None:
    linked = ServiceLinkedRoles("linked", ServiceLinkedRolesArgs(scope=scope))
    Keys("keys", KeysArgs(scope=scope, after=linked.roles))


def test_keys_wait_for_the_roles_that_their_policies_name() -> None:
    """The roles of EC2 Auto Scaling and EC2 Spot come first, and stay in the account."""
    plan = simulated(_build)
    roles = of_type(plan, ROLE)

    assert [role.inputs["awsServiceName"] for role in roles] == [
        "autoscaling.amazonaws.com",
        "spot.amazonaws.com",
    ]
    assert all(role.options["retainOnDelete"] for role in roles)
    assert all({r.urn for r in roles} <= set(key.dependencies) for key in of_type(plan, KEY))
    assert roles[0].outputs["arn"] in named(plan, "keys-platform").inputs["policy"]


def test_an_account_that_has_the_roles_keeps_them() -> None:
    """AWS refuses a second role of a service, so an existing one is not made again."""
    plan = simulated(_build, {"identities": {"service_linked_roles": "existing"}})

    assert of_type(plan, ROLE) == []
    assert len(of_type(plan, KEY)) == 6
