package bedplate_deploy_test

import rego.v1

apr_011(tier, personal, age) := hits if {
	hits := data.bedplate_deploy.stack_deny_apr_011 with input as stack([])
		with data.config as {"stack_deny_apr_011": {"tier": tier, "personal_data": personal, "dpia_age_days": age}}
}

apr_011_message := "The impact assessment is older than 365 days, or has no day that is past; review it and set governance.personal_data.dpia_date."

test_apr_011_passes if {
	apr_011("production", true, 0) == set()
	apr_011("production", true, 365) == set()
	apr_011("production", false, -1) == set()
}

test_apr_011_fails_for_an_old_assessment if apr_011("production", true, 366) == {apr_011_message}

test_apr_011_fails_where_the_day_is_missing if {
	apr_011("production", true, -1) == {apr_011_message}
	apr_011("production", true, "2026-01-01") == {apr_011_message}
}

test_apr_011_asks_nothing_of_other_tiers if apr_011("development", true, 900) == set()

test_apr_011_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_apr_011 with input as stack([])
	hits == {"Rule stack_deny_apr_011 lacks facts of the environment (tier, personal_data, dpia_age_days); run it through bedplate, or pass them as policy configuration."}
}
