"""Resources that break a rule, that keep it, and of which it can't tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from support.plans import BUCKET, reading, resource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bedplate.engine.plan import Resource

UNKNOWN = {"$unknown": True}
RDS = "aws:rds/instance:Instance"
GROUP = "aws:eks/nodeGroup:NodeGroup"
ECR = "aws:ecr/repository:Repository"
HELM = "kubernetes:helm.sh/v3:Release"
NAMESPACE = "kubernetes:core/v1:Namespace"
PEER = "kubernetes:security.istio.io/v1:PeerAuthentication"
ORIGIN = ("ImageRegistries", "ImageTags", "ModelSignature", "ModelStorage")


@dataclass(frozen=True)
class Case:
    """Resources that break a policy, that keep it, and of which it can't tell."""

    bad: Sequence[Resource]
    good: Sequence[Resource]
    unknown: Sequence[Resource] = field(default=())


def of(token: str, bad: dict[str, Any], good: dict[str, Any], unknown: dict[str, Any]) -> Case:
    """Return a case of one resource."""
    return Case(*([resource(token, inputs=inputs)] for inputs in (bad, good, unknown)))


def part(bucket: Resource, kind: str, **inputs: Any) -> Resource:
    """Return a setting of a bucket."""
    token = f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}"
    return reading(token, kind, {"bucket": UNKNOWN} | inputs, "bucket", bucket)


def store_cases() -> dict[str, Case]:
    """Return the cases of rules on stores: restored, kept, protected."""
    datasets = resource(BUCKET, "datasets", options={"protect": True})
    requests = resource(BUCKET, "requests")

    def versions(status: Any) -> list[Resource]:
        return [datasets, part(datasets, "BucketVersioning", versioningConfiguration=status)]

    def kept(bucket: Resource, days: Any) -> list[Resource]:
        gone = {"noncurrentDays": 30}
        rule = {"status": "Enabled", "expiration": {"days": days}}
        rules = [rule | {"noncurrentVersionExpiration": gone}]
        return [bucket, part(bucket, "BucketLifecycleConfiguration", rules=rules)]

    return {
        "OPS-003": Case(
            versions({"status": "Suspended"}), versions({"status": "Enabled"}), versions(UNKNOWN)
        ),
        "OPS-004": Case(kept(datasets, 365), kept(datasets, 9132), kept(datasets, UNKNOWN)),
        "OPS-005": Case(kept(requests, 30), kept(requests, 365), kept(requests, UNKNOWN)),
        "OPS-006": Case([requests], [datasets]),
    }


def supply_cases() -> dict[str, Case]:
    """Return the cases of rules on images and charts."""
    team = _namespace({"bedplate/team": "fraud"})
    origin = [
        resource(f"kubernetes:constraints.gatekeeper.sh/v1beta1:Bedplate{kind}", kind.lower())
        for kind in ORIGIN
    ]
    scan = {"imageScanningConfiguration": {"scanOnPush": True}}
    return {
        "GPU-003": of(
            GROUP,
            {"instanceTypes": ["g6.xlarge"]},
            {
                "instanceTypes": ["g6.xlarge"],
                "taints": [{"key": "nvidia.com/gpu", "effect": "NO_SCHEDULE"}],
            },
            {"instanceTypes": ["g6.xlarge"], "taints": UNKNOWN},
        ),
        "SUP-004": of(
            ECR,
            scan | {"imageTagMutability": "MUTABLE"},
            scan | {"imageTagMutability": "IMMUTABLE"},
            scan | {"imageTagMutability": UNKNOWN},
        ),
        "SUP-005": Case([team, *origin[1:]], [team, *origin], [_namespace(UNKNOWN)]),
        "SUP-006": of(HELM, {"version": "1.x"}, {"version": "1.2.3"}, {"version": UNKNOWN}),
    }


def mesh_cases() -> dict[str, Case]:
    """Return the cases of rules on the cluster's network and its administrators."""
    space = _namespace({"istio.io/dataplane-mode": "ambient"})
    denial = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    half = denial | {"policyTypes": ["Ingress"]}
    closed = resource(
        "kubernetes:security.istio.io/v1:AuthorizationPolicy",
        "closed",
        {"metadata": {"namespace": "istio-system"}, "spec": {}},
    )
    admin = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    modes = ("PERMISSIVE", "STRICT", UNKNOWN)
    return {
        "ZT-003": Case(*([space, _isolation(space, spec)] for spec in (half, denial, UNKNOWN))),
        "ZT-004": Case(*([_peer(mode), closed] for mode in modes)),
        "ZT-007": of(
            "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
            {"policyArn": admin, "principalArn": "arn:aws:iam::111122223333:role/x"},
            {"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"},
            {"policyArn": admin, "principalArn": UNKNOWN},
        ),
    }


def _namespace(labels: Any) -> Resource:
    return resource(NAMESPACE, "fraud", {"metadata": {"name": "fraud", "labels": labels}})


def _isolation(space: Resource, spec: Any) -> Resource:
    return resource(
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        "default-deny",
        {"metadata": {"namespace": "fraud"}, "spec": spec},
        dependencies=(space.urn,),
    )


def _peer(mode: Any) -> Resource:
    inputs = {"metadata": {"namespace": "istio-system"}, "spec": {"mtls": {"mode": mode}}}
    return resource(PEER, "strict", inputs)
