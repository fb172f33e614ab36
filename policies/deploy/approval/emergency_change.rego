package bedplate_deploy

import rego.v1

# METADATA
# title: An emergency is authorised in time and reviewed afterwards
# description: >-
#   Who skips the schedule says on whose word, and by when the change is reviewed. A review that was
#   promised and not held stops whatever is deployed next: else emergencies become the usual way.
# custom:
#   id: APR-004
#   severity: high
#   scope: stack
#   phase: [deploy]
#   resource_types: []
#   controls: ["itil4:emergency"]
#   avoid: An emergency change without an authority, or a deployment while a review is overdue.
#   remediation: Name a listed authority and a day of review, and hold the reviews that are overdue.
#   parameters: [tier, release]
#   settings: [governance.change.emergency_authorities, governance.change]
#   applies: {tiers: [production]}
stack_deny_apr_004 contains message if message := without_facts("stack_deny_apr_004", ["tier"])

stack_deny_apr_004 contains message if message := without_release("stack_deny_apr_004")

stack_deny_apr_004 contains message if {
	release := judged_emergency
	change_type(release) == "emergency"
	change := change_of(release)
	authority := object.get(change, "authority", "")
	authorities := listed(object.get(release, "emergency_authorities", null))
	not authority in authorities
	message := sprintf("The emergency %s is not authorised by anybody of governance.change.emergency_authorities; name one of them.", [change_id(change)])
}

stack_deny_apr_004 contains message if {
	release := judged_emergency
	change_type(release) == "emergency"
	change := change_of(release)
	not is_review_ahead(change, release)
	message := sprintf("The emergency %s has no review ahead of it; set the day by which it is reviewed.", [change_id(change)])
}

stack_deny_apr_004 contains message if {
	release := judged_emergency
	overdue := listed(at(release, ["change", "overdue_reviews"]))
	count(overdue) > 0
	message := sprintf("The review of %s is overdue; hold it before anything else is deployed.", [concat(", ", overdue)])
}

judged_emergency := release if {
	fact("stack_deny_apr_004", "tier") == "production"
	release := release_of("stack_deny_apr_004")
	release != {}
}

is_review_ahead(change, release) if {
	due := object.get(change, "review_due", 0)
	now := object.get(release, "now", null)
	is_number(due)
	is_number(now)
	due > now
}
