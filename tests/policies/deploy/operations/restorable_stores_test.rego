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
	ops_003([record_db({"tags": {"backup": "daily"}}), by_tag("daily")]) == set()
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

by_tag(value) := named(selection_of_backups, "s", {"selectionTags": [{"type": "STRINGEQUALS", "key": "backup", "value": value}]})

test_ops_003_fails_for_a_database_without_the_tag_of_the_selection if {
	ops_003([record_db({}), by_tag("daily")]) == {not_backed_up}
	ops_003([record_db({"tags": {"backup": "never"}}), by_tag("daily")]) == {not_backed_up}
}

test_ops_003_passes_for_a_tag_that_nobody_knows_yet if {
	every value in opaque {
		ops_003([record_db({"tags": {"backup": value}}), by_tag("daily")]) == set()
		ops_003([record_db({"tags": {"backup": "daily"}}), by_tag(value)]) == set()
	}
}

test_ops_003_fails_for_a_database_beside_the_one_that_is_selected if {
	other := named(rds_instance, "other", {"identifier": "acme-other", "backupRetentionPeriod": 7})
	selection_of_other := reading(selection_of_backups, "s", {"resources": [unknown]}, "resources", urn(rds_instance, "other"))
	ops_003([record_db({}), other, selection_of_other]) == {not_backed_up}
}

all_but(parts) := object.union(selected(["*"]), parts)

test_ops_003_fails_for_a_database_that_is_left_out_again if {
	condition := {"conditions": [{"stringEquals": [{"key": "aws:ResourceTag/backup", "value": "daily"}]}]}
	ops_003([record_db({}), all_but({"notResources": [db_arn]})]) == {not_backed_up}
	ops_003([record_db({}), all_but({"notResources": ["arn:aws:rds:me-central-1:111122223333:db:other"]})]) == set()
	ops_003([record_db({}), all_but(condition)]) == {not_backed_up}
	ops_003([record_db({"tags": {"backup": "daily"}}), all_but(condition)]) == set()
}

test_ops_003_passes_for_a_table_by_its_arn if {
	table := named("aws:dynamodb/table:Table", "x", {"name": "runs"})
	ops_003([table, selected(["arn:aws:dynamodb:me-central-1:111122223333:table/runs"])]) == set()
}

test_ops_003_fails_for_other_databases_without_backup if {
	every type in ["aws:docdb/cluster:Cluster", "aws:neptune/cluster:Cluster"] {
		count(ops_003([named(type, "x", {})])) == 2
	}
}
