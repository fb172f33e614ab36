package bedplate_deploy_test

import rego.v1

ops_008(tier, reference, age) := hits if {
	hits := data.bedplate_deploy.stack_deny_ops_008 with input as stack([])
		with data.config as {"stack_deny_ops_008": {"tier": tier, "restore_test_reference": reference, "restore_test_age_days": age}}
}

ops_008_old := "The last restore test is older than 90 days, or has no day that is past; test again and set stores.backup.restore_test_date."

test_ops_008_passes if ops_008("production", "RT-1", 90) == set()

test_ops_008_fails_for_an_old_test if ops_008("production", "RT-1", 91) == {ops_008_old}

test_ops_008_fails_where_the_test_is_missing if {
	ops_008("production", "", -1) == {
		"No restore was tested; test one and name it in stores.backup.restore_test_reference.",
		ops_008_old,
	}
}

test_ops_008_asks_nothing_of_other_tiers if ops_008("staging", "", -1) == set()

test_ops_008_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_ops_008 with input as stack([])
	hits == {"Rule stack_deny_ops_008 lacks facts of the environment (tier, restore_test_reference, restore_test_age_days); run it through bedplate, or pass them as policy configuration."}
}
