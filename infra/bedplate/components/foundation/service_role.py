"""Roles that an AWS service assumes to do one thing for the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

from bedplate.components import iam

if TYPE_CHECKING:
    import pulumi

    from bedplate.components.scope import Scope

_SECONDS_PER_HOUR = 3600


def service_role(
    name: str,
    part: str,
    service: str,
    source_arn: str,
    scope: Scope,
    opts: pulumi.ResourceOptions,
) -> aws.iam.Role:
    """Return the role `scope.names.resource(part)`, assumed only on behalf of `source_arn`."""
    names, role = scope.names, scope.names.resource(part)
    condition = {
        "StringEquals": {"aws:SourceAccount": names.account_id},
        "ArnLike": {"aws:SourceArn": source_arn},
    }
    return aws.iam.Role(
        name,
        name=role,
        assume_role_policy=iam.trust(names.service(service), condition=condition),
        permissions_boundary=scope.boundary_arn,
        max_session_duration=scope.spec.identities.max_session_hours * _SECONDS_PER_HOUR,
        tags=scope.tags(role),
        opts=opts,
    )
