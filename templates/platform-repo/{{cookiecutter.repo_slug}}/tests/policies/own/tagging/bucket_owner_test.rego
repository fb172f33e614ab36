package own_test

import rego.v1

own_001(properties) := hits if {
	resource := object.union({"__type": "aws:s3/bucket:Bucket", "__name": "x"}, properties)
	hits := data.own.deny_own_001 with input as resource
}

own_001_message := "x does not say who owns it; set the tag owner."

test_own_001_passes if own_001({"tags": {"owner": "fraud"}}) == set()

test_own_001_fails_where_it_is_empty if own_001({"tags": {"owner": ""}}) == {own_001_message}

test_own_001_fails_where_it_is_missing if own_001({}) == {own_001_message}

test_own_001_is_silent_on_opaque_values if own_001({"tags": {"$unknown": true}}) == set()

test_own_001_judges_its_own_type_only if {
	data.own.deny_own_001 == set() with input as {"__type": "aws:other/thing:Thing", "__name": "x"}
}
