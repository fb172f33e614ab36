package bedplate_deploy_test

import rego.v1

enc_008(type, inputs) := hits if hits := data.bedplate_deploy.deny_enc_008 with input as one(type, inputs)

rds_instance := "aws:rds/instance:Instance"

test_enc_008_passes if {
	enc_008(rds_instance, {"storageEncrypted": true, "kmsKeyId": key}) == set()
	enc_008("aws:dynamodb/table:Table", {"serverSideEncryption": {"enabled": true, "kmsKeyArn": key}}) == set()
	enc_008("aws:fsx/lustreFileSystem:LustreFileSystem", {"kmsKeyId": key}) == set()
	enc_008("aws:backup/vault:Vault", {"kmsKeyArn": key}) == set()
}

test_enc_008_fails_where_it_is_off if {
	enc_008(rds_instance, {"storageEncrypted": false, "kmsKeyId": key}) == {`Instance "x" is not encrypted; set storageEncrypted to true.`}
	enc_008("aws:elasticache/replicationGroup:ReplicationGroup", {"kmsKeyId": key}) == {`ReplicationGroup "x" is not encrypted; set atRestEncryptionEnabled to true.`}
}

test_enc_008_fails_for_the_key_of_aws if {
	enc_008("aws:efs/fileSystem:FileSystem", {"encrypted": true, "kmsKeyId": "alias/aws/elasticfilesystem"}) == {`FileSystem "x" is not encrypted with a customer key; set kmsKeyId.`}
}

test_enc_008_fails_where_it_is_missing if {
	enc_008(rds_instance, {}) == {`Instance "x" is not encrypted; set storageEncrypted to true.`, `Instance "x" is not encrypted with a customer key; set kmsKeyId.`}
	enc_008("aws:backup/vault:Vault", {}) == {`Vault "x" is not encrypted with a customer key; set kmsKeyArn.`}
	enc_008("aws:dynamodb/table:Table", {}) == {
		`Table "x" is not encrypted; set serverSideEncryption.enabled to true.`,
		`Table "x" is not encrypted with a customer key; set serverSideEncryption.kmsKeyArn.`,
	}
}

test_enc_008_is_silent_on_opaque_values if {
	every value in opaque {
		enc_008(rds_instance, {"storageEncrypted": value, "kmsKeyId": value}) == set()
		enc_008("aws:dynamodb/table:Table", {"serverSideEncryption": value}) == set()
	}
}

test_enc_008_leaves_other_types_alone if enc_008("aws:ec2/vpc:Vpc", {}) == set()
