"""Answers to data sources, from the account, the region and the arguments alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bedplate.engine.outputs.kind import CREATED_AT
from bedplate.engine.outputs.model import Account, derived
from bedplate.engine.outputs.network import zone_id
from bedplate.engine.outputs.policy_document import render_policy_document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Arguments: TypeAlias = "Mapping[str, Any]"
Answer: TypeAlias = "Callable[[Arguments, Account], dict[str, Any]]"


def answer(token: str, arguments: Arguments, account: Account) -> dict[str, Any] | None:
    """Return what the function answers, or None where it is not known here."""
    function = FUNCTIONS.get(token)
    return None if function is None else function(arguments, account)


def _region(arguments: Arguments, account: Account) -> str:
    region = arguments.get("region") or arguments.get("name")
    return region if isinstance(region, str) else account.region


def _partition(_arguments: Arguments, account: Account) -> dict[str, Any]:
    return {
        "id": account.partition,
        "partition": account.partition,
        "dnsSuffix": account.dns_suffix,
        "reverseDnsPrefix": ".".join(reversed(account.dns_suffix.split("."))),
    }


def _caller_identity(_arguments: Arguments, account: Account) -> dict[str, Any]:
    role = "assumed-role/bedplate-deployer/simulated"
    return {
        "id": account.account_id,
        "accountId": account.account_id,
        "arn": account.global_arn("sts", role),
        "userId": f"AROA{derived(account.account_id, 'caller').upper()}:simulated",
    }


def _get_region(arguments: Arguments, account: Account) -> dict[str, Any]:
    region = _region(arguments, account)
    endpoint = f"ec2.{region}.{account.dns_suffix}"
    values = {"id": region, "name": region, "region": region}
    return values | {"description": region, "endpoint": endpoint}


def _availability_zones(arguments: Arguments, account: Account) -> dict[str, Any]:
    region = arguments.get("region")
    region = region if isinstance(region, str) else account.region
    excluded = arguments.get("excludeNames") or []
    names = [f"{region}{letter}" for letter in "abc" if f"{region}{letter}" not in excluded]
    return {
        "id": region,
        "region": region,
        "names": names,
        "zoneIds": [zone_id(name) for name in names],
        "groupNames": [region],
    }


def _default_tags(_arguments: Arguments, account: Account) -> dict[str, Any]:
    return {"id": account.partition, "tags": dict(account.default_tags)}


def _service_principal(arguments: Arguments, account: Account) -> dict[str, Any]:
    # Nearly every service has the same principal in all partitions (AWS General Reference).
    service = str(arguments.get("serviceName", ""))
    name = f"{service}.amazonaws.com"
    region = _region({"region": arguments.get("region")}, account)
    values = {"id": name, "name": name, "region": region}
    return values | {"serviceName": service, "suffix": "amazonaws.com"}


def _arn(arguments: Arguments, _account: Account) -> dict[str, Any]:
    arn = str(arguments.get("arn", ""))
    parts = [*arn.split(":", 5), *[""] * 6][1:6]
    keys = ("partition", "service", "region", "account", "resource")
    return {"id": arn, "arn": arn} | dict(zip(keys, parts, strict=True))


def _policy_document(arguments: Arguments, _account: Account) -> dict[str, Any]:
    document = render_policy_document(arguments)
    text = json.dumps(document, indent=2)
    return {
        **arguments,
        "id": str(int(derived(text, "document", 8), 16)),
        "version": document["Version"],
        "json": text,
        "minifiedJson": json.dumps(document, separators=(",", ":")),
    }


def _session_context(arguments: Arguments, account: Account) -> dict[str, Any]:
    arn = str(arguments.get("arn", ""))
    name = "bedplate-deployer"
    if ":assumed-role/" not in arn:
        return {"id": arn, "arn": arn, "issuerArn": arn, "issuerId": "", "issuerName": ""}
    name = arn.split("/")[1]
    issuer = account.global_arn("iam", f"role/{name}")
    identifier = f"AROA{derived(issuer, 'issuer').upper()}"
    values = {"id": arn, "arn": arn, "issuerArn": issuer, "issuerId": identifier}
    return values | {"issuerName": name, "sessionName": arn.rsplit("/", 1)[-1]}


def _cluster_auth(arguments: Arguments, account: Account) -> dict[str, Any]:
    name = str(arguments.get("name", ""))
    token = {"$secret": True}
    return {"id": name, "name": name, "region": account.region, "token": token}


def _addon_version(arguments: Arguments, account: Account) -> dict[str, Any]:
    name = str(arguments.get("addonName", ""))
    values = {"id": name, "region": account.region, "version": "v1.0.0-eksbuild.1"}
    return {**arguments, **values}


def _prefix_list(arguments: Arguments, account: Account) -> dict[str, Any]:
    name = str(arguments.get("name") or arguments.get("prefixListId") or "")
    service = name.rsplit(".", 1)[-1]
    identifier = f"pl-{derived(account.region + service, 'prefix-list')[:8]}"
    values = {"id": identifier, "prefixListId": identifier, "name": name}
    return values | {"cidrBlocks": ["203.0.113.0/24"], "region": account.region}


def _managed_prefix_list(arguments: Arguments, account: Account) -> dict[str, Any]:
    values = _prefix_list(arguments, account)
    arn = f"arn:{account.partition}:ec2:{account.region}:aws:prefix-list/{values['id']}"
    entries = [{"cidr": "203.0.113.0/24", "description": ""}]
    more = {"arn": arn, "entries": entries, "maxEntries": 1, "ownerId": "AWS", "version": 1}
    keys = ("id", "name", "region")
    return {key: values[key] for key in keys} | more | {"addressFamily": "IPv4"}


def _parameter(arguments: Arguments, account: Account) -> dict[str, Any]:
    # Public parameters name machine images; any other one is a value the simulator can't know.
    name = str(arguments.get("name", ""))
    is_public = name.startswith("/aws/service/")
    value = f"ami-{derived(account.region + name, 'parameter')}" if is_public else {"$secret": True}
    arn = account.arn("ssm", f"parameter{name}" if name.startswith("/") else f"parameter/{name}")
    values = {"id": name, "name": name, "arn": arn, "region": account.region, "version": 1}
    shown = {"insecureValue": value} if is_public else {}
    return values | shown | {"type": "String", "value": value}


def _role(arguments: Arguments, account: Account) -> dict[str, Any]:
    name = str(arguments.get("name", ""))
    return {
        "id": name,
        "name": name,
        "arn": account.global_arn("iam", f"role/{name}"),
        "path": "/",
        "createDate": CREATED_AT,
        "uniqueId": f"AROA{derived(account.account_id + name, 'role').upper()}",
    }


def _key_alias(arguments: Arguments, account: Account) -> dict[str, Any]:
    name = str(arguments.get("name", ""))
    digits = derived(account.account_id + account.region + name, "key", 32)
    key = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))
    arn = account.arn("kms", name)
    values = {"id": arn, "name": name, "arn": arn, "region": account.region}
    return values | {"targetKeyId": key, "targetKeyArn": account.arn("kms", f"key/{key}")}


def _detector(arguments: Arguments, account: Account) -> dict[str, Any]:
    given = arguments.get("id")
    detector = given if isinstance(given, str) else derived(account.account_id, "detector", 32)
    arn = account.arn("guardduty", f"detector/{detector}")
    return {"id": detector, "arn": arn, "region": account.region, "status": "ENABLED"}


def _organization(_arguments: Arguments, account: Account) -> dict[str, Any]:
    organization = f"o-{derived(account.account_id, 'organization', 10)}"
    arn = account.global_arn("organizations", f"organization/{organization}")
    return {"id": organization, "arn": arn, "masterAccountId": account.account_id}


FUNCTIONS: Final[Mapping[str, Answer]] = {
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": _managed_prefix_list,
    "aws:ec2/getPrefixList:getPrefixList": _prefix_list,
    "aws:eks/getAddonVersion:getAddonVersion": _addon_version,
    "aws:eks/getClusterAuth:getClusterAuth": _cluster_auth,
    "aws:guardduty/getDetector:getDetector": _detector,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
    "aws:iam/getRole:getRole": _role,
    "aws:iam/getSessionContext:getSessionContext": _session_context,
    "aws:index/getArn:getArn": _arn,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getDefaultTags:getDefaultTags": _default_tags,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _get_region,
    "aws:index/getServicePrincipal:getServicePrincipal": _service_principal,
    "aws:kms/getAlias:getAlias": _key_alias,
    "aws:organizations/getOrganization:getOrganization": _organization,
    "aws:ssm/getParameter:getParameter": _parameter,
}
"""Every data source that the simulator and the stand-in provider can answer."""
