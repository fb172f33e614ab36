package bedplate_deploy

import rego.v1

# METADATA
# title: No copy of data leaves the allowed regions
# description: >-
#   Replication and copied snapshots move data without anybody touching it; a rule that demands
#   replicas for availability yields to residency.
# custom:
#   id: RES-003
#   severity: critical
#   scope: stack
#   resource_types:
#     - aws:s3/bucketReplicationConfig:BucketReplicationConfig
#     - aws:s3/bucket:Bucket
#     - aws:s3/bucketV2:BucketV2
#     - aws:ecr/replicationConfiguration:ReplicationConfiguration
#     - aws:dynamodb/table:Table
#     - aws:dynamodb/globalTable:GlobalTable
#     - aws:secretsmanager/secret:Secret
#     - aws:backup/plan:Plan
#     - aws:rds/snapshotCopy:SnapshotCopy
#     - aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy
#     - aws:redshift/snapshotCopy:SnapshotCopy
#     - aws:efs/replicationConfiguration:ReplicationConfiguration
#     - aws:dlm/lifecyclePolicy:LifecyclePolicy
#   reads:
#     - rules
#     - replicationConfiguration
#     - replicationConfigurations
#     - replicas
#     - destinationRegion
#     - destination
#     - policyDetails
#   controls: [uae-pdpl:22, uae-health:13, gdpr:44, iso27001:A.5.14]
#   avoid: A replication rule, a replica or a copy action whose other end is not an allowed region.
#   remediation: Remove it, or name a region of the environment.
#   parameters: [allowed_regions]
#   settings: [governance.disaster_recovery.region, governance.jurisdictions]
stack_deny_res_003 contains message if message := without_facts("stack_deny_res_003", ["allowed_regions"])

stack_deny_res_003 contains hit if {
	allowed := fact("stack_deny_res_003", "allowed_regions")
	is_array(allowed)
	some resource in of_types(object.keys(copy_paths))
	some region in copy_regions(resource)
	is_known(region)
	not region in allowed
	message := sprintf("%s sends copies of its data to %s, which the environment does not allow; remove the copy: where residency and recovery pull apart, residency wins.", [label(resource), region])
	hit := {"msg": message, "urn": resource.__urn}
}
