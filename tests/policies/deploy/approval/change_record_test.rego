package bedplate_deploy_test

import rego.v1

apr_003_in(tier, release) := hits if {
	hits := data.bedplate_deploy.stack_deny_apr_003 with input as stack([])
		with data.config as released("stack_deny_apr_003", tier, release)
}

apr_003(parts) := apr_003_in("production", changed(parts))

window(weekday, minute) := {
	"days": [0, 1],
	"start": 1140,
	"end": 1320,
	"weekday": weekday,
	"minute": minute,
	"text": "mon, tue 19:00 to 22:00 Asia/Dubai",
}

year_end := {"start": 20261224, "end": 20270103, "reason": "year-end closing"}

closed_window := "No change window is open; deploy in one of them: mon, tue 19:00 to 22:00 Asia/Dubai."

frozen := "A freeze holds until 20270103 (year-end closing); deploy after it, or open an emergency change."

unrecorded := "There is no change record of a known type with an id; open a change for the release."

test_apr_003_passes if {
	apr_003({}) == set()
	apr_003({"windows": [window(1, 1140)], "freezes": [year_end]}) == set()
	apr_003({"change": object.union(change, {"type": "standard", "state": "", "template": "STD-7"})}) == set()
}

test_apr_003_fails_for_a_change_that_is_not_approved if {
	apr_003({"change": object.union(change, {"state": "draft"})}) == {"The change CHG-1 is not approved; get it approved before you deploy."}
}

test_apr_003_fails_for_an_unlisted_template if {
	apr_003({"change": object.union(change, {"type": "standard", "template": "STD-8"})}) == {"The standard change CHG-1 follows no template of governance.change.standard_templates; name one, or make it a normal change."}
}

test_apr_003_fails_outside_every_window if {
	every moment in [[2, 1200], [1, 1139], [1, 1320]] {
		apr_003({"windows": [window(moment[0], moment[1])]}) == {closed_window}
	}
}

test_apr_003_fails_in_a_freeze if {
	every day in [20261224, 20261231, 20270103] {
		apr_003({"dates": [20261223, day], "freezes": [year_end]}) == {frozen}
	}
	apr_003({"dates": [20270104], "freezes": [year_end]}) == set()
}

test_apr_003_fails_where_the_record_is_missing if {
	apr_003_in("production", object.remove(good_release, ["change"])) == {unrecorded}
	apr_003({"change": object.union(change, {"id": " "})}) == {unrecorded}
	apr_003({"change": object.union(change, {"type": "urgent"})}) == {unrecorded}
}

test_apr_003_leaves_emergencies_to_their_own_rule if {
	apr_003({"change": emergency, "windows": [window(3, 0)], "dates": [20261225], "freezes": [year_end]}) == set()
}

test_apr_003_takes_no_opaque_record_for_one if {
	every value in opaque {
		unrecorded in apr_003({"change": value})
		apr_003({"change": object.union(change, {"state": value})}) == {"The change CHG-1 is not approved; get it approved before you deploy."}
	}
}

test_apr_003_asks_nothing_of_other_tiers if apr_003_in("staging", changed({"windows": [window(3, 0)]})) == set()

test_apr_003_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_apr_003 with input as stack([])
	count(hits) == 2
}

test_apr_003_fails_for_a_release_of_nothing if count(apr_003_in("production", {})) == 1
