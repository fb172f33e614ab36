package bedplate_deploy

import rego.v1

# METADATA
# title: A change to production has its record, inside a window and outside a freeze
# description: >-
#   A normal change was assessed and authorised before it is made; a standard one follows a recipe
#   that was authorised once for all. Both keep to the schedule. An emergency does not: APR-004.
# custom:
#   id: APR-003
#   severity: critical
#   scope: stack
#   phase: [deploy]
#   resource_types: []
#   controls: ["itil4:normal", "itil4:standard", iso27001:A.8.32]
#   avoid: A deployment without an approved change, or in the freeze at the end of the year.
#   remediation: Get the change approved, or name a listed template, and deploy inside a window.
#   parameters: [tier, release]
#   settings: [governance.change.windows, governance.change]
#   applies: {tiers: [production]}
stack_deny_apr_003 contains message if message := without_facts("stack_deny_apr_003", ["tier"])

stack_deny_apr_003 contains message if message := without_release("stack_deny_apr_003")

stack_deny_apr_003 contains message if {
	release := judged_change
	change := change_of(release)
	not is_recorded_change(change)
	message := "There is no change record of a known type with an id; open a change for the release."
}

stack_deny_apr_003 contains message if {
	release := judged_change
	change_type(release) == "normal"
	change := change_of(release)
	object.get(change, "state", "") != "approved"
	message := sprintf("The change %s is not approved; get it approved before you deploy.", [change_id(change)])
}

stack_deny_apr_003 contains message if {
	release := judged_change
	change_type(release) == "standard"
	change := change_of(release)
	template := object.get(change, "template", "")
	templates := listed(object.get(release, "standard_templates", null))
	not template in templates
	message := sprintf("The standard change %s follows no template of governance.change.standard_templates; name one, or make it a normal change.", [change_id(change)])
}

stack_deny_apr_003 contains message if {
	release := judged_change
	change_type(release) != "emergency"
	windows := listed(object.get(release, "windows", null))
	count(windows) > 0
	count([window | some window in windows; is_open_window(window)]) == 0
	texts := [object.get(window, "text", "?") | some window in windows]
	message := sprintf("No change window is open; deploy in one of them: %s.", [concat("; ", texts)])
}

stack_deny_apr_003 contains message if {
	release := judged_change
	change_type(release) != "emergency"
	some freeze in listed(object.get(release, "freezes", null))
	some day in listed(object.get(release, "dates", null))
	day >= freeze.start
	day <= freeze.end
	message := sprintf("A freeze holds until %d (%s); deploy after it, or open an emergency change.", [freeze.end, freeze.reason])
}

judged_change := release if {
	fact("stack_deny_apr_003", "tier") == "production"
	release := release_of("stack_deny_apr_003")
	release != {}
}

is_recorded_change(change) if {
	is_object(change)
	object.get(change, "type", "") in ["standard", "normal", "emergency"]
	id := object.get(change, "id", null)
	not is_blank(id)
}

change_id(change) := object.get(change, "id", "?")

is_open_window(window) if {
	window.weekday in window.days
	window.minute >= window.start
	window.minute < window.end
}
