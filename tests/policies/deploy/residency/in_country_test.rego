package bedplate_deploy_test

import rego.v1

region_countries := {"me-central-1": "AE", "me-south-1": "BH", "eu-west-1": "IE"}

res_002(type, inputs, regimes, branch) := hits if {
	hits := data.bedplate_deploy.deny_res_002 with input as one(type, inputs)
		with data.config as {"deny_res_002": {
			"regimes": regimes,
			"region_countries": region_countries,
			"foreign_branch": branch,
		}}
}

abroad := {"__provider": in_region("me-south-1")}

res_002_fault(regime) := sprintf("Bucket \"x\" lies in me-south-1, outside the country in which %s keeps its data; move it to a region of the United Arab Emirates.", [regime])

test_res_002_passes_in_the_country if res_002(bucket_type, {}, ["uae-health", "uae-bank"], false) == set()

test_res_002_fails_abroad if {
	res_002(bucket_type, abroad, ["uae-health"], false) == {res_002_fault("uae-health")}
	res_002(bucket_type, abroad, ["uae-bank"], false) == {res_002_fault("uae-bank")}
}

test_res_002_fails_for_an_unlisted_region if {
	res_002(bucket_type, {"region": "xx-new-1"}, ["uae-health"], false) == {`Bucket "x" lies in xx-new-1, outside the country in which uae-health keeps its data; move it to a region of the United Arab Emirates.`}
}

test_res_002_fails_where_no_region_is_stated if {
	res_002(bucket_type, {"__provider": {}}, ["uae-health"], false) == {`Bucket "x" lies in a region that nobody states, outside the country in which uae-health keeps its data; move it to a region of the United Arab Emirates.`}
}

test_res_002_leaves_a_foreign_branch_to_its_daily_copy if res_002(bucket_type, abroad, ["uae-bank"], true) == set()

test_res_002_leaves_other_regimes_alone if res_002(bucket_type, abroad, ["gdpr"], false) == set()

test_res_002_leaves_what_holds_no_data_alone if res_002("aws:iam/role:Role", abroad, ["uae-health"], false) == set()

test_res_002_is_silent_on_opaque_values if {
	every value in opaque {
		res_002(bucket_type, {"region": value}, ["uae-health"], false) == set()
	}
}

test_res_002_fails_without_facts if {
	hits := data.bedplate_deploy.deny_res_002 with input as one(bucket_type, {})
	hits == {"Rule deny_res_002 lacks facts of the environment (regimes, region_countries, foreign_branch); run it through bedplate, or pass them as policy configuration."}
}

test_res_002_fails_for_other_services_that_hold_data if {
	every type in ["aws:sagemaker/model:Model", "aws:redshift/cluster:Cluster", "aws:msk/cluster:Cluster", "aws:lambda/function:Function", "aws:glue/catalogDatabase:CatalogDatabase", "aws:ec2/spotInstanceRequest:SpotInstanceRequest"] {
		count(res_002(type, abroad, ["uae-health"], false)) == 1
	}
}
