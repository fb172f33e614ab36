package bedplate_deploy

import rego.v1

# METADATA
# title: What holds state can be brought back
# description: >-
#   A bucket without versions forgets what was overwritten by mistake or malice; a database outside a
#   backup plan goes with its disk. Several zones are asked by RES-005, tested restores by OPS-008.
# custom:
#   id: OPS-003
#   severity: high
#   scope: stack
#   resource_types:
#     - aws:s3/bucket:Bucket
#     - aws:s3/bucketV2:BucketV2
#     - aws:rds/instance:Instance
#     - aws:rds/cluster:Cluster
#     - aws:efs/fileSystem:FileSystem
#     - aws:docdb/cluster:Cluster
#     - aws:neptune/cluster:Cluster
#     - aws:fsx/openZfsFileSystem:OpenZfsFileSystem
#     - aws:dynamodb/table:Table
#     - aws:backup/plan:Plan
#     - aws:backup/selection:Selection
#   reads:
#     - aws:s3/bucketVersioning*#versioningConfiguration
#     - backupRetentionPeriod
#     - rules
#     - resources
#     - aws:backup/selection:Selection#resources
#   controls: [uae-pdpl:20, gdpr:32, iso27001:A.8.13, iso27001:A.8.14]
#   avoid: A bucket without versioning, a database that no selection names, or a plan without a rule.
#   remediation: Add a BucketVersioning, and name databases in the selection of a backup plan.
#   settings: [stores.backup, stores]
stack_deny_ops_003 contains hit if {
	some bucket in buckets
	not is_versioned(bucket)
	message := sprintf("%s keeps no older versions; add a BucketVersioning with the status Enabled.", [label(bucket)])
	hit := {"msg": message, "urn": bucket.__urn}
}

stack_deny_ops_003 contains hit if {
	some store in of_types(backed_up_types)
	count(selections_of(store)) == 0
	message := sprintf("%s is in no backup selection; add it to one.", [label(store)])
	hit := {"msg": message, "urn": store.__urn}
}

stack_deny_ops_003 contains hit if {
	some database in databases
	object.get(database, "backupRetentionPeriod", 0) == 0
	message := sprintf("%s cannot be set back to a point in time; set backupRetentionPeriod.", [label(database)])
	hit := {"msg": message, "urn": database.__urn}
}

stack_deny_ops_003 contains hit if {
	some plan in of_types(["aws:backup/plan:Plan"])
	is_blank(object.get(plan, "rules", null))
	message := sprintf("%s has no rule, so it backs nothing up; add one with a schedule and a vault.", [label(plan)])
	hit := {"msg": message, "urn": plan.__urn}
}

stack_deny_ops_003 contains hit if {
	some selection in selections
	every property in ["resources", "selectionTags", "conditions"] {
		is_blank(object.get(selection, property, null))
	}
	message := sprintf("%s selects nothing; name stores in resources.", [label(selection)])
	hit := {"msg": message, "urn": selection.__urn}
}

backed_up_types := [
	"aws:rds/instance:Instance",
	"aws:rds/cluster:Cluster",
	"aws:docdb/cluster:Cluster",
	"aws:neptune/cluster:Cluster",
	"aws:efs/fileSystem:FileSystem",
	"aws:fsx/openZfsFileSystem:OpenZfsFileSystem",
	"aws:dynamodb/table:Table",
]
