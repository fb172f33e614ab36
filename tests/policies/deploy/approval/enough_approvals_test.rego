package bedplate_deploy_test

import rego.v1

# A release that keeps every rule on releases; the rules' tests change one part of it.

digest := "sha256:aa"

noon := 1795600000

approval(name, role) := {
	"approver": name,
	"key": lower(name),
	"role": role,
	"digest": digest,
	"signed_at": noon - 3600,
	"expires": noon + 3600,
}

change := {
	"type": "normal",
	"id": "CHG-1",
	"state": "approved",
	"template": "",
	"authority": "",
	"review_due": 0,
	"reviewed": false,
	"overdue_reviews": [],
}

emergency := object.union(change, {"type": "emergency", "state": "open", "authority": "Duty", "review_due": noon + 86400})

good_release := {
	"digest": digest,
	"author": "Ann",
	"author_key": "ann",
	"deployer": "CI",
	"deployer_key": "ci",
	"now": noon,
	"dates": [20261125],
	"approvals": [approval("Huda", "platform"), approval("Yusuf", "compliance")],
	"required": 2,
	"roles": ["platform", "compliance"],
	"change": change,
	"windows": [],
	"freezes": [],
	"standard_templates": ["STD-7"],
	"emergency_authorities": ["Duty"],
}

changed(parts) := object.union(object.remove(good_release, object.keys(parts)), parts)

released(rule, tier, release) := {rule: {"tier": tier, "release": release}}

apr_001_in(tier, release) := hits if {
	hits := data.bedplate_deploy.stack_deny_apr_001 with input as stack([])
		with data.config as released("stack_deny_apr_001", tier, release)
}

apr_001(parts) := apr_001_in("production", changed(parts))

test_apr_001_passes if {
	apr_001({}) == set()
	apr_001({"approvals": [approval("Huda", "platform"), approval("Yusuf", "compliance"), approval("Sara", "platform")]}) == set()
}

test_apr_001_fails_for_one_approval if {
	apr_001({"approvals": [approval("Huda", "platform")]}) == {
		"The release has 1 approvals in force and needs 2; have it approved by more people.",
		"Nobody in the role compliance has approved the release; have it approved in that role.",
	}
}

test_apr_001_fails_where_one_person_approves_twice if {
	apr_001({"approvals": [approval("Huda", "platform"), approval("HUDA", "compliance")]}) == {"The release has 1 approvals in force and needs 2; have it approved by more people."}
}

test_apr_001_fails_for_approvals_that_do_not_count if {
	every parts in [{"digest": "sha256:bb"}, {"expires": noon}, {"signed_at": noon + 1}, {"expires": "2027-01-01"}, {"key": ""}] {
		other := object.union(approval("Yusuf", "compliance"), parts)
		"The release has 1 approvals in force and needs 2; have it approved by more people." in apr_001({"approvals": [approval("Huda", "platform"), other]})
	}
}

test_apr_001_fails_below_two_whatever_is_required if {
	apr_001({"required": 1, "roles": ["platform"], "approvals": [approval("Huda", "platform")]}) == {"The release has 1 approvals in force and needs 2; have it approved by more people."}
}

test_apr_001_fails_where_approvals_or_digest_are_missing if {
	count(apr_001_in("production", object.remove(good_release, ["approvals"]))) == 3
	count(apr_001_in("production", object.remove(good_release, ["digest"]))) == 3
	count(apr_001_in("production", object.remove(good_release, ["now"]))) == 3
}

test_apr_001_asks_one_of_an_emergency if {
	apr_001({"change": emergency, "approvals": [approval("Huda", "platform")]}) == set()
	apr_001({"change": emergency, "approvals": []}) == {"The release has 0 approvals in force and needs 1; have it approved by more people."}
}

test_apr_001_takes_no_opaque_approval_for_one if {
	every value in opaque {
		count(apr_001({"approvals": value})) == 3
		count(apr_001({"approvals": [value, value]})) == 3
	}
}

test_apr_001_asks_nothing_of_other_tiers if apr_001_in("staging", changed({"approvals": []})) == set()

test_apr_001_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_apr_001 with input as stack([])
	hits == {
		"Rule stack_deny_apr_001 lacks facts of the environment (tier); run it through bedplate, or pass them as policy configuration.",
		"Rule stack_deny_apr_001 lacks facts of the environment (release): there are neither approvals nor a change record to judge; deploy by bedplate up, which gathers them.",
	}
}

test_apr_001_fails_for_a_release_of_nothing if {
	lacking := {"Rule stack_deny_apr_001 lacks facts of the environment (release): there are neither approvals nor a change record to judge; deploy by bedplate up, which gathers them."}
	apr_001_in("production", {}) == lacking
	lacking - apr_001({"required": "2", "approvals": []}) == set()
	lacking - apr_001({"required": "3"}) == set()
}
