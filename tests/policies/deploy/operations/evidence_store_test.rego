package bedplate_deploy_test

import rego.v1

ops_007_in(tier, resources) := hits if {
	hits := data.bedplate_deploy.stack_deny_ops_007 with input as stack(resources)
		with data.config as {"stack_deny_ops_007": {"tier": tier}}
}

ops_007(resources) := ops_007_in("production", resources)

evidence := named(bucket_type, "x", {"bucket": "acme-x-evidence", "objectLockEnabled": true})

of_evidence(kind, inputs) := named(sprintf("aws:s3/%s", [kind]), "part", object.union({"bucket": "acme-x-evidence"}, inputs))

lock(mode, days) := of_evidence("bucketObjectLockConfiguration:BucketObjectLockConfiguration", {"rule": {"defaultRetention": {"mode": mode, "days": days}}})

versioning(status) := object.union(
	of_evidence("bucketVersioning:BucketVersioning", {"versioningConfiguration": {"status": status}}),
	{"__urn": "versioning"},
)

evidence_key := object.union(of_evidence(sse, sse_rules("aws:kms", key)), {"__urn": "encryption"})

ops_007_lock := on(bucket_type, `Bucket "x" has no Object Lock with a retention; set objectLockEnabled and add a BucketObjectLockConfiguration.`)

ops_007_versions := on(bucket_type, `Bucket "x" is not versioned; add a BucketVersioning with the status Enabled.`)

ops_007_bypass := on(bucket_type, `Bucket "x" can be emptied by a privileged role; lock it in the mode COMPLIANCE, or deny s3:BypassGovernanceRetention to everybody.`)

test_ops_007_passes if ops_007([evidence, lock("COMPLIANCE", 2555), versioning("Enabled"), evidence_key]) == set()

test_ops_007_passes_for_governance_where_the_bypass_is_denied if {
	statement := {"Effect": "Deny", "Principal": "*", "Action": "s3:BypassGovernanceRetention", "Resource": "*"}
	policy := of_evidence(bucket_policy, {"policy": policy_text([statement])})
	ops_007([evidence, lock("GOVERNANCE", 30), versioning("Enabled"), policy]) == set()
}

test_ops_007_fails_for_governance_in_production if {
	ops_007([evidence, lock("GOVERNANCE", 30), versioning("Enabled")]) == {ops_007_bypass}
	ops_007_in("development", [evidence, lock("GOVERNANCE", 30), versioning("Enabled")]) == set()
}

test_ops_007_fails_where_all_is_missing if ops_007([evidence]) == {ops_007_lock, ops_007_versions}

test_ops_007_fails_without_retention if ops_007([evidence, lock("COMPLIANCE", 0), versioning("Enabled")]) == {ops_007_lock}

test_ops_007_fails_for_suspended_versions if ops_007([evidence, lock("COMPLIANCE", 1), versioning("Suspended")]) == {ops_007_versions}

test_ops_007_fails_for_a_shared_key if {
	other := named(bucket_type, "models", {"bucket": "acme-models"})
	its_key := named(sprintf("aws:s3/%s", [sse]), "other", object.union({"bucket": "acme-models"}, sse_rules("aws:kms", key)))
	ops_007([evidence, lock("COMPLIANCE", 1), versioning("Enabled"), evidence_key, other, its_key]) == {on(bucket_type, `Bucket "x" shares its key with Bucket "models"; give it a key of its own.`)}
}

test_ops_007_fails_where_a_cluster_has_no_evidence_bucket if {
	ops_007([named(eks, "x", {}), bucket]) == {on(eks, `Cluster "x" stands in a stack without an evidence bucket; add one whose name says evidence.`)}
}

test_ops_007_leaves_other_buckets_alone if ops_007([bucket]) == set()

test_ops_007_is_silent_on_opaque_values if {
	every value in opaque {
		ops_007([evidence, lock(value, 1), versioning(value)]) == set()
		ops_007([evidence, of_evidence("bucketObjectLockConfiguration:BucketObjectLockConfiguration", {"rule": value}), versioning("Enabled")]) == set()
	}
}

test_ops_007_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_ops_007 with input as stack([])
	hits == {"Rule stack_deny_ops_007 lacks facts of the environment (tier); run it through bedplate, or pass them as policy configuration."}
}

bypass_denied(resource) := of_evidence(bucket_policy, {"policy": policy_text([{"Effect": "Deny", "Principal": "*", "Action": "s3:BypassGovernanceRetention", "Resource": resource}])})

governed(policy) := ops_007([evidence, lock("GOVERNANCE", 30), versioning("Enabled"), policy])

test_ops_007_fails_where_the_denial_misses_the_objects if {
	governed(bypass_denied("arn:aws:s3:::acme-x-evidence/*")) == set()
	every place in ["arn:aws:s3:::acme-x-evidence", "arn:aws:s3:::acme-x-evidence/tmp/*", "arn:aws:s3:::other/*"] {
		governed(bypass_denied(place)) == {ops_007_bypass}
	}
}

test_ops_007_is_silent_on_an_opaque_policy if {
	every value in opaque {
		governed(of_evidence(bucket_policy, {"policy": value})) == set()
	}
}

test_ops_007_fails_for_a_shared_key_that_does_not_exist_yet if {
	kms := named("aws:kms/key:Key", "data", {})
	own := object.union(of_evidence(sse, sse_rules("aws:kms", unknown)), {"__urn": "encryption", "propertyDependencies": {"rules": [kms.__urn]}})
	other := named(bucket_type, "models", {"bucket": "acme-models"})
	its := object.union(
		named(sprintf("aws:s3/%s", [sse]), "other", object.union({"bucket": "acme-models"}, sse_rules("aws:kms", unknown))),
		{"propertyDependencies": {"rules": [kms.__urn]}},
	)
	ops_007([kms, evidence, lock("COMPLIANCE", 1), versioning("Enabled"), own, other, its]) == {on(bucket_type, `Bucket "x" shares its key with Bucket "models"; give it a key of its own.`)}
}
