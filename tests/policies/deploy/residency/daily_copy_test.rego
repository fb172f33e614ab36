package bedplate_deploy_test

import rego.v1

res_007_for(regimes, branch, resources) := hits if {
	hits := data.bedplate_deploy.stack_deny_res_007 with input as stack(resources)
		with data.config as {"stack_deny_res_007": {"regimes": regimes, "foreign_branch": branch, "region_countries": region_countries}}
}

res_007(resources) := res_007_for(["uae-bank"], true, resources)

res_007_fault := {on(rds_instance, `Instance "x" has no daily copy in the United Arab Emirates; add a daily backup rule with a copy action to a vault there.`)}

copying(schedule, arn) := named("aws:backup/plan:Plan", "p", {"rules": [{"schedule": schedule, "copyActions": [{"destinationVaultArn": arn}]}]})

test_res_007_passes_with_a_daily_copy if {
	every schedule in ["cron(0 3 * * ? *)", "cron(30 0,12 ? * * *)"] {
		res_007([good_db, copying(schedule, vault_in("me-central-1")), selected(["*"])]) == set()
	}
}

test_res_007_fails_for_a_weekly_copy if res_007([good_db, copying("cron(0 3 ? * SUN *)", vault_in("me-central-1")), selected(["*"])]) == res_007_fault

test_res_007_fails_for_a_copy_elsewhere if res_007([good_db, copying("cron(0 3 * * ? *)", vault_in("eu-west-1")), selected(["*"])]) == res_007_fault

test_res_007_fails_where_it_is_missing if {
	res_007([good_db]) == res_007_fault
	res_007([good_db, named("aws:backup/plan:Plan", "p", {"rules": [{"schedule": "cron(0 3 * * ? *)"}]}), selected(["*"])]) == res_007_fault
}

test_res_007_leaves_others_alone if {
	res_007_for(["uae-bank"], false, [good_db]) == set()
	res_007_for(["gdpr"], true, [good_db]) == set()
}

test_res_007_is_silent_on_opaque_values if {
	every value in opaque {
		res_007([good_db, copying(value, value), selected(["*"])]) == set()
	}
}

test_res_007_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_res_007 with input as stack([])
	hits == {"Rule stack_deny_res_007 lacks facts of the environment (regimes, foreign_branch, region_countries); run it through bedplate, or pass them as policy configuration."}
}

weekly := named("aws:backup/plan:Plan", "weekly", {"rules": [{"schedule": "cron(0 3 ? * SUN *)"}]})

daily := copying("cron(0 3 * * ? *)", vault_in("me-central-1"))

selected_by(plan) := reading("aws:backup/selection:Selection", "s", {"resources": ["*"], "planId": unknown}, "planId", plan.__urn)

test_res_007_fails_for_a_daily_copy_of_something_else if {
	res_007([good_db, daily]) == res_007_fault
	res_007([good_db, daily, weekly, selected_by(weekly)]) == res_007_fault
	res_007([good_db, daily, selected(["arn:aws:rds:me-central-1:111122223333:db:other"])]) == res_007_fault
	res_007([good_db, daily, weekly, selected_by(daily)]) == set()
}
