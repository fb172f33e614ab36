package bedplate_deploy_test

import rego.v1

res_003(resources) := hits if {
	hits := data.bedplate_deploy.stack_deny_res_003 with input as stack(resources)
		with data.config as {"stack_deny_res_003": {"allowed_regions": ["me-central-1"]}}
}

res_003_fault(type, name, place) := on(type, sprintf("%s \"x\" sends copies of its data to %s, which the environment does not allow; remove the copy: where residency and recovery pull apart, residency wins.", [name, place]))

replication_type := "aws:s3/bucketReplicationConfig:BucketReplicationConfig"

replication(arn) := named(replication_type, "x", {"rules": [{"destination": {"bucket": arn}}]})

backup_plan(arn) := named("aws:backup/plan:Plan", "x", {"rules": [{"schedule": "cron(0 3 * * ? *)", "copyActions": [{"destinationVaultArn": arn}]}]})

vault_in(region) := sprintf("arn:aws:backup:%s:111122223333:backup-vault:copy", [region])

test_res_003_passes_without_copies if {
	res_003([named("aws:dynamodb/table:Table", "x", {}), named("aws:backup/plan:Plan", "x", {"rules": [{"schedule": "cron(0 3 * * ? *)"}]})]) == set()
}

test_res_003_passes_for_copies_within if {
	res_003([bucket, replication("arn:aws:s3:::acme-x")]) == set()
	res_003([backup_plan(vault_in("me-central-1"))]) == set()
	res_003([named("aws:dynamodb/table:Table", "x", {"replicas": [{"regionName": "me-central-1"}]})]) == set()
}

test_res_003_fails_for_copies_abroad if {
	res_003([backup_plan(vault_in("eu-west-1"))]) == {res_003_fault("aws:backup/plan:Plan", "Plan", "eu-west-1")}
	res_003([named("aws:dynamodb/table:Table", "x", {"replicas": [{"regionName": "eu-west-1"}]})]) == {res_003_fault("aws:dynamodb/table:Table", "Table", "eu-west-1")}
	res_003([named("aws:secretsmanager/secret:Secret", "x", {"replicas": [{"region": "eu-west-1"}]})]) == {res_003_fault("aws:secretsmanager/secret:Secret", "Secret", "eu-west-1")}
	res_003([named("aws:rds/snapshotCopy:SnapshotCopy", "x", {"destinationRegion": "eu-west-1"})]) == {res_003_fault("aws:rds/snapshotCopy:SnapshotCopy", "SnapshotCopy", "eu-west-1")}
}

test_res_003_fails_for_image_replication_abroad if {
	type := "aws:ecr/replicationConfiguration:ReplicationConfiguration"
	rules := {"replicationConfiguration": {"rules": [{"destinations": [{"region": "me-central-1"}, {"region": "us-east-1"}]}]}}
	res_003([named(type, "x", rules)]) == {res_003_fault(type, "ReplicationConfiguration", "us-east-1")}
}

test_res_003_fails_for_a_bucket_abroad if {
	away := object.union(bucket, {"__provider": in_region("eu-west-1")})
	res_003([away, replication("arn:aws:s3:::acme-x")]) == {res_003_fault(replication_type, "BucketReplicationConfig", "eu-west-1")}
}

test_res_003_fails_for_a_bucket_that_the_stack_does_not_hold if {
	res_003([replication("arn:aws:s3:::elsewhere")]) == {res_003_fault(replication_type, "BucketReplicationConfig", "the region of a bucket outside this stack")}
}

test_res_003_fails_where_the_place_is_none if {
	res_003([backup_plan("over there")]) == {res_003_fault("aws:backup/plan:Plan", "Plan", "a place that states no region")}
}

test_res_003_is_silent_on_opaque_values if {
	every value in opaque {
		res_003([replication(value), backup_plan(value)]) == set()
		res_003([named("aws:dynamodb/table:Table", "x", {"replicas": value})]) == set()
	}
}

test_res_003_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_res_003 with input as stack([])
	hits == {"Rule stack_deny_res_003 lacks facts of the environment (allowed_regions); run it through bedplate, or pass them as policy configuration."}
}

test_res_003_fails_for_file_systems_and_snapshots_abroad if {
	every case in [
		["aws:efs/replicationConfiguration:ReplicationConfiguration", "ReplicationConfiguration", {"destination": {"region": "eu-west-1"}}],
		["aws:redshift/snapshotCopy:SnapshotCopy", "SnapshotCopy", {"destinationRegion": "eu-west-1"}],
		["aws:dlm/lifecyclePolicy:LifecyclePolicy", "LifecyclePolicy", {"policyDetails": {"schedules": [{"crossRegionCopyRules": [{"target": "eu-west-1"}]}]}}],
		["aws:dlm/lifecyclePolicy:LifecyclePolicy", "LifecyclePolicy", {"policyDetails": {"action": {"crossRegionCopies": [{"target": "eu-west-1"}]}}}],
	] {
		res_003([named(case[0], "x", case[2])]) == {res_003_fault(case[0], case[1], "eu-west-1")}
	}
	res_003([named("aws:efs/replicationConfiguration:ReplicationConfiguration", "x", {"destination": {"region": "me-central-1"}})]) == set()
}
