"""Outputs of what runs workloads: EKS, ECR, EC2 instances and their capacity, Lambda."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from bedplate.engine.outputs.kind import CREATED_AT, Kind, ec2, regional
from bedplate.engine.outputs.model import derived

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bedplate.engine.outputs.model import Subject

_CERTIFICATE: Final = base64.b64encode(b"simulated certificate authority").decode()
"""Any base64 text: nothing in the simulator opens a connection."""


def _cluster(subject: Subject, _identifier: str) -> dict[str, Any]:
    key = subject.hex(32).upper()
    domain = f"{subject.region}.eks.{subject.account.dns_suffix}"
    issuer = f"https://oidc.eks.{subject.region}.{subject.account.dns_suffix}/id/{key}"
    vpc = subject.inputs.get("vpcConfig")
    network = subject.inputs.get("kubernetesNetworkConfig")
    service_range = {"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4"}
    return {
        "endpoint": f"https://{key}.gr7.{domain}",
        "identities": [{"oidcs": [{"issuer": issuer}]}],
        "certificateAuthority": {"data": _CERTIFICATE},
        "vpcConfig": (vpc if isinstance(vpc, dict) else {}) | _cluster_network(subject),
        "kubernetesNetworkConfig": service_range | (network if isinstance(network, dict) else {}),
    }


def _cluster_network(subject: Subject) -> dict[str, Any]:
    return {
        "clusterSecurityGroupId": f"sg-{subject.hex(17, 'cluster')}",
    }


def _node_group(subject: Subject, _identifier: str) -> dict[str, Any]:
    name = subject.physical_name("nodeGroupName")
    group = {"name": f"eks-{name}-{subject.uuid('group')}"}
    resources = [{"autoscalingGroups": [group], "remoteAccessSecurityGroupId": ""}]
    arn = f"nodegroup/{subject.text('clusterName', '')}/{name}/{subject.uuid()}"
    return {"arn": subject.arn("eks", arn), "resources": resources}


def _access_entry(subject: Subject, _identifier: str) -> dict[str, Any]:
    principal = subject.text("principalArn", "unknown/unknown")
    cluster = subject.text("clusterName", "")
    kind = principal.split(":")[-1].split("/")[0]
    name = principal.rsplit("/", 1)[-1]
    entry = f"access-entry/{cluster}/{kind}/{subject.account.account_id}/{name}/{subject.uuid()}"
    return {"accessEntryArn": subject.arn("eks", entry)}


def _pod_identity(subject: Subject, _identifier: str) -> dict[str, Any]:
    association = f"a-{subject.letters(17).lower()}"
    path = f"podidentityassociation/{subject.text('clusterName', '')}/{association}"
    return {
        "id": association,
        "associationId": association,
        "associationArn": subject.arn("eks", path),
    }


def _repository(subject: Subject, _identifier: str) -> dict[str, Any]:
    registry = f"{subject.account.account_id}.dkr.ecr.{subject.region}"
    host = f"{registry}.{subject.account.dns_suffix}"
    return {"repositoryUrl": f"{host}/{subject.physical_name('name')}"}


def _launch_template(subject: Subject, _identifier: str) -> dict[str, Any]:
    return {"latestVersion": 1, "defaultVersion": subject.inputs.get("defaultVersion", 1)}


def _instance(subject: Subject, _identifier: str) -> dict[str, Any]:
    host = f"ip-10-0-0-{subject.number(254, 'ip') + 1}"
    return {"privateDns": f"{host}.{subject.region}.compute.internal", "instanceState": "running"}


def _load_balancer(subject: Subject, _identifier: str) -> dict[str, Any]:
    name = subject.physical_name("name")
    suffix = f"net/{name}/{derived(subject.urn, 'lb', 16)}"
    arn = subject.arn("elasticloadbalancing", f"loadbalancer/{suffix}")
    dns = f"{name}-{subject.hex(16, 'dns')}.elb.{subject.region}.{subject.account.dns_suffix}"
    return {"id": arn, "arn": arn, "arnSuffix": suffix, "dnsName": dns}


_REGISTRY: Final = {"registryId": "{account}"}

TABLE: Final[Mapping[str, Kind]] = {
    "aws:eks/cluster:Cluster": Kind(
        id="{name}",
        arn=regional("eks", "cluster/{name}"),
        name_key="name",
        tagged=True,
        code=_cluster,
        computed={"createdAt": CREATED_AT, "platformVersion": "eks.1", "status": "ACTIVE"},
    ),
    "aws:eks/nodeGroup:NodeGroup": Kind(
        id="{clusterName}:{name}",
        name_key="nodeGroupName",
        tagged=True,
        code=_node_group,
        computed={"status": "ACTIVE"},
        defaults={"capacityType": "ON_DEMAND"},
    ),
    "aws:eks/addon:Addon": Kind(
        id="{clusterName}:{addonName}",
        arn=regional("eks", "addon/{clusterName}/{addonName}/{uuid}"),
        tagged=True,
        computed={"createdAt": CREATED_AT, "modifiedAt": CREATED_AT},
        defaults={"addonVersion": "v1.0.0-eksbuild.1"},
    ),
    "aws:eks/accessEntry:AccessEntry": Kind(
        id="{clusterName}:{principalArn}",
        tagged=True,
        code=_access_entry,
        computed={"createdAt": CREATED_AT, "modifiedAt": CREATED_AT},
        defaults={"type": "STANDARD", "userName": "{principalArn}"},
    ),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": Kind(
        id="{clusterName}#{principalArn}#{policyArn}",
        computed={"associatedAt": CREATED_AT, "modifiedAt": CREATED_AT},
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": Kind(
        id="a-{letters}", tagged=True, code=_pod_identity
    ),
    "aws:eks/fargateProfile:FargateProfile": Kind(
        id="{clusterName}:{fargateProfileName}",
        arn=regional("eks", "fargateprofile/{clusterName}/{fargateProfileName}/{uuid}"),
        tagged=True,
        computed={"status": "ACTIVE"},
    ),
    "aws:ecr/repository:Repository": Kind(
        id="{name}",
        arn=regional("ecr", "repository/{name}"),
        name_key="name",
        tagged=True,
        code=_repository,
        computed=_REGISTRY,
        defaults={"imageTagMutability": "MUTABLE"},
    ),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": Kind(id="{repository}", computed=_REGISTRY),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": Kind(id="{repository}", computed=_REGISTRY),
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": Kind(
        id="{ecrRepositoryPrefix}", computed=_REGISTRY
    ),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": Kind(
        id="{prefix}", computed=_REGISTRY
    ),
    "aws:ecr/registryPolicy:RegistryPolicy": Kind(id="{account}", computed=_REGISTRY),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": Kind(
        id="{account}", computed=_REGISTRY
    ),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": Kind(
        id="{account}", computed=_REGISTRY
    ),
    "aws:ecr/accountSetting:AccountSetting": Kind(id="{name}"),
    "aws:ec2/launchTemplate:LaunchTemplate": ec2(
        "lt", "launch-template", name_key="name", code=_launch_template
    ),
    "aws:ec2/instance:Instance": ec2("i", "instance", code=_instance),
    "aws:ec2/capacityReservation:CapacityReservation": ec2(
        "cr", "capacity-reservation", computed={"ownerId": "{account}"}
    ),
    "aws:ec2/capacityBlockReservation:CapacityBlockReservation": ec2(
        "cr", "capacity-reservation", computed={"reservationType": "capacity-block"}
    ),
    "aws:ec2/placementGroup:PlacementGroup": Kind(
        id="{name}",
        arn=regional("ec2", "placement-group/{name}"),
        name_key="name",
        tagged=True,
        computed={"placementGroupId": "pg-{hex}"},
    ),
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": Kind(id="{account}"),
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": Kind(id="{region}"),
    "aws:ec2/serialConsoleAccess:SerialConsoleAccess": Kind(id="{region}"),
    "aws:ec2/tag:Tag": Kind(id="{resourceId},{key}"),
    "aws:autoscaling/group:Group": Kind(
        id="{name}",
        arn=regional("autoscaling", "autoScalingGroup:{uuid}:autoScalingGroupName/{name}"),
        name_key="name",
    ),
    "aws:autoscaling/tag:Tag": Kind(id="{autoscalingGroupName},{hex}"),
    "aws:autoscaling/schedule:Schedule": Kind(
        id="{scheduledActionName}",
        arn=regional("autoscaling", "scheduledUpdateGroupAction:{uuid}"),
    ),
    "aws:lambda/function:Function": Kind(
        id="{name}",
        arn=regional("lambda", "function:{name}"),
        name_key="name",
        tagged=True,
        computed={"version": "$LATEST", "qualifiedArn": regional("lambda", "function:{name}:1")},
    ),
    "aws:lambda/permission:Permission": Kind(id="{statementId}"),
    "aws:lb/loadBalancer:LoadBalancer": Kind(
        id="{name}", name_key="name", tagged=True, code=_load_balancer
    ),
    "aws:lb/targetGroup:TargetGroup": Kind(
        id=regional("elasticloadbalancing", "targetgroup/{name}/{hex}"),
        arn=regional("elasticloadbalancing", "targetgroup/{name}/{hex}"),
        name_key="name",
        tagged=True,
        computed={"arnSuffix": "targetgroup/{name}/{hex}"},
    ),
    "aws:lb/listener:Listener": Kind(
        id=regional("elasticloadbalancing", "listener/{hex}/{hex_listener}"),
        arn=regional("elasticloadbalancing", "listener/{hex}/{hex_listener}"),
        tagged=True,
    ),
}
"""How the outputs of each type that runs workloads look."""
