package bedplate_deploy

import rego.v1

# METADATA
# title: Databases, file systems and backups are encrypted with a customer key
# description: >-
#   They hold run records, features and copies of both; their snapshots travel further than they do.
# custom:
#   id: ENC-008
#   severity: high
#   scope: resource
#   resource_types:
#     - aws:rds/instance:Instance
#     - aws:rds/cluster:Cluster
#     - aws:docdb/cluster:Cluster
#     - aws:efs/fileSystem:FileSystem
#     - aws:fsx/lustreFileSystem:LustreFileSystem
#     - aws:fsx/openZfsFileSystem:OpenZfsFileSystem
#     - aws:elasticache/replicationGroup:ReplicationGroup
#     - aws:dynamodb/table:Table
#     - aws:backup/vault:Vault
#     - aws:ebs/snapshotCopy:SnapshotCopy
#   reads:
#     - storageEncrypted
#     - encrypted
#     - atRestEncryptionEnabled
#     - serverSideEncryption
#     - kmsKeyId
#     - kmsKeyArn
#   controls: [uae-pdpl:20, gdpr:32]
#   avoid: A store whose encryption is off, or left to a key that AWS manages.
#   remediation: Switch encryption on and name a customer key.
#   settings: [stores]
deny_enc_008 contains message if {
	path := store_switches[input.__type]
	switch := at(input, path)
	is_off(switch)
	message := sprintf("%s is not encrypted; set %s to true.", [label(input), concat(".", path)])
}

deny_enc_008 contains message if {
	path := store_keys[input.__type]
	key := at(input, path)
	lacks_customer_key(key)
	message := sprintf("%s is not encrypted with a customer key; set %s.", [label(input), concat(".", path)])
}

store_switches := {
	"aws:rds/instance:Instance": ["storageEncrypted"],
	"aws:rds/cluster:Cluster": ["storageEncrypted"],
	"aws:docdb/cluster:Cluster": ["storageEncrypted"],
	"aws:efs/fileSystem:FileSystem": ["encrypted"],
	"aws:elasticache/replicationGroup:ReplicationGroup": ["atRestEncryptionEnabled"],
	"aws:dynamodb/table:Table": ["serverSideEncryption", "enabled"],
	"aws:ebs/snapshotCopy:SnapshotCopy": ["encrypted"],
}

store_keys := {
	"aws:rds/instance:Instance": ["kmsKeyId"],
	"aws:rds/cluster:Cluster": ["kmsKeyId"],
	"aws:docdb/cluster:Cluster": ["kmsKeyId"],
	"aws:efs/fileSystem:FileSystem": ["kmsKeyId"],
	"aws:fsx/lustreFileSystem:LustreFileSystem": ["kmsKeyId"],
	"aws:fsx/openZfsFileSystem:OpenZfsFileSystem": ["kmsKeyId"],
	"aws:elasticache/replicationGroup:ReplicationGroup": ["kmsKeyId"],
	"aws:dynamodb/table:Table": ["serverSideEncryption", "kmsKeyArn"],
	"aws:backup/vault:Vault": ["kmsKeyArn"],
	"aws:ebs/snapshotCopy:SnapshotCopy": ["kmsKeyId"],
}
