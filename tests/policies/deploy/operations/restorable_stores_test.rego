package bedplate_deploy_test

import rego.v1

ops_003(resources) := hits if hits := data.bedplate_deploy.stack_deny_ops_003 with input as stack(resources)

versions(status) := part("bucketVersioning:BucketVersioning", {"versioningConfiguration": {"status": status}})

record_db(inputs) := named(rds_instance, "x", object.union({"identifier": "acme-db", "backupRetentionPeriod": 7}, inputs))

selected(resources) := named("aws:backup/selection:Selection", "s", {"resources": resources})

plan_of_backups := "aws:backup/plan:Plan"

selection_of_backups := "aws:backup/selection:Selection"

db_arn := "arn:aws:rds:me-central-1:111122223333:db:acme-db"

unversioned := on(bucket_type, `Bucket "x" keeps no older versions; add a BucketVersioning with the status Enabled.`)

not_backed_up := on(rds_instance, `Instance "x" is in no backup selection; add it to one.`)

test_ops_003_passes if {
	ops_003([bucket, versions("Enabled")]) == set()
	ops_003([record_db({}), selected([db_arn])]) == set()
	ops_003([record_db({}), selected(["*"])]) == set()
	ops_003([record_db({}), reading("aws:backup/selection:Selection", "s", {"resources": [unknown]}, "resources", urn(rds_instance, "x"))]) == set()
	ops_003([record_db({}), named("aws:backup/selection:Selection", "s", {"selectionTags": [{"key": "backup"}]})]) == set()
}

test_ops_003_fails_for_a_bucket_without_versions if ops_003([bucket, versions("Suspended")]) == {unversioned}

test_ops_003_fails_for_a_database_that_no_selection_names if {
	ops_003([record_db({}), selected(["arn:aws:rds:me-central-1:111122223333:db:other"])]) == {not_backed_up}
}

test_ops_003_fails_where_everything_is_missing if {
	ops_003([bucket]) == {unversioned}
	ops_003([named(rds_instance, "x", {"identifier": "acme-db"})]) == {
		not_backed_up,
		on(rds_instance, `Instance "x" cannot be set back to a point in time; set backupRetentionPeriod.`),
	}
}

test_ops_003_passes_for_a_plan_with_a_rule if {
	ops_003([named(plan_of_backups, "x", {"rules": [{"ruleName": "daily"}]})]) == set()
}

test_ops_003_fails_for_a_plan_without_rules if {
	every inputs in [{}, {"rules": []}, {"rules": null}] {
		ops_003([named(plan_of_backups, "x", inputs)]) == {on(plan_of_backups, `Plan "x" has no rule, so it backs nothing up; add one with a schedule and a vault.`)}
	}
}

test_ops_003_fails_for_a_selection_of_nothing if {
	nothing := on(selection_of_backups, `Selection "x" selects nothing; name stores in resources.`)
	every inputs in [{}, {"resources": []}, {"resources": null, "selectionTags": []}] {
		ops_003([named(selection_of_backups, "x", inputs)]) == {nothing}
		ops_003([
			record_db({}),
			reading(selection_of_backups, "x", inputs, "resources", urn(rds_instance, "x")),
		]) == {nothing, not_backed_up}
	}
}

test_ops_003_is_silent_on_opaque_values if {
	every value in opaque {
		ops_003([bucket, versions(value)]) == set()
		ops_003([record_db({"backupRetentionPeriod": value}), selected([value])]) == set()
		ops_003([named(plan_of_backups, "x", {"rules": value}), selected(value)]) == set()
	}
}
