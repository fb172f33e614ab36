package bedplate_deploy

import rego.v1

# METADATA
# title: Who makes a change, who approves it and who deploys it are different
# description: >-
#   An approval of one's own work is none. A deployer who is also the author could deploy something
#   else than what others have read.
# custom:
#   id: APR-002
#   severity: critical
#   scope: stack
#   phase: [deploy]
#   resource_types: []
#   controls: [iso27001:A.5.3]
#   avoid: An approval by the author or the deployer, or a deployment by the author.
#   remediation: Let somebody else approve, and a third identity, such as the pipeline's, deploy.
#   parameters: [tier, release]
#   settings: [governance.approvals.approvers, governance.approvals]
#   applies: {tiers: [production]}
stack_deny_apr_002 contains message if message := without_facts("stack_deny_apr_002", ["tier"])

stack_deny_apr_002 contains message if message := without_release("stack_deny_apr_002")

stack_deny_apr_002 contains message if {
	release := release_of("stack_deny_apr_002")
	fact("stack_deny_apr_002", "tier") == "production"
	release != {}
	some part in ["author", "deployer"]
	is_blank(object.get(release, sprintf("%s_key", [part]), null))
	message := sprintf("Nobody knows the %s of the release; name one.", [part])
}

stack_deny_apr_002 contains message if {
	release := release_of("stack_deny_apr_002")
	fact("stack_deny_apr_002", "tier") == "production"
	some approval in approvals_in_force(release)
	some part in ["author", "deployer"]
	key := object.get(release, sprintf("%s_key", [part]), null)
	not is_blank(key)
	object.get(approval, "key", null) == key
	message := sprintf("%s has approved the release and is its %s; have somebody else approve it.", [approval.approver, part])
}

stack_deny_apr_002 contains message if {
	release := release_of("stack_deny_apr_002")
	fact("stack_deny_apr_002", "tier") == "production"
	author := object.get(release, "author_key", null)
	not is_blank(author)
	author == object.get(release, "deployer_key", null)
	message := sprintf("%s is author and deployer of the release; let another identity deploy it.", [release.author])
}
