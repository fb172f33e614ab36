package bedplate_deploy_test

import rego.v1

res_004(inputs, transfers) := hits if {
	hits := data.bedplate_deploy.deny_res_004 with input as one(bucket_type, inputs)
		with data.config as {"deny_res_004": {
			"countries": ["AE"],
			"region_countries": region_countries,
			"transfers": transfers,
			"today": "2026-11-23",
		}}
}

basis := {"country": "BH", "basis": "Decision 51/2021, case 12", "approver": "dpo@acme.example", "expires": "2026-12-31"}

res_004_fault := {`Bucket "x" lies in me-south-1 (BH), outside the jurisdictions, without a recorded basis in force; move it or record the transfer.`}

test_res_004_passes_at_home if res_004({}, []) == set()

test_res_004_passes_with_a_basis if {
	res_004(abroad, [basis]) == set()
	res_004(abroad, [object.union(basis, {"expires": "2026-11-23"})]) == set()
}

test_res_004_fails_without_basis if res_004(abroad, []) == res_004_fault

test_res_004_fails_for_the_basis_of_another_country if res_004(abroad, [object.union(basis, {"country": "IE"})]) == res_004_fault

test_res_004_fails_after_the_expiry if res_004(abroad, [object.union(basis, {"expires": "2026-11-22"})]) == res_004_fault

test_res_004_fails_for_a_loose_date if res_004(abroad, [object.union(basis, {"expires": "31.12.2026"})]) == res_004_fault

test_res_004_fails_where_the_approver_is_missing if res_004(abroad, [object.remove(basis, ["approver"])]) == res_004_fault

test_res_004_fails_for_a_region_that_nobody_knows if {
	res_004({"region": "xx-new-1"}, [basis]) == {`Bucket "x" lies in xx-new-1 (unknown), outside the jurisdictions, without a recorded basis in force; move it or record the transfer.`}
}

test_res_004_leaves_what_states_no_region_to_res_001 if res_004({"__provider": {}}, []) == set()

test_res_004_is_silent_on_opaque_values if {
	every value in opaque {
		res_004({"region": value}, []) == set()
	}
}

test_res_004_fails_without_facts if {
	hits := data.bedplate_deploy.deny_res_004 with input as one(bucket_type, {})
	hits == {"Rule deny_res_004 lacks facts of the environment (countries, region_countries, transfers, today); run it through bedplate, or pass them as policy configuration."}
}
