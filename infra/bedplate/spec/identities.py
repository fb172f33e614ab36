"""Section `identities`: the roles of controllers and teams."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bedplate.spec.audit import Ownership
from bedplate.spec.base import Arn, Spec


class IdentitiesSpec(Spec):
    """How workload roles are bounded."""

    permissions_boundary_arn: Arn | None = None
    """An existing boundary for every role; absent: the environment makes its own."""
    service_linked_roles: Ownership = "managed"
    """The roles of EC2 Auto Scaling and EC2 Spot, which exist once per account: `existing` where
    the account has used either, or another environment in it makes them."""
    max_session_hours: Annotated[int, Field(ge=1, le=12)] = 1
    """Longest session of a role, hours."""
