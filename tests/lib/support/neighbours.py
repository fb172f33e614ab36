"""Stand-ins for the components that another component reads, with outputs that a test can name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pulumi

from bedplate.components.foundation.identities import Identities, IdentitiesArgs

if TYPE_CHECKING:
    from bedplate.components.scope import Scope

ACCOUNT = "111122223333"
"""Account of the base environment."""

REGION = "me-central-1"
"""Region of the base environment."""

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key"
"""What the ARN of a key begins with; the name of its data class follows."""

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!db-1"
"""Secret of the database's owner."""


def keys() -> Any:
    """Return keys whose ARNs end with the name of their data class."""
    return SimpleNamespace(arn=lambda data_class: pulumi.Output.from_input(f"{KEY}/{data_class}"))


def network() -> Any:
    """Return a network over three zones."""
    return SimpleNamespace(
        vpc_id=pulumi.Output.from_input("vpc-1"),
        vpc_cidr="10.40.0.0/16",
        private_subnet_ids=[pulumi.Output.from_input(f"subnet-p{zone}") for zone in "abc"],
        intra_subnet_ids=[pulumi.Output.from_input(f"subnet-i{zone}") for zone in "abc"],
    )


def cluster() -> Any:
    """Return a cluster."""
    return SimpleNamespace(
        cluster_name=pulumi.Output.from_input("acme-prod"),
        security_group_id=pulumi.Output.from_input("sg-1"),
        ready=[],
    )


def stores() -> Any:
    """Return the part of the stores that identities read."""
    return SimpleNamespace(database_secret_arn=pulumi.Output.from_input(SECRET))


def audit(group: str | None = "trail-log") -> Any:
    """Return an audit component whose trail writes to `group`."""
    name = None if group is None else pulumi.Output.from_input(group)
    return SimpleNamespace(trail_log_group_name=name)


def registry(*teams: str) -> Any:
    """Return a registry with a repository for each team."""
    host = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    urls = {team: pulumi.Output.from_input(f"{host}/acme-prod/{team}") for team in teams}
    return SimpleNamespace(repository_urls=urls)


def identities(scope: Scope) -> Identities:
    """Create the identities among stand-ins."""
    args = IdentitiesArgs(
        scope=scope,
        keys=keys(),
        network=network(),
        cluster=cluster(),
        stores=stores(),
        registry=registry(*scope.spec.teams),
    )
    return Identities("identities", args)
