"""Ten of our checks, written by hand with Pulumi's Python policy SDK, and run by its own machinery.

Requests are built before the clock runs and no gRPC lies between, which both favour the SDK.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import (
    EnforcementLevel,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)
from pulumi_policy import policy as sdk

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bedplate.engine.plan import Resource

    Report = Callable[..., None]

SAME = (
    "ENC-003", "ENC-005", "ENC-007", "ENC-008", "ENC-009",
    "SUP-004", "TAG-001", "ZT-001", "ZT-009", "RES-001",
)  # fmt: skip
"""Our policies that the checks below are written after."""
TAGS = ("owner", "environment", "cost_center", "data_classification")
KEYED = (
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudtrail/trail:Trail",
    "aws:sns/topic:Topic",
    "aws:sqs/queue:Queue",
)
STORES = ("aws:rds/instance:Instance", "aws:backup/vault:Vault")


def _rotation(args: ResourceValidationArgs, report: Report) -> None:
    if args.resource_type != "aws:kms/key:Key":
        return
    if args.props.get("enableKeyRotation") is not True:
        report("The key does not rotate.")
    if (args.props.get("deletionWindowInDays") or 30) < 14:
        report("The key is deleted too soon.")


def _cluster_secrets(args: ResourceValidationArgs, report: Report) -> None:
    if args.resource_type != "aws:eks/cluster:Cluster":
        return
    config = args.props.get("encryptionConfig") or {}
    if not (config.get("provider") or {}).get("keyArn"):
        report("Secrets are not encrypted by a key.")
    if "secrets" not in (config.get("resources") or []):
        report("Secrets are not encrypted.")


def _repositories(args: ResourceValidationArgs, report: Report) -> None:
    if args.resource_type != "aws:ecr/repository:Repository":
        return
    configurations = args.props.get("encryptionConfigurations") or []
    if not any(c.get("encryptionType") == "KMS" and c.get("kmsKey") for c in configurations):
        report("The repository is not encrypted by a key.")


def _stores(args: ResourceValidationArgs, report: Report) -> None:
    if args.resource_type not in STORES:
        return
    if args.resource_type == STORES[0] and args.props.get("storageEncrypted") is not True:
        report("The database is not encrypted.")
    if not (args.props.get("kmsKeyId") or args.props.get("kmsKeyArn")):
        report("The store has no key.")


def _logs(args: ResourceValidationArgs, report: Report) -> None:
    if args.resource_type not in KEYED:
        return
    key = args.props.get("kmsKeyId") or args.props.get("kmsMasterKeyId")
    if not key or key.startswith("alias/aws/"):
        report("It is not encrypted by a key of ours.")


def _scanning(args: ResourceValidationArgs, report: Report) -> None:
    if args.resource_type != "aws:ecr/repository:Repository":
        return
    if args.props.get("imageTagMutability") != "IMMUTABLE":
        report("Tags can be moved.")


def _tags(args: ResourceValidationArgs, report: Report) -> None:
    if not args.resource_type.startswith("aws:") or "tags" not in args.props:
        return
    tags = args.props.get("tags") or {}
    for tag in TAGS:
        if not tags.get(tag):
            report(f"The tag {tag} is missing.")


def _endpoint(args: ResourceValidationArgs, report: Report) -> None:
    if args.resource_type != "aws:eks/cluster:Cluster":
        return
    config = args.props.get("vpcConfig") or {}
    if config.get("endpointPrivateAccess") is not True:
        report("There is no private endpoint.")
    if config.get("endpointPublicAccess") is not False:
        blocks = config.get("publicAccessCidrs") or ["0.0.0.0/0"]
        if "0.0.0.0/0" in blocks:
            report("The endpoint is open to everybody.")


def _nodes(args: ResourceValidationArgs, report: Report) -> None:
    if args.resource_type == "aws:ec2/subnet:Subnet" and args.props.get("mapPublicIpOnLaunch"):
        report("Nodes get public addresses.")
    if args.resource_type != "aws:ec2/launchTemplate:LaunchTemplate":
        return
    options = args.props.get("metadataOptions") or {}
    if options.get("httpTokens") != "required" or args.props.get("keyName"):
        report("Nodes are not hardened.")


def _region(args: ResourceValidationArgs, report: Report) -> None:
    if not args.resource_type.startswith("aws:"):
        return
    region = args.props.get("region") or (args.provider and args.provider.props.get("region"))
    if region != "me-central-1":
        report("It lies in another region.")


CHECKS: tuple[Callable[[ResourceValidationArgs, Report], None], ...] = (
    _rotation, _cluster_secrets, _repositories, _stores, _logs,
    _scanning, _tags, _endpoint, _nodes, _region,
)  # fmt: skip
"""One for each policy of `SAME`, in its order."""


def seconds(resources: Sequence[Resource]) -> tuple[float, int]:
    """Return how long the SDK takes for all resources, and how many violations it reports."""
    policies: list[Any] = [
        ResourceValidationPolicy(check.__name__.strip("_"), check.__doc__ or "rival", check)
        for check in CHECKS
    ]
    servicer: Any = sdk._PolicyAnalyzerServicer(  # noqa: SLF001 - its own machinery
        "rival", "1.0.0", policies, EnforcementLevel.MANDATORY, None
    )
    providers = {r.urn: r.inputs for r in resources if r.is_provider}
    requests = [_request(resource, providers) for resource in resources]
    start = time.perf_counter()
    found = sum(len(servicer.Analyze(request, None).diagnostics) for request in requests)
    return time.perf_counter() - start, found


def _request(resource: Resource, providers: Mapping[str, dict[str, Any]]) -> Any:
    request = analyzer_pb2.AnalyzeRequest(type=resource.type, urn=resource.urn, name=resource.name)
    request.properties.CopyFrom(json_format.ParseDict(resource.inputs, Struct()))
    if resource.provider:
        urn = resource.provider.rpartition("::")[0]
        request.provider.urn = urn
        properties = json_format.ParseDict(providers.get(urn, {}), Struct())
        request.provider.properties.CopyFrom(properties)
    return request
