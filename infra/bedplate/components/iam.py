"""IAM policy documents: small builders, so that every statement reads the same way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Statement = dict[str, Any]
"""One statement of a policy document; values may be outputs."""


def allow(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[pulumi.Input[str]],
    *,
    condition: Mapping[str, Any] | None = None,
    principal: Mapping[str, Any] | None = None,
) -> Statement:
    """Return an Allow statement. Without `principal` it is for an identity policy."""
    return _statement("Allow", sid, actions, resources, condition, principal)


def deny(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[pulumi.Input[str]],
    *,
    condition: Mapping[str, Any] | None = None,
    principal: Mapping[str, Any] | str | None = None,
) -> Statement:
    """Return a Deny statement; a resource policy denies `principal="*"`."""
    return _statement("Deny", sid, actions, resources, condition, principal)


def _statement(
    effect: str,
    sid: str,
    actions: Sequence[str],
    resources: Sequence[pulumi.Input[str]],
    condition: Mapping[str, Any] | None,
    principal: Mapping[str, Any] | str | None,
) -> Statement:
    statement: Statement = {"Sid": sid, "Effect": effect}
    if principal is not None:
        statement["Principal"] = principal
    statement |= {"Action": list(actions), "Resource": list(resources)}
    if condition:
        statement["Condition"] = dict(condition)
    return statement


def document(*statements: Statement) -> pulumi.Output[str]:
    """Return a policy document as JSON text."""
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(service: str, *actions: str, condition: Mapping[str, Any] | None = None) -> str:
    """Return the trust policy that lets a service assume a role."""
    statement: Statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": list(actions) or ["sts:AssumeRole"],
    }
    if condition:
        statement["Condition"] = dict(condition)
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


POD_IDENTITY = ("sts:AssumeRole", "sts:TagSession")
"""What `pods.eks.amazonaws.com` does to a role (EKS user guide, Pod Identity)."""
