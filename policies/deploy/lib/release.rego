package bedplate_deploy

import rego.v1

# METADATA
# title: The release that is about to be deployed
# description: >-
#   Its fact holds approvals whose signatures were verified, and the change record. Moments are
#   seconds, days are numbers such as 20261224: nothing is parsed here. A key is a name without the
#   differences of case and space by which one person could count twice.
release_of(rule) := release if {
	release := fact(rule, "release")
	is_object(release)
} else := {}

# The message of a rule on a release that is not there, or that lacks another fact.
without_release(rule) := message if {
	release := release_of(rule)
	not is_release(release)
	message := sprintf("Rule %s lacks facts of the environment (release): there are neither approvals nor a change record to judge; deploy by bedplate up, which gathers them.", [rule])
}

# Something is in it, and the number of approvals asked, where stated, is one.
is_release(release) if {
	release != {}
	required := object.get(release, "required", 2)
	is_number(required)
}

# Approvals for this very release that hold at this moment.
approvals_in_force(release) := [approval |
	some approval in listed(object.get(release, "approvals", null))
	is_object(approval)
	is_in_force(approval, release)
]

stale_approvals(release) := [approval |
	some approval in listed(object.get(release, "approvals", null))
	is_object(approval)
	not is_in_force(approval, release)
]

is_in_force(approval, release) if {
	is_for(approval, release)
	signed := object.get(approval, "signed_at", null)
	now := object.get(release, "now", null)
	expires := object.get(approval, "expires", null)
	count([moment | some moment in [signed, now, expires]; is_number(moment)]) == 3
	signed <= now
	now < expires
}

is_for(approval, release) if {
	digest := object.get(release, "digest", null)
	is_string(digest)
	digest != ""
	object.get(approval, "digest", "") == digest
}

# The people behind approvals, each once.
people(approvals) := {key | some approval in approvals; key := object.get(approval, "key", null); is_string(key); key != ""}

change_of(release) := object.get(release, "change", null)

change_type(release) := at(release, ["change", "type"])

# Two at least in production; an emergency starts with one, and its review brings the others.
approvals_needed(release) := 1 if change_type(release) == "emergency"

approvals_needed(release) := needed if {
	change_type(release) != "emergency"
	required := object.get(release, "required", 2)
	is_number(required)
	needed := max([2, required])
}

# An age in days that is known, and not above a limit.
is_recent(age, most) if {
	is_number(age)
	age >= 0
	age <= most
}
