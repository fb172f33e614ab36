package bedplate_deploy

import rego.v1

# METADATA
# title: In production what holds state is protected, and what is governed is not ignored
# description: >-
#   Pulumi deletes whatever a program no longer names, unless it is protected. A property whose changes
#   are ignored is no longer what was judged. A pool's size is left to its autoscaler.
# custom:
#   id: OPS-006
#   severity: high
#   scope: stack
#   resource_types:
#     - aws:s3/bucket:Bucket
#     - aws:s3/bucketV2:BucketV2
#     - aws:kms/key:Key
#     - aws:rds/instance:Instance
#     - aws:rds/cluster:Cluster
#     - aws:docdb/cluster:Cluster
#     - aws:neptune/cluster:Cluster
#     - aws:efs/fileSystem:FileSystem
#     - aws:fsx/lustreFileSystem:LustreFileSystem
#     - aws:fsx/openZfsFileSystem:OpenZfsFileSystem
#     - aws:opensearch/domain:Domain
#     - aws:dynamodb/table:Table
#     - aws:backup/vault:Vault
#     - aws:eks/cluster:Cluster
#     - aws:ecr/repository:Repository
#     - aws:cloudwatch/logGroup:LogGroup
#     - kubernetes:helm.sh/v3:Release
#   controls: [iso27001:A.8.9, iso27001:A.8.31, iso27001:A.8.32, "eu-ai-act:14"]
#   avoid: A database with protect off, or a bucket policy with ignoreChanges of its policy.
#   remediation: Set protect, and remove ignoreChanges of everything but a pool's size.
#   parameters: [tier]
#   settings: [protect]
#   applies: {tiers: [production]}
stack_deny_ops_006 contains message if message := without_facts("stack_deny_ops_006", ["tier"])

stack_deny_ops_006 contains hit if {
	fact("stack_deny_ops_006", "tier") == "production"
	some resource in of_types(stateful_types)
	object.get(resource, ["__options", "protect"], false) != true
	message := sprintf("%s can be deleted by a mistake; set protect.", [label(resource)])
	hit := {"msg": message, "urn": resource.__urn}
}

# A log group is a store only where the record of what was done goes to it.
stack_deny_ops_006 contains hit if {
	fact("stack_deny_ops_006", "tier") == "production"
	some group in of_types(["aws:cloudwatch/logGroup:LogGroup"])
	holds_record(group)
	object.get(group, ["__options", "protect"], false) != true
	message := sprintf("%s holds the record of what was done and can be deleted by a mistake; set protect.", [label(group)])
	hit := {"msg": message, "urn": group.__urn}
}

stack_deny_ops_006 contains hit if {
	fact("stack_deny_ops_006", "tier") == "production"
	some resource in input.resources
	ignored := [path | some path in object.get(resource, ["__options", "ignoreChanges"], []); not is_left_alone(path)]
	count(ignored) > 0
	message := sprintf("%s ignores changes of %s, so that nobody judges them; remove that.", [label(resource), concat(", ", ignored)])
	hit := {"msg": message, "urn": resource.__urn}
}

holds_record(group) if {
	some type, property in recorders
	count(readers(type, property, group.__urn)) > 0
}

# EKS writes to the group of this name, and nothing refers to it.
holds_record(group) if {
	name := object.get(group, "name", null)
	is_string(name)
	regex.match(`^/aws/eks/[^/]+/cluster$`, name)
}

recorders := {
	"aws:cloudtrail/trail:Trail": "cloudWatchLogsGroupArn",
	"aws:ec2/flowLog:FlowLog": "logDestination",
	"aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": "destinationArn",
}

# Sizes that an autoscaler decides.
is_left_alone(path) if path in ["scalingConfig.desiredSize", "desiredCapacity", "spec.replicas"]

stateful_types := [
	"aws:s3/bucket:Bucket",
	"aws:s3/bucketV2:BucketV2",
	"aws:kms/key:Key",
	"aws:rds/instance:Instance",
	"aws:rds/cluster:Cluster",
	"aws:docdb/cluster:Cluster",
	"aws:neptune/cluster:Cluster",
	"aws:efs/fileSystem:FileSystem",
	"aws:fsx/lustreFileSystem:LustreFileSystem",
	"aws:fsx/openZfsFileSystem:OpenZfsFileSystem",
	"aws:opensearch/domain:Domain",
	"aws:dynamodb/table:Table",
	"aws:backup/vault:Vault",
	"aws:eks/cluster:Cluster",
	"aws:ecr/repository:Repository",
]
