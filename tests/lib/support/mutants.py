"""Faults that a policy must notice: each breaks one governed property of a plan."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bedplate.engine.plan import LayerPlan, Plan, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

Change = Callable[[Resource], Resource | None]
"""Returns a resource with a fault, itself where the fault can't be put there, None to remove it."""


@dataclass(frozen=True)
class Fault:
    """One way to break one property."""

    policy: str
    """Id of the policy that must notice."""
    token: str
    """Type of the resources that are changed."""
    what: str
    """What is changed, for the test's name."""
    change: Change
    """The change."""
    named: str = ""
    """Part of the names of the resources that are changed; empty: any."""


def mutants(plan: Plan, fault: Fault, *, alone: bool) -> Iterator[Plan]:
    """Yield the plan with the fault put into one resource of its type, for each that takes it.

    With ``alone`` the rest of the plan is left out, save providers: enough for a rule that sees one
    resource only.
    """
    for layer in plan.layers:
        for at, resource in enumerate(layer.resources):
            if resource.type != fault.token or fault.named not in resource.name:
                continue
            changed = fault.change(resource)
            if changed == resource:
                continue
            kept = () if changed is None else (changed,)
            before, after = layer.resources[:at], layer.resources[at + 1 :]
            if alone:
                before, after = tuple(r for r in layer.resources if r.is_provider), ()
            faulty = replace(layer, resources=(*before, *kept, *after))
            yield replace(plan, layers=(faulty,))


def side_by_side(plans: list[Plan]) -> Plan:
    """Return one plan whose layers are those of all plans, told apart by their project."""
    layers: list[LayerPlan] = []
    for number, plan in enumerate(plans):
        for layer in plan.layers:
            text = json.dumps(layer.to_json())
            own = text.replace(f"::{layer.project}::", f"::mutant{number}::")
            layers.append(replace(LayerPlan.from_json(json.loads(own)), project=f"mutant{number}"))
    return Plan(plans[0].environment, tuple(layers))


def _at(value: Any, steps: list[str]) -> Iterator[tuple[Any, Any]]:
    """Yield what holds the last step of a path, and that step; ``*`` is every item of a list."""
    if not isinstance(value, dict | list):
        return
    if steps[0] == "*":
        keys: list[Any] = list(range(len(value)))
    else:
        keys = [steps[0]]
    for key in keys:
        if len(steps) == 1:
            yield value, key
        elif isinstance(value, list) or key in value:
            yield from _at(value[key], steps[1:])


def put(path: str, new: Any) -> Change:
    """Set a property."""

    def change(resource: Resource) -> Resource:
        inputs = copy.deepcopy(resource.inputs)
        for holder, key in _at(inputs, path.split(".")):
            holder[key] = new
        return replace(resource, inputs=inputs)

    return change


def drop(path: str) -> Change:
    """Leave a property out."""

    def change(resource: Resource) -> Resource:
        inputs = copy.deepcopy(resource.inputs)
        for holder, key in _at(inputs, path.split(".")):
            if isinstance(holder, dict):
                holder.pop(key, None)
        return replace(resource, inputs=inputs)

    return change


def statement(prop: str, **new: Any) -> Change:
    """Add an Allow statement to a policy document."""

    def change(resource: Resource) -> Resource:
        document = json.loads(resource.inputs[prop])
        document["Statement"] = [*document["Statement"], {"Effect": "Allow"} | new]
        return replace(resource, inputs=resource.inputs | {prop: json.dumps(document)})

    return change


def without_denials(resource: Resource) -> Resource:
    """Keep only the Allow statements of a policy, and one so that it stays a policy."""
    document = json.loads(resource.inputs["policy"])
    kept = [entry for entry in document["Statement"] if entry["Effect"] == "Allow"]
    document["Statement"] = kept or [{"Effect": "Allow", "Action": "s3:ListBucket"}]
    return replace(resource, inputs=resource.inputs | {"policy": json.dumps(document)})


def gone(resource: Resource) -> None:
    """Remove the resource."""
    del resource


def option(name: str, *, value: Any) -> Change:
    """Set an option of the resource."""

    def change(resource: Resource) -> Resource:
        return replace(resource, options=resource.options | {name: value})

    return change


def without_provider(resource: Resource) -> Resource:
    """Leave the resource to the default provider."""
    return replace(resource, provider=None)


_BUCKET = "aws:s3/bucket:Bucket"
_SSE = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
_PRIVACY = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_KEY = "aws:kms/key:Key"
_CLUSTER = "aws:eks/cluster:Cluster"
_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
_GROUP = "aws:eks/nodeGroup:NodeGroup"
_RDS = "aws:rds/instance:Instance"
_LOGS = "aws:cloudwatch/logGroup:LogGroup"
_TRAIL = "aws:cloudtrail/trail:Trail"
_ECR = "aws:ecr/repository:Repository"
_CREATION = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"
_TOPIC = "aws:sns/topic:Topic"
_QUEUE = "aws:sqs/queue:Queue"
_VAULT = "aws:backup/vault:Vault"
_BACKUP = "aws:backup/plan:Plan"
_INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_GROUPS = "aws:ec2/securityGroup:SecurityGroup"
_IAM = "aws:iam/policy:Policy"
_ROLE = "aws:iam/role:Role"
_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
_LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
_VERSIONS = "aws:s3/bucketVersioning:BucketVersioning"
_LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
_SELECTION = "aws:backup/selection:Selection"
_ADMIN = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
_STRANGER = "arn:aws:iam::111122223333:role/x"
_NETWORK = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_PEER = "kubernetes:security.istio.io/v1:PeerAuthentication"
_MESH = "kubernetes:security.istio.io/v1:AuthorizationPolicy"
_SPACE = "kubernetes:core/v1:Namespace"
_POOL = "kubernetes:karpenter.sh/v1:NodePool"
_HELM = "kubernetes:helm.sh/v3:Release"
_ORIGIN = "kubernetes:constraints.gatekeeper.sh/v1beta1:BedplateImageRegistries"
_DEFAULT = "rules.*.applyServerSideEncryptionByDefault"
_AWAY = "arn:aws:events:eu-west-1:111122223333:event-bus/away"


_FAULTS: tuple[tuple[str, str, str, Change], ...] = (
    ("ENC-001", _SSE, "gone", gone),
    ("ENC-001", _SSE, "SSE-S3", put(f"{_DEFAULT}.sseAlgorithm", "AES256")),
    ("ENC-001", _SSE, "key of AWS", put(f"{_DEFAULT}.kmsMasterKeyId", "alias/aws/s3")),
    ("ENC-001", _SSE, "no key", drop(f"{_DEFAULT}.kmsMasterKeyId")),
    ("ENC-002", _POLICY, "gone", gone),
    ("ENC-002", _POLICY, "no denials", without_denials),
    ("ENC-003", _KEY, "no rotation", put("enableKeyRotation", new=False)),
    ("ENC-003", _KEY, "rotation unsaid", drop("enableKeyRotation")),
    ("ENC-003", _KEY, "short window", put("deletionWindowInDays", 7)),
    ("ENC-004", _KEY, "open", statement("policy", Principal="*", Action="kms:*", Resource="*")),
    ("ENC-011", _KEY, "no policy", drop("policy")),
    ("ENC-011", _KEY, "empty policy", put("policy", "")),
    ("ENC-005", _CLUSTER, "no encryption", drop("encryptionConfig")),
    ("ENC-006", _TEMPLATE, "open volume", put("blockDeviceMappings.*.ebs.encrypted", "false")),
    ("ENC-006", _TEMPLATE, "no key", drop("blockDeviceMappings.*.ebs.kmsKeyId")),
    ("ENC-006", _TEMPLATE, "no volumes", drop("blockDeviceMappings")),
    ("ENC-006", _GROUP, "no template", drop("launchTemplate")),
    ("ENC-007", _ECR, "no key", drop("encryptionConfigurations")),
    ("ENC-007", _CREATION, "AES", put("encryptionConfigurations.*.encryptionType", "AES256")),
    ("ENC-008", _RDS, "off", put("storageEncrypted", new=False)),
    ("ENC-008", _RDS, "no key", drop("kmsKeyId")),
    ("ENC-008", _VAULT, "no key", drop("kmsKeyArn")),
    ("ENC-009", _LOGS, "no key", drop("kmsKeyId")),
    ("ENC-009", _TRAIL, "no key", drop("kmsKeyId")),
    ("ENC-009", _TOPIC, "key of AWS", put("kmsMasterKeyId", "alias/aws/sns")),
    ("ENC-009", _QUEUE, "no key", drop("kmsMasterKeyId")),
    ("RES-001", _BUCKET, "default provider", without_provider),
    ("RES-001", _RDS, "own region", put("region", "af-south-1")),
    ("RES-004", _BUCKET, "abroad", put("region", "af-south-1")),
    (
        "RES-003",
        _BACKUP,
        "copy away",
        put("rules.*.copyActions", [{"destinationVaultArn": _AWAY.replace("events", "backup")}]),
    ),
    ("RES-006", "aws:cloudwatch/eventTarget:EventTarget", "away", put("arn", _AWAY)),
    (
        "RES-006",
        "aws:sns/topicSubscription:TopicSubscription",
        "to a stranger",
        put("endpoint", "https://hooks.stranger.example/in"),
    ),
    ("RES-006", _ALARM, "away", put("alarmActions.*", _AWAY)),
    ("TAG-001", _BUCKET, "no owner", drop("tags.owner")),
    ("TAG-001", _GROUP, "no tags", drop("tags")),
    ("TAG-001", _ROLE, "other environment", put("tags.environment", "elsewhere")),
    ("ZT-001", _CLUSTER, "public", put("vpcConfig.endpointPublicAccess", new=True)),
    ("ZT-001", _CLUSTER, "not private", put("vpcConfig.endpointPrivateAccess", new=False)),
    ("ZT-002", _INGRESS, "world", put("cidrIpv4", "0.0.0.0/0")),
    ("ZT-002", _GROUPS, "world", put("ingress", [{"cidrBlocks": ["0.0.0.0/0"]}])),
    ("ZT-006", _IAM, "all", statement("policy", Action="*", Resource="*")),
    (
        "ZT-006",
        _IAM,
        "objects",
        statement("policy", Action="s3:GetObject", Resource="arn:aws:s3:::other/*"),
    ),
    (
        "ZT-006",
        _ROLE,
        "anybody",
        statement("assumeRolePolicy", Principal={"AWS": "*"}, Action="sts:AssumeRole"),
    ),
    (
        "ZT-006",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "administrator",
        put("policyArn", "arn:aws:iam::aws:policy/AdministratorAccess"),
    ),
    ("ZT-009", _TEMPLATE, "IMDSv1", put("metadataOptions.httpTokens", "optional")),
    ("ZT-009", _TEMPLATE, "two hops", put("metadataOptions.httpPutResponseHopLimit", 2)),
    ("ZT-009", _TEMPLATE, "unsaid", drop("metadataOptions")),
    ("ZT-009", _TEMPLATE, "SSH", put("keyName", "ops")),
    ("ZT-009", _GROUP, "SSH", put("remoteAccess", {"ec2SshKey": "ops"})),
    ("ZT-009", "aws:ec2/subnet:Subnet", "public", put("mapPublicIpOnLaunch", new=True)),
    (
        "ZT-011",
        _POLICY,
        "everybody",
        statement("policy", Principal="*", Action="*", Resource="*"),
    ),
    ("ZT-012", _SPACE, "no standard", put("metadata.labels", {"a": "b"})),
    ("ZT-012", _SPACE, "no labels", drop("metadata.labels")),
    ("ZT-011", _PRIVACY, "gone", gone),
    ("ZT-011", _PRIVACY, "one switch off", put("blockPublicPolicy", new=False)),
    ("ZT-011", _PRIVACY, "one switch unsaid", drop("restrictPublicBuckets")),
    ("GPU-001", _GROUP, "unlisted", put("instanceTypes", ["p4d.24xlarge"])),
    ("OPS-001", _CLUSTER, "no audit log", put("enabledClusterLogTypes", ["api"])),
    ("OPS-001", "aws:ec2/flowLog:FlowLog", "gone", gone),
    ("OPS-001", _TRAIL, "gone", gone),
    ("OPS-001", _TRAIL, "off", put("enableLogging", new=False)),
    ("OPS-001", _TRAIL, "unproven", put("enableLogFileValidation", new=False)),
    ("OPS-001", _TRAIL, "no data events", drop("advancedEventSelectors")),
    ("OPS-002", _LOGS, "a day", put("retentionInDays", 1)),
    ("OPS-002", _LOGS, "unsaid", drop("retentionInDays")),
    ("OPS-002", _ALARM, "silent", put("alarmActions", [])),
    ("OPS-002", "aws:sns/topicSubscription:TopicSubscription", "gone", gone),
    ("OPS-002", "aws:guardduty/detector:Detector", "gone", gone),
    ("OPS-003", _VERSIONS, "gone", gone),
    ("OPS-003", _VERSIONS, "suspended", put("versioningConfiguration.status", "Suspended")),
    ("OPS-003", _SELECTION, "gone", gone),
    ("OPS-003", _SELECTION, "nothing", drop("resources")),
    ("OPS-003", _SELECTION, "empty", put("resources", [])),
    ("OPS-003", _BACKUP, "no rules", drop("rules")),
    ("OPS-003", _BACKUP, "empty", put("rules", [])),
    ("OPS-004", _LIFECYCLE, "gone", gone),
    ("OPS-004", _LIFECYCLE, "disabled", put("rules.*.status", "Disabled")),
    ("OPS-004", _LIFECYCLE, "versions stay", drop("rules.*.noncurrentVersionExpiration")),
    ("GPU-003", _POOL, "no taint", drop("spec.template.spec.taints")),
    ("SUP-004", _ECR, "movable tags", put("imageTagMutability", "MUTABLE")),
    ("SUP-004", _ECR, "unscanned", put("imageScanningConfiguration.scanOnPush", new=False)),
    ("SUP-005", _ORIGIN, "gone", gone),
    ("SUP-006", _HELM, "no version", drop("version")),
    ("SUP-006", _HELM, "a range", put("version", ">=1.0.0")),
    ("ZT-004", _PEER, "permissive", put("spec.mtls.mode", "PERMISSIVE")),
    ("ZT-007", _CLUSTER, "ConfigMap", put("accessConfig.authenticationMode", "CONFIG_MAP")),
    (
        "ZT-007",
        _CLUSTER,
        "its creator",
        drop("accessConfig.bootstrapClusterCreatorAdminPermissions"),
    ),
)

_NAMED: tuple[tuple[str, str, str, Change, str], ...] = (
    ("OPS-005", _HELM, "no log", gone, "request-log"),
    ("RES-008", _IAM, "no denials", without_denials, "boundary"),
    ("ZT-007", _ADMIN, "a stranger", put("principalArn", _STRANGER), "ClusterAdmin"),
    ("ZT-003", _NETWORK, "gone", gone, "/default-deny"),
    ("ZT-003", _NETWORK, "one way", put("spec.policyTypes", ["Ingress"]), "/default-deny"),
    ("ZT-003", _NETWORK, "some pods", put("spec.podSelector", {"a": "b"}), "/default-deny"),
    ("ZT-004", _PEER, "gone", gone, "istio-system/"),
    ("ZT-004", _MESH, "gone", gone, "istio-system/deny-all"),
    ("ZT-004", _MESH, "all", put("spec.rules", [{}]), "istio-system/deny-all"),
    ("ZT-004", _MESH, "anybody", put("spec.rules", [{}]), "edge/gateway-models"),
)

FAULTS = (*(Fault(*parts) for parts in _FAULTS), *(Fault(*parts) for parts in _NAMED))
"""All faults that a golden plan of any environment must not hide."""


def _production() -> Iterator[Fault]:
    versioning = "aws:s3/bucketVersioning:BucketVersioning"
    suspended = put("versioningConfiguration.status", "Suspended")
    yield Fault("RES-005", _RDS, "one zone", put("multiAz", new=False))
    yield Fault("RES-005", _RDS, "no backups", put("backupRetentionPeriod", 0))
    yield Fault("RES-005", "aws:backup/selection:Selection", "gone", gone)
    yield Fault("TAG-002", _BUCKET, "no purpose", drop("tags.purpose"))
    yield Fault("OPS-007", _LOCK, "no days", put("rule", {"defaultRetention": {}}), "evidence")
    yield Fault("OPS-007", versioning, "suspended", suspended, "evidence")
    yield Fault("OPS-007", _BUCKET, "unlocked", drop("objectLockEnabled"), "evidence")
    longer, shorter = put("rules.*.expiration.days", 9999), put("rules.*.expiration.days", 30)
    yield Fault("OPS-004", _LIFECYCLE, "kept too long", longer, "datasets")
    yield Fault("OPS-005", _LIFECYCLE, "gone too soon", shorter, "requests")
    yield Fault("OPS-009", _POOL, "Karpenter's choice", drop("spec.disruption"))
    blotted = drop("values.config.processors.transform")
    yield Fault("OPS-005", _HELM, "names stay", blotted, "request-log")
    for token in (_BUCKET, _KEY, _RDS, _VAULT, _CLUSTER, _ECR):
        yield Fault("OPS-006", token, "unprotected", option("protect", value=False))
    yield Fault("OPS-006", _POLICY, "ignored", option("ignoreChanges", value=["policy"]))
    yield Fault("OPS-006", _NETWORK, "ignored", option("ignoreChanges", value=["spec"]), "baseline")
    outside = put("metadata.labels", {"bedplate/team": "fraud"})
    yield Fault("ZT-004", _SPACE, "outside the mesh", outside, "fraud")
    yield Fault("GPU-003", _GROUP, "no taint", drop("taints"), "training")


PRODUCTION = (*FAULTS, *_production())
"""The faults of the reference platform's production, whose classification is restricted."""
