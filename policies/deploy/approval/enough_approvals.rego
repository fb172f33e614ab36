package bedplate_deploy

import rego.v1

# METADATA
# title: A release to production is approved by enough people, in every role
# description: >-
#   One person's error, or will, must not reach production. Only approvals of this very release that
#   have not expired count, each person once. An emergency starts with one; its review brings the rest.
# custom:
#   id: APR-001
#   severity: critical
#   scope: stack
#   phase: [deploy]
#   resource_types: []
#   controls: [iso27001:A.5.3, iso27001:A.8.32, "itil4:normal"]
#   avoid: A deployment to production with fewer approvals than governance.approvals asks, or than two.
#   remediation: Have the release approved by as many people as asked, one of them in each role.
#   parameters: [tier, release]
#   settings: [governance.approvals.required, governance.approvals]
#   applies: {tiers: [production]}
stack_deny_apr_001 contains message if message := without_facts("stack_deny_apr_001", ["tier"])

stack_deny_apr_001 contains message if message := without_release("stack_deny_apr_001")

stack_deny_apr_001 contains message if {
	release := release_of("stack_deny_apr_001")
	fact("stack_deny_apr_001", "tier") == "production"
	release != {}
	given := count(people(approvals_in_force(release)))
	needed := approvals_needed(release)
	given < needed
	message := sprintf("The release has %d approvals in force and needs %d; have it approved by more people.", [given, needed])
}

stack_deny_apr_001 contains message if {
	release := release_of("stack_deny_apr_001")
	fact("stack_deny_apr_001", "tier") == "production"
	change_type(release) != "emergency"
	some role in listed(object.get(release, "roles", null))
	count([approval | some approval in approvals_in_force(release); approval.role == role]) == 0
	message := sprintf("Nobody in the role %s has approved the release; have it approved in that role.", [role])
}
