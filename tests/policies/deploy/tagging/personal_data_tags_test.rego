package bedplate_deploy_test

import rego.v1

tag_002(personal, inputs) := hits if {
	hits := data.bedplate_deploy.deny_tag_002 with input as one(bucket_type, inputs)
		with data.config as {"deny_tag_002": {
			"personal_data": personal,
			"personal_data_tags": ["purpose", "retention_days", "controller", "dpo_contact"],
		}}
}

record := {"purpose": "fraud detection", "retention_days": "365", "controller": "Acme", "dpo_contact": "dpo@acme.example"}

test_tag_002_passes if tag_002(true, {"tags": record}) == set()

test_tag_002_passes_without_personal_data if tag_002(false, {}) == set()

test_tag_002_fails_where_one_is_missing if {
	tag_002(true, {"tags": object.remove(record, ["purpose"])}) == {`Bucket "x" lacks the tags purpose of the record of processing; add them.`}
}

test_tag_002_fails_where_all_are_missing if {
	tag_002(true, {}) == {`Bucket "x" lacks the tags purpose, retention_days, controller, dpo_contact of the record of processing; add them.`}
}

test_tag_002_is_silent_on_opaque_values if {
	every value in opaque {
		tag_002(true, {"tags": value}) == set()
		tag_002(true, {"tags": object.union(record, {"purpose": value})}) == set()
	}
}

test_tag_002_fails_without_facts if {
	hits := data.bedplate_deploy.deny_tag_002 with input as one(bucket_type, {})
	hits == {"Rule deny_tag_002 lacks facts of the environment (personal_data, personal_data_tags); run it through bedplate, or pass them as policy configuration."}
}
