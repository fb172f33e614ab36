"""How AWS charges for each resource type: by the piece, by use, or not at all.

A type in none of these tables counts as a thing without a price, under its own type token: nothing
is taken for free because it is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator


def _tokens(rows: dict[str, str]) -> Iterator[str]:
    """Yield the type tokens of classes, which are listed by module."""
    for module, classes in rows.items():
        for name in classes.split():
            yield f"aws:{module}/{name[0].lower()}{name[1:]}:{name}"


PIECES: Final[dict[str, tuple[str, str]]] = {
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": ("cloudwatch:composite-alarm", "alarm"),
    "aws:cloudwatch/dashboard:Dashboard": ("cloudwatch:dashboard", "dashboard"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch:alarm", "alarm"),
    "aws:ec2/eip:Eip": ("vpc:public-ipv4", "address"),
    "aws:ec2/natGateway:NatGateway": ("vpc:nat-gateway", "gateway"),
    "aws:kms/key:Key": ("kms:key", "key"),
    "aws:kms/replicaKey:ReplicaKey": ("kms:key", "key"),
    "aws:route53/zone:Zone": ("route53:zone", "zone"),
    "aws:secretsmanager/secret:Secret": ("secretsmanager:secret", "secret"),
}
"""Types that are charged by the piece: price key and unit."""

BY_USE: Final[dict[str, str]] = {
    "aws:accessanalyzer/analyzer:Analyzer": "IAM Access Analyzer (unused access only)",
    "aws:backup/plan:Plan": "AWS Backup storage",
    "aws:cfg/conformancePack:ConformancePack": "AWS Config items and evaluations",
    "aws:cfg/recorder:Recorder": "AWS Config items and evaluations",
    "aws:cfg/rule:Rule": "AWS Config items and evaluations",
    "aws:cloudtrail/eventDataStore:EventDataStore": "CloudTrail Lake",
    "aws:cloudtrail/trail:Trail": "CloudTrail events",
    "aws:cloudwatch/eventBus:EventBus": "EventBridge events",
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": "CloudWatch Logs",
    "aws:cloudwatch/logGroup:LogGroup": "CloudWatch Logs",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": "CloudWatch metrics",
    "aws:detective/graph:Graph": "Detective",
    "aws:dynamodb/table:Table": "DynamoDB requests and storage",
    "aws:ec2/flowLog:FlowLog": "VPC flow logs",
    "aws:ec2/natGateway:NatGateway": "NAT gateway data",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "VPC endpoint data",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": "VPC peering data",
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": "Inspector scans",
    "aws:ecr/repository:Repository": "ECR storage",
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": "ECR replication",
    "aws:efs/fileSystem:FileSystem": "EFS storage",
    "aws:eks/fargateProfile:FargateProfile": "Fargate pods",
    "aws:guardduty/detector:Detector": "GuardDuty",
    "aws:inspector2/enabler:Enabler": "Inspector scans",
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": "Firehose",
    "aws:kms/key:Key": "KMS requests and key rotations",
    "aws:lambda/function:Function": "Lambda",
    "aws:macie2/account:Account": "Macie",
    "aws:rds/instance:Instance": "RDS backup storage",
    "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": (
        "DNS Firewall domains and queries"
    ),
    "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": "DNS query logs",
    "aws:route53/zone:Zone": "DNS queries",
    "aws:s3/bucket:Bucket": "S3 storage and requests",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "S3 replication",
    "aws:scheduler/schedule:Schedule": "EventBridge Scheduler",
    "aws:secretsmanager/secret:Secret": "Secrets Manager requests",
    "aws:securityhub/account:Account": "Security Hub checks",
    "aws:sns/topic:Topic": "SNS messages",
    "aws:sqs/queue:Queue": "SQS requests",
    "kubernetes:gateway.networking.k8s.io/v1:Gateway": "load balancers of gateways",
    "kubernetes:helm.sh/v3:Release": "volumes that charts claim",
}
"""What a resource costs by use, which no plan can tell. A type may be charged by the piece too."""

ALWAYS_BY_USE: Final = "data transfer"
"""Every environment pays for traffic between zones and out of its region."""

FREE_MODULES: Final = (
    "aws:account/",
    "aws:budgets/",
    "aws:iam/",
    "aws:organizations/",
    "aws:vpc/securityGroup",
    "kubernetes:",
    "pulumi:",
    "random:",
    "tls:",
)
"""How free types begin. What Kubernetes objects cost is the nodes that they run on."""

FREE: Final = frozenset(
    _tokens(
        {
            "accessanalyzer": "ArchiveRule",
            "acm": "Certificate CertificateValidation",
            "autoscaling": "Schedule Tag",
            "backup": "RegionSettings Selection Vault VaultLockConfiguration VaultNotifications "
            "VaultPolicy",
            "cfg": "ConfigurationAggregator DeliveryChannel RecorderStatus RetentionConfiguration",
            "cloudwatch": "EventRule EventTarget LogResourcePolicy LogStream LogSubscriptionFilter",
            "ebs": "DefaultKmsKey EncryptionByDefault SnapshotBlockPublicAccess",
            "ec2": "DefaultNetworkAcl DefaultRouteTable DefaultSecurityGroup "
            "EgressOnlyInternetGateway EipAssociation ImageBlockPublicAccess "
            "InstanceMetadataDefaults InternetGateway InternetGatewayAttachment LaunchTemplate "
            "MainRouteTableAssociation ManagedPrefixList ManagedPrefixListEntry NetworkAcl "
            "NetworkAclAssociation NetworkAclRule NetworkInterface PlacementGroup Route "
            "RouteTable RouteTableAssociation SecurityGroup SecurityGroupRule "
            "SerialConsoleAccess Subnet Tag Vpc VpcBlockPublicAccessExclusion "
            "VpcBlockPublicAccessOptions VpcDhcpOptions VpcDhcpOptionsAssociation "
            "VpcEndpointPolicy VpcEndpointRouteTableAssociation VpcEndpointSubnetAssociation "
            "VpcIpv4CidrBlockAssociation",
            "ecr": "AccountSetting LifecyclePolicy PullThroughCacheRule RegistryPolicy "
            "RepositoryCreationTemplate RepositoryPolicy",
            "efs": "AccessPoint BackupPolicy FileSystemPolicy MountTarget",
            "eks": "AccessEntry AccessPolicyAssociation Addon PodIdentityAssociation",
            "elasticache": "SubnetGroup",
            "guardduty": "DetectorFeature PublishingDestination",
            "kms": "Alias Grant KeyPolicy",
            "lambda": "Permission",
            "lb": "Listener TargetGroup",
            "rds": "ClusterParameterGroup EventSubscription OptionGroup ParameterGroup SubnetGroup",
            "route53": "Record ResolverDnsSecConfig ResolverFirewallConfig "
            "ResolverFirewallDomainList ResolverFirewallRule ResolverFirewallRuleGroup "
            "ResolverQueryLogConfigAssociation ZoneAssociation",
            "s3": "AccessPoint AccountPublicAccessBlock BucketAccelerateConfiguration BucketAcl "
            "BucketCorsConfiguration BucketIntelligentTieringConfiguration "
            "BucketLifecycleConfiguration BucketLogging BucketMetric BucketNotification "
            "BucketObjectLockConfiguration BucketObjectv2 BucketOwnershipControls BucketPolicy "
            "BucketPublicAccessBlock BucketRequestPaymentConfiguration "
            "BucketServerSideEncryptionConfiguration BucketVersioning Inventory",
            "secretsmanager": "SecretPolicy SecretRotation SecretVersion",
            "securityhub": "FindingAggregator Insight StandardsSubscription",
            "sns": "TopicPolicy TopicSubscription",
            "sqs": "QueuePolicy RedriveAllowPolicy RedrivePolicy",
            "ssm": "Parameter ServiceSetting",
        }
    )
)
"""Types that cost nothing by themselves; what they are part of may be charged by use."""


def is_free(type_token: str) -> bool:
    """Tell whether AWS charges nothing for a resource of a type."""
    return type_token in FREE or type_token.startswith(FREE_MODULES)
