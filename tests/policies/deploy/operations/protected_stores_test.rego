package bedplate_deploy_test

import rego.v1

ops_006_in(tier, resources) := hits if {
	hits := data.bedplate_deploy.stack_deny_ops_006 with input as stack(resources)
		with data.config as {"stack_deny_ops_006": {"tier": tier}}
}

ops_006(type, options) := ops_006_in("production", [object.union(object.remove(named(type, "x", {}), ["__options"]), {"__options": options})])

unprotected := on(bucket_type, `Bucket "x" can be deleted by a mistake; set protect.`)

test_ops_006_passes if {
	ops_006(bucket_type, {"protect": true, "ignoreChanges": []}) == set()
	ops_006("aws:ec2/vpc:Vpc", {"protect": false}) == set()
	ops_006(group_type, {"ignoreChanges": ["scalingConfig.desiredSize"]}) == set()
}

test_ops_006_fails_for_a_store_that_can_be_deleted if ops_006(bucket_type, {"protect": false}) == {unprotected}

test_ops_006_fails_for_changes_that_nobody_sees if {
	ops_006("aws:s3/bucketPolicy:BucketPolicy", {"ignoreChanges": ["policy", "tags"]}) == {on("aws:s3/bucketPolicy:BucketPolicy", `BucketPolicy "x" ignores changes of policy, tags, so that nobody judges them; remove that.`)}
}

record_group(protect) := object.union(named("aws:cloudwatch/logGroup:LogGroup", "x", {}), {"__options": {"protect": protect}})

trail_to(group) := object.union(named("aws:cloudtrail/trail:Trail", "trail", {}), {"propertyDependencies": {"cloudWatchLogsGroupArn": [group.__urn]}})

test_ops_006_fails_for_a_record_that_can_be_deleted if {
	group := record_group(false)
	ops_006_in("production", [group, trail_to(group)]) == {on("aws:cloudwatch/logGroup:LogGroup", `LogGroup "x" holds the record of what was done and can be deleted by a mistake; set protect.`)}
}

test_ops_006_passes_for_a_protected_record_and_for_other_logs if {
	group := record_group(true)
	ops_006_in("production", [group, trail_to(group)]) == set()
	ops_006_in("production", [record_group(false)]) == set()
}

test_ops_006_fails_where_options_are_missing if ops_006(bucket_type, {}) == {unprotected}

test_ops_006_takes_no_opaque_switch_for_protection if {
	every value in opaque {
		ops_006(bucket_type, {"protect": value}) == {unprotected}
	}
}

test_ops_006_asks_nothing_of_other_tiers if ops_006_in("staging", [bucket]) == set()

test_ops_006_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_ops_006 with input as stack([])
	hits == {"Rule stack_deny_ops_006 lacks facts of the environment (tier); run it through bedplate, or pass them as policy configuration."}
}

cluster_group(name) := object.union(named("aws:cloudwatch/logGroup:LogGroup", "x", {"name": name}), {"__options": {"protect": false}})

test_ops_006_fails_for_the_clusters_record if {
	ops_006_in("production", [cluster_group("/aws/eks/acme-prod/cluster")]) == {on("aws:cloudwatch/logGroup:LogGroup", `LogGroup "x" holds the record of what was done and can be deleted by a mistake; set protect.`)}
	ops_006_in("production", [cluster_group("/aws/eks/acme-prod/application")]) == set()
}

test_ops_006_fails_for_other_stores if {
	every type in ["aws:docdb/cluster:Cluster", "aws:neptune/cluster:Cluster", "aws:fsx/lustreFileSystem:LustreFileSystem", "aws:opensearch/domain:Domain"] {
		count(ops_006(type, {})) == 1
	}
}
