"""Which changes AWS can't make in place, so that the stand-in provider replaces the resource.

A small set, chosen because losing or keeping these resources matters in a preview. Any other change
is shown as an update; the real provider is the authority (source: the "Forces new resource" notes
of the AWS provider's documentation).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bedplate.engine.outputs import TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

_BY_TYPE: Final[Mapping[str, frozenset[str]]] = {
    "aws:ec2/vpc:Vpc": frozenset({"cidrBlock"}),
    "aws:ec2/subnet:Subnet": frozenset({"availabilityZone", "cidrBlock", "vpcId"}),
    "aws:ec2/securityGroup:SecurityGroup": frozenset({"description", "vpcId"}),
    "aws:ec2/vpcEndpoint:VpcEndpoint": frozenset({"serviceName", "vpcEndpointType", "vpcId"}),
    "aws:ec2/flowLog:FlowLog": frozenset({"logDestination", "trafficType", "vpcId"}),
    "aws:eks/cluster:Cluster": frozenset(
        {"encryptionConfig", "kubernetesNetworkConfig", "roleArn"}
    ),
    "aws:eks/nodeGroup:NodeGroup": frozenset(
        {"amiType", "capacityType", "clusterName", "instanceTypes", "nodeRoleArn", "subnetIds"}
    ),
    "aws:ecr/repository:Repository": frozenset({"encryptionConfigurations"}),
    "aws:rds/instance:Instance": frozenset(
        {"dbName", "engine", "kmsKeyId", "storageEncrypted", "username"}
    ),
    "aws:s3/bucket:Bucket": frozenset({"objectLockEnabled"}),
    "aws:kms/key:Key": frozenset({"customerMasterKeySpec", "keyUsage", "multiRegion"}),
    "aws:iam/role:Role": frozenset({"path"}),
    "aws:iam/policy:Policy": frozenset({"path"}),
    "aws:backup/vault:Vault": frozenset({"kmsKeyArn"}),
}


def replaces(type_token: str, key: str) -> bool:
    """Tell whether a change of this property replaces a resource of this type."""
    if key == "region":
        return True
    kind = TABLE.get(type_token)
    return (kind is not None and key == kind.name_key) or key in _BY_TYPE.get(type_token, ())
