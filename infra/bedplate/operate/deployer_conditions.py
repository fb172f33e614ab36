"""The conditions under which a grant of the deployer holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bedplate.operate.deployer import Deployer

Condition = dict[str, dict[str, Any]]
"""Operators, and for each the keys and values that it compares."""


def condition(kind: str, values: Sequence[str], deployer: Deployer) -> Condition:
    """Return a condition of a kind; {} where names alone decide."""
    return _KINDS[kind](deployer, list(values)) if kind else {}


def in_regions(deployer: Deployer) -> Condition:
    """Return the condition for actions that no ARN ties to a region."""
    return {"StringEquals": {"aws:RequestedRegion": list(deployer.regions)}}


def _tags(where: str, deployer: Deployer) -> dict[str, str]:
    names = deployer.names
    return {
        f"aws:{where}/platform": names.platform,
        f"aws:{where}/environment": names.environment,
    }


def _requested(deployer: Deployer, _: list[str]) -> Condition:
    return {"StringEquals": _tags("RequestTag", deployer)}


def _untagged(deployer: Deployer, _: list[str]) -> Condition:
    absent = {"aws:ResourceTag/platform": "true"}
    return {"StringEquals": _tags("RequestTag", deployer), "Null": absent}


def _tagged(deployer: Deployer, _: list[str]) -> Condition:
    return {"StringEquals": _tags("ResourceTag", deployer)}


def _cluster(deployer: Deployer, _: list[str]) -> Condition:
    # EKS' own tag on what it makes (EKS user guide, security group requirements).
    key = f"aws:ResourceTag/kubernetes.io/cluster/{deployer.names.prefix}"
    return {"StringEquals": {key: "owned"}}


def _created(_: Deployer, values: list[str]) -> Condition:
    return {"StringEquals": {"ec2:CreateAction": values}}


def _launched(deployer: Deployer, _: list[str]) -> Condition:
    return {"ArnLike": {"ec2:LaunchTemplate": deployer.names.arn("ec2", "launch-template/*")}}


def _account(deployer: Deployer, _: list[str]) -> Condition:
    return {"StringEquals": {"aws:ResourceAccount": deployer.names.account_id}}


def _bounded(deployer: Deployer, _: list[str]) -> Condition:
    return {"StringEquals": {"iam:PermissionsBoundary": deployer.boundary_arn}}


def _attached(deployer: Deployer, values: list[str]) -> Condition:
    own = deployer.names.policy_arn("*")
    others = [each for each in values if not each.startswith(own.removesuffix("*"))]
    return _bounded(deployer, []) | {"ArnLike": {"iam:PolicyARN": [own, *others]}}


def _passed(_: Deployer, values: list[str]) -> Condition:
    return {"StringEquals": {"iam:PassedToService": values}}


def _linked(_: Deployer, values: list[str]) -> Condition:
    return {"StringEquals": {"iam:AWSServiceName": values}}


def _through(deployer: Deployer, values: list[str]) -> Condition:
    account = {"kms:CallerAccount": deployer.names.account_id}
    return {"StringEquals": {**account, "kms:ViaService": values}}


def _granted(deployer: Deployer, values: list[str]) -> Condition:
    return _through(deployer, values) | {"Bool": {"kms:GrantIsForAWSResource": "true"}}


_KINDS: dict[str, Callable[[Deployer, list[str]], Condition]] = {
    "account": _account,
    "attached": _attached,
    "bounded": _bounded,
    "cluster": _cluster,
    "created": _created,
    "granted": _granted,
    "launched": _launched,
    "linked": _linked,
    "passed": _passed,
    "requested": _requested,
    "tagged": _tagged,
    "through": _through,
    "untagged": _untagged,
}
"""Conditions by kind, as ``deployer_actions.yaml`` names them."""

KINDS = frozenset(_KINDS)
"""All kinds."""
