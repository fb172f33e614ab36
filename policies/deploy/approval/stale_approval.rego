package bedplate_deploy

import rego.v1

# METADATA
# title: Approvals are of what is deployed, and have not expired
# description: >-
#   An approval names the digest of one release: spec, policies, plan and tool. Whatever changes
#   after it makes it stale, and so does time. Old approvals may lie about; they count for nothing.
# custom:
#   id: APR-010
#   severity: critical
#   scope: stack
#   phase: [deploy]
#   resource_types: []
#   controls: [iso27001:A.8.32]
#   avoid: A plan that changed after it was approved.
#   remediation: Have the release that you deploy approved anew.
#   parameters: [tier, release]
#   settings: [governance.approvals]
#   applies: {tiers: [production]}
stack_deny_apr_010 contains message if message := without_facts("stack_deny_apr_010", ["tier"])

stack_deny_apr_010 contains message if message := without_release("stack_deny_apr_010")

stack_deny_apr_010 contains message if {
	release := judged_approvals
	is_blank(object.get(release, "digest", null))
	message := "The release has no digest, so that no approval can be of it; take the digest from bedplate."
}

stack_deny_apr_010 contains message if {
	release := judged_approvals
	count(people(approvals_in_force(release))) < approvals_needed(release)
	some approval in stale_approvals(release)
	not is_for(approval, release)
	message := sprintf("The approval of %s is of another release; have this one approved.", [object.get(approval, "approver", "?")])
}

stack_deny_apr_010 contains message if {
	release := judged_approvals
	count(people(approvals_in_force(release))) < approvals_needed(release)
	some approval in stale_approvals(release)
	is_for(approval, release)
	message := sprintf("The approval of %s is not valid now: it has expired or lies ahead; have the release approved anew.", [object.get(approval, "approver", "?")])
}

judged_approvals := release if {
	fact("stack_deny_apr_010", "tier") == "production"
	release := release_of("stack_deny_apr_010")
	release != {}
}
