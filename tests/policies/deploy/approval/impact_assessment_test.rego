package bedplate_deploy_test

import rego.v1

apr_008(tier, personal, reference) := hits if {
	hits := data.bedplate_deploy.stack_deny_apr_008 with input as stack([])
		with data.config as {"stack_deny_apr_008": {"tier": tier, "personal_data": personal, "dpia_reference": reference}}
}

apr_008_message := "The environment processes personal data without an impact assessment; name it in governance.personal_data.dpia_reference."

test_apr_008_passes if {
	apr_008("production", true, "DPIA-1") == set()
	apr_008("production", false, "") == set()
}

test_apr_008_fails_where_the_reference_is_missing if {
	apr_008("production", true, "") == {apr_008_message}
	apr_008("production", true, " ") == {apr_008_message}
}

test_apr_008_asks_nothing_of_other_tiers if apr_008("staging", true, "") == set()

test_apr_008_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_apr_008 with input as stack([])
	hits == {"Rule stack_deny_apr_008 lacks facts of the environment (tier, personal_data, dpia_reference); run it through bedplate, or pass them as policy configuration."}
}
