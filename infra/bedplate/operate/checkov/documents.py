"""A Plan as Checkov reads it: a Terraform plan for AWS, a manifest for each Kubernetes object."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bedplate.engine.plan import SECRET, UNKNOWN
from bedplate.operate.checkov.names import attributes, snake, terraform_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bedplate.engine.plan import Plan, Resource

TERRAFORM: Final = "tfplan.json"
"""Name of the Terraform plan."""
_PROVIDER: Final = "registry.terraform.io/hashicorp/aws"
_VERSION: Final = "1.2"
"""Version of Terraform's JSON plan format."""
_NO_OBJECTS: Final = ("kubernetes:helm.sh/", "kubernetes:yaml/", "kubernetes:kustomize/")
"""Types that stand for objects which are not in the plan."""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A resource that Checkov was not asked about."""

    urn: str
    """The resource."""
    type: str
    """Its type token."""
    reason: str
    """Why it could not be put to Checkov."""


@dataclass(frozen=True, slots=True)
class Documents:
    """What Checkov is given, and what that stands for."""

    files: dict[str, str]
    """Text of each file by its name."""
    resources: dict[str, Resource]
    """Resources by their Terraform address, or by the name of their manifest."""
    unmapped: tuple[Unmapped, ...]
    """Resources that are in no file."""


def documents(plan: Plan) -> Documents:
    """Return a plan as files; components and providers are no resources of either kind."""
    files: dict[str, str] = {}
    asked: dict[str, Resource] = {}
    unmapped: list[Unmapped] = []
    terraform: list[tuple[str, Resource]] = []
    for number, resource in enumerate(plan.resources()):
        if resource.is_provider or resource.type.startswith("bedplate:"):
            continue
        name = terraform_type(resource.type)
        if name is not None:
            address = f"{name}.r{number}"
            asked[address] = resource
            terraform.append((address, resource))
        elif _is_object(resource):
            file = f"r{number}.json"
            asked[file] = resource
            files[file] = json.dumps(_manifest(resource.inputs))
        elif resource.custom or resource.type.startswith("kubernetes:"):
            unmapped.append(Unmapped(resource.urn, resource.type, _reason(resource)))
    if terraform:
        files[TERRAFORM] = json.dumps(_terraform(terraform))
    return Documents(files, asked, tuple(unmapped))


def _is_object(resource: Resource) -> bool:
    is_object = resource.type.startswith("kubernetes:") and "kind" in resource.inputs
    is_patch = resource.type.endswith("Patch")
    return is_object and not is_patch and not resource.type.startswith(_NO_OBJECTS)


def _reason(resource: Resource) -> str:
    if resource.type.startswith(_NO_OBJECTS):
        return "its objects are not in the plan"
    if resource.type.startswith("kubernetes:"):
        return "it changes a part of an object that is not in the plan"
    return "Checkov knows no such type"


def _manifest(value: Any) -> Any:
    """Return an object without what is unknown or secret."""
    if isinstance(value, dict):
        kept = {key: _manifest(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (SECRET, UNKNOWN)}
    if isinstance(value, list):
        return [_manifest(item) for item in value if item not in (SECRET, UNKNOWN)]
    return value


def _terraform(resources: Sequence[tuple[str, Resource]]) -> dict[str, Any]:
    """Return the JSON form that `terraform show -json` gives of a plan."""
    addresses = {resource.urn: address for address, resource in resources}
    values = {address: attributes(r.type, r.inputs) for address, r in resources}
    planned = [_entry(address) | {"values": values[address]} for address, _ in resources]
    changes = [
        _entry(address)
        | {"change": {"actions": ["create"], "before": None, "after": values[address]}}
        for address, _ in resources
    ]
    configuration = [
        {key: value for key, value in _entry(address).items() if key != "provider_name"}
        | {"provider_config_key": "aws", "expressions": _expressions(resource, addresses)}
        for address, resource in resources
    ]
    return {
        "format_version": _VERSION,
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "full_name": _PROVIDER}},
            "root_module": {"resources": configuration},
        },
    }


def _entry(address: str) -> dict[str, Any]:
    kind, _, name = address.partition(".")
    return {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_name": _PROVIDER,
    }


def _is_block(value: Any) -> bool:
    items = value if isinstance(value, list) else [value]
    return any(isinstance(item, dict) and item not in (SECRET, UNKNOWN) for item in items)


def _expressions(resource: Resource, addresses: Mapping[str, str]) -> dict[str, Any]:
    """Return which resources the properties read, as Checkov's own graph follows them."""
    found: dict[str, Any] = {}
    for name, urns in resource.property_dependencies.items():
        read = [addresses[urn] for urn in urns if urn in addresses]
        # A reference inside a block would hide the block.
        if read and not _is_block(resource.inputs.get(name)):
            references = [part for address in read for part in (f"{address}.id", address)]
            found[snake(name)] = {"references": references}
    return found
