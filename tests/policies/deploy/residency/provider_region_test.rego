package bedplate_deploy_test

import rego.v1

res_001(inputs) := hits if {
	hits := data.bedplate_deploy.deny_res_001 with input as one("aws:ec2/vpc:Vpc", inputs)
		with data.config as {"deny_res_001": {"allowed_regions": ["me-central-1"]}}
}

test_res_001_passes if {
	res_001({}) == set()
	res_001({"region": "me-central-1"}) == set()
}

test_res_001_fails_for_another_region if {
	res_001({"__provider": in_region("eu-west-1")}) == {`Vpc "x" lies in eu-west-1, which the environment does not allow; use me-central-1.`}
}

test_res_001_fails_where_no_region_is_allowed if {
	hits := data.bedplate_deploy.deny_res_001 with input as one("aws:ec2/vpc:Vpc", {})
		with data.config as {"deny_res_001": {"allowed_regions": []}}
	hits == {`Vpc "x" lies in me-central-1, which the environment does not allow; use one within its jurisdictions.`}
}

test_res_001_fails_for_a_region_of_its_own if {
	res_001({"region": "us-east-1"}) == {`Vpc "x" lies in us-east-1, which the environment does not allow; use me-central-1.`}
}

test_res_001_fails_for_the_default_provider if {
	fault := {`Vpc "x" has no explicit provider, so nobody states its region; give it one.`}
	res_001({"__provider": {}}) == fault
	res_001({"__provider": object.union(provider, {"name": "default_7_51_0"})}) == fault
}

test_res_001_fails_where_the_region_is_missing if {
	res_001({"__provider": {"type": "pulumi:providers:aws", "name": "main", "properties": {}}}) == {`Vpc "x" has a provider without a region; state it.`}
}

test_res_001_is_silent_on_opaque_values if {
	every value in opaque {
		res_001({"region": value, "__provider": in_region(value)}) == set()
	}
}

test_res_001_leaves_other_clouds_alone if {
	hits := data.bedplate_deploy.deny_res_001 with input as named("kubernetes:core/v1:Namespace", "x", {"__provider": {}})
		with data.config as {"deny_res_001": {"allowed_regions": ["me-central-1"]}}
	hits == set()
}

test_res_001_fails_without_facts if {
	hits := data.bedplate_deploy.deny_res_001 with input as one("aws:ec2/vpc:Vpc", {})
	hits == {"Rule deny_res_001 lacks facts of the environment (allowed_regions); run it through bedplate, or pass them as policy configuration."}
}

test_res_001_fails_for_a_blank_region if {
	res_001({"__provider": in_region("")}) == {`Vpc "x" has a provider without a region; state it.`}
	count(res_001({"__provider": in_region(" ")})) == 2
}
