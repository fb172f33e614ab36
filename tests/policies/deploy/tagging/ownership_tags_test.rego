package bedplate_deploy_test

import rego.v1

tag_001(type, inputs) := hits if {
	hits := data.bedplate_deploy.deny_tag_001 with input as one(type, inputs)
		with data.config as {"deny_tag_001": {
			"required_tags": ["owner", "environment", "cost_center", "data_classification"],
			"environment": "prod",
		}}
}

ownership := {"owner": "ml", "environment": "prod", "cost_center": "4711", "data_classification": "internal"}

test_tag_001_passes if tag_001(bucket_type, {"tags": ownership}) == set()

test_tag_001_passes_by_the_tags_of_the_provider if {
	given := object.union(provider, {"properties": {"region": "me-central-1", "defaultTags": json.marshal({"tags": ownership})}})
	tag_001(bucket_type, {"__provider": given}) == set()
	tag_001(bucket_type, {"__provider": given, "tags": {"Name": "x"}}) == set()
}

test_tag_001_passes_for_the_list_of_an_auto_scaling_group if {
	tags := [{"key": key_, "value": value, "propagateAtLaunch": true} | some key_, value in ownership]
	tag_001("aws:autoscaling/group:Group", {"tags": tags}) == set()
}

test_tag_001_fails_where_one_is_missing if {
	tag_001(bucket_type, {"tags": object.remove(ownership, ["owner"])}) == {`Bucket "x" lacks the tags owner; add them.`}
}

test_tag_001_fails_where_one_is_blank if {
	tag_001(bucket_type, {"tags": object.union(ownership, {"cost_center": " "})}) == {`Bucket "x" lacks the tags cost_center; add them.`}
}

test_tag_001_fails_where_all_are_missing if {
	tag_001(bucket_type, {}) == {`Bucket "x" lacks the tags owner, environment, cost_center, data_classification; add them.`}
}

test_tag_001_fails_for_another_environment if {
	tag_001(bucket_type, {"tags": object.union(ownership, {"environment": "dev"})}) == {`Bucket "x" is tagged for the environment dev; tag it prod.`}
}

test_tag_001_leaves_types_without_tags_alone if tag_001("aws:s3/bucketPolicy:BucketPolicy", {}) == set()

test_tag_001_is_silent_on_opaque_values if {
	every value in opaque {
		tag_001(bucket_type, {"tags": value}) == set()
		tag_001(bucket_type, {"tags": object.union(ownership, {"owner": value})}) == set()
	}
}

test_tag_001_fails_without_facts if {
	hits := data.bedplate_deploy.deny_tag_001 with input as one(bucket_type, {"tags": ownership})
	hits == {"Rule deny_tag_001 lacks facts of the environment (required_tags, environment); run it through bedplate, or pass them as policy configuration."}
}
