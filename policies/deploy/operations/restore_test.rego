package bedplate_deploy

import rego.v1

# METADATA
# title: A restore was tested within the last 90 days
# description: >-
#   A backup that nobody has restored is a hope. It is asked when deploying, so that a proposal does
#   not turn red by the mere passing of time; before the first deployment a test in another
#   environment of the same platform counts.
# custom:
#   id: OPS-008
#   severity: high
#   scope: stack
#   phase: [deploy]
#   resource_types: []
#   controls: [uae-pdpl:20, gdpr:32, iso27001:A.8.13]
#   avoid: A deployment to production whose last restore test has no reference, or is of last year.
#   remediation: Restore a backup, and record reference and day under stores.backup.
#   parameters: [tier, restore_test_reference, restore_test_age_days]
#   settings: [stores.backup.restore_test_date, stores.backup]
#   applies: {tiers: [production]}
stack_deny_ops_008 contains message if message := without_facts("stack_deny_ops_008", ["tier", "restore_test_reference", "restore_test_age_days"])

stack_deny_ops_008 contains message if {
	fact("stack_deny_ops_008", "tier") == "production"
	is_blank(fact("stack_deny_ops_008", "restore_test_reference"))
	message := "No restore was tested; test one and name it in stores.backup.restore_test_reference."
}

stack_deny_ops_008 contains message if {
	fact("stack_deny_ops_008", "tier") == "production"
	age := fact("stack_deny_ops_008", "restore_test_age_days")
	not is_recent(age, 90)
	message := "The last restore test is older than 90 days, or has no day that is past; test again and set stores.backup.restore_test_date."
}
