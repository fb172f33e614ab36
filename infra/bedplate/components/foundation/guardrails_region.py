"""The region guard: no request outside the environment's regions, whoever makes it.

Service control policies bind neither the management account nor service-linked roles (IAM user
guide). The document is an output, so that whoever manages the organisation can attach it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.spec.platform import PlatformSpec

GLOBAL_SERVICES = (
    "access-analyzer",
    "account",
    "billing",
    "budgets",
    "ce",
    "cloudfront",
    "cur",
    "ecr-public",
    "globalaccelerator",
    "health",
    "iam",
    "networkmanager",
    "organizations",
    "pricing",
    "route53",
    "route53domains",
    "shield",
    "sso",
    "sts",
    "support",
    "trustedadvisor",
    "waf",
    "wafv2",
)
"""Services with a global endpoint, which lies in one region for everybody, or with none at all."""

_EXEMPT_ROLES = ("AWSControlTowerExecution", "OrganizationAccountAccessRole")
"""Roles by which the organisation itself reaches an account."""


def regions(spec: PlatformSpec) -> list[str]:
    """Return the regions of an environment: its own, and the second one for recovery."""
    recovery = spec.governance.disaster_recovery
    second = [recovery.region] if recovery.strategy == "second-region" and recovery.region else []
    return sorted({spec.aws.region, *second})


def outside(spec: PlatformSpec, services: Sequence[str]) -> dict[str, Any]:
    """Return the statement that denies other regions to all services but those named."""
    return {
        "Sid": "DenyOtherRegions",
        "Effect": "Deny",
        "NotAction": [f"{service}:*" for service in services],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": regions(spec)}},
    }


def region_guard(spec: PlatformSpec) -> str:
    """Return the service control policy of an environment as JSON."""
    statement = outside(spec, GLOBAL_SERVICES)
    exempt = [f"arn:{spec.aws.partition}:iam::*:role/{role}" for role in _EXEMPT_ROLES]
    statement["Condition"]["ArnNotLike"] = {"aws:PrincipalArn": exempt}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
