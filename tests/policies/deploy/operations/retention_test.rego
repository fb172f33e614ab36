package bedplate_deploy_test

import rego.v1

ops_004_with(personal, days, record_days, resources) := hits if {
	hits := data.bedplate_deploy.stack_deny_ops_004 with input as stack(resources)
		with data.config as {"stack_deny_ops_004": {"personal_data": personal, "personal_retention_days": days, "min_record_days": record_days}}
}

ops_004(resources) := ops_004_with(true, 365, 0, resources)

store(word) := named(bucket_type, "x", {"bucket": sprintf("acme-%s", [word])})

lifecycle_of(word, rules) := named("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "l", {"bucket": sprintf("acme-%s", [word]), "rules": rules})

kept(days) := {"status": "Enabled", "expiration": {"days": days}, "noncurrentVersionExpiration": {"noncurrentDays": 30}}

ops_004_kept := on(bucket_type, `Bucket "x" keeps deleted objects for ever; add a lifecycle rule that removes older versions.`)

ops_004_personal := on(bucket_type, `Bucket "x" keeps personal data longer than the 365 days of its retention; let its objects expire by then.`)

test_ops_004_passes if {
	ops_004([store("datasets"), lifecycle_of("datasets", [kept(365)])]) == set()
	ops_004([store("models"), lifecycle_of("models", [object.remove(kept(1), ["expiration"])])]) == set()
	ops_004_with(false, 0, 0, [store("datasets"), lifecycle_of("datasets", [object.remove(kept(1), ["expiration"])])]) == set()
	ops_004_with(true, 365, 9132, [store("datasets"), lifecycle_of("datasets", [kept(9132)])]) == set()
}

test_ops_004_fails_for_personal_data_that_stays if {
	ops_004([store("datasets"), lifecycle_of("datasets", [kept(366)])]) == {ops_004_personal}
	ops_004([store("requests"), lifecycle_of("requests", [object.remove(kept(1), ["expiration"])])]) == {ops_004_personal}
}

test_ops_004_fails_for_health_records_that_go_too_early if {
	ops_004_with(true, 365, 9132, [store("datasets"), lifecycle_of("datasets", [kept(365)])]) == {on(bucket_type, `Bucket "x" lets health records go after 365 days, before the 9132 that uae-health asks; keep them.`)}
}

test_ops_004_fails_where_the_lifecycle_is_missing if {
	ops_004([store("models")]) == {ops_004_kept}
	ops_004([store("datasets")]) == {ops_004_kept, ops_004_personal}
	ops_004([store("models"), lifecycle_of("models", [object.union(kept(1), {"status": "Disabled"})])]) == {ops_004_kept}
}

test_ops_004_is_silent_on_opaque_values if {
	every value in opaque {
		ops_004([store("datasets"), lifecycle_of("datasets", [value])]) == set()
		ops_004([store("datasets"), lifecycle_of("datasets", [kept(value)])]) == set()
		ops_004([store("datasets"), lifecycle_of("datasets", value)]) == set()
	}
}

test_ops_004_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_ops_004 with input as stack([])
	hits == {"Rule stack_deny_ops_004 lacks facts of the environment (personal_data, personal_retention_days, min_record_days); run it through bedplate, or pass them as policy configuration."}
}

some_only := [{"filter": {"prefix": "tmp/"}}, {"prefix": "tmp/"}, {"filter": {"tag": {"key": "a", "value": "b"}}}, {"filter": {"and": {"prefix": "tmp/"}}}]

test_ops_004_fails_for_a_rule_on_some_objects_only if {
	every part_of_it in some_only {
		narrow := object.union(kept(30), part_of_it)
		ops_004([store("models"), lifecycle_of("models", [narrow])]) == {ops_004_kept}
		ops_004([store("datasets"), lifecycle_of("datasets", [narrow])]) == {ops_004_kept, ops_004_personal}
	}
}

test_ops_004_passes_for_a_rule_on_all_objects if {
	every all_of_it in [{"filter": {}}, {"filter": {"prefix": ""}}, {"prefix": ""}, {"filter": null}, {"filter": unknown}] {
		ops_004([store("datasets"), lifecycle_of("datasets", [object.union(kept(30), all_of_it)])]) == set()
	}
}
