package bedplate_deploy_test

import rego.v1

apr_004_in(tier, release) := hits if {
	hits := data.bedplate_deploy.stack_deny_apr_004 with input as stack([])
		with data.config as released("stack_deny_apr_004", tier, release)
}

apr_004(parts) := apr_004_in("production", changed({"change": object.union(emergency, parts)}))

unauthorised := "The emergency CHG-1 is not authorised by anybody of governance.change.emergency_authorities; name one of them."

unreviewed := "The emergency CHG-1 has no review ahead of it; set the day by which it is reviewed."

test_apr_004_passes if {
	apr_004({}) == set()
	apr_004_in("production", good_release) == set()
}

test_apr_004_fails_for_a_stranger_s_word if {
	apr_004({"authority": "Somebody"}) == {unauthorised}
	apr_004_in("production", changed({"change": emergency, "emergency_authorities": []})) == {unauthorised}
}

test_apr_004_fails_for_a_review_that_is_past if apr_004({"review_due": noon}) == {unreviewed}

test_apr_004_fails_where_authority_and_review_are_missing if {
	apr_004_in("production", changed({"change": {"type": "emergency", "id": "CHG-1"}})) == {unauthorised, unreviewed}
}

test_apr_004_fails_while_a_review_is_overdue if {
	apr_004_in("production", changed({"change": object.union(change, {"overdue_reviews": ["CHG-0", "CHG-00"]})})) == {"The review of CHG-0, CHG-00 is overdue; hold it before anything else is deployed."}
}

test_apr_004_takes_no_opaque_word_for_one if {
	every value in opaque {
		apr_004({"authority": value, "review_due": value}) == {unauthorised, unreviewed}
	}
}

test_apr_004_asks_nothing_of_other_tiers if apr_004_in("staging", changed({"change": {"type": "emergency", "id": "CHG-1"}})) == set()

test_apr_004_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_apr_004 with input as stack([])
	count(hits) == 2
}

test_apr_004_fails_for_a_release_of_nothing if count(apr_004_in("production", {})) == 1
