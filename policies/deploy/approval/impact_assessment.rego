package bedplate_deploy

import rego.v1

# METADATA
# title: Personal data in production has been assessed for its impact
# description: >-
#   What could go wrong for the people whose data it is must be asked before it is used in earnest.
#   How old the answer may be is asked when deploying: APR-011.
# custom:
#   id: APR-008
#   severity: high
#   scope: stack
#   resource_types: []
#   controls: [uae-pdpl:21, gdpr:35]
#   avoid: A production environment with personal_data that names no dpia_reference.
#   remediation: Assess the impact, and record its reference and day under governance.personal_data.
#   parameters: [tier, personal_data, dpia_reference]
#   settings: [governance.personal_data.dpia_reference, governance.personal_data]
#   applies: {tiers: [production]}
stack_deny_apr_008 contains message if message := without_facts("stack_deny_apr_008", ["tier", "personal_data", "dpia_reference"])

stack_deny_apr_008 contains message if {
	fact("stack_deny_apr_008", "tier") == "production"
	fact("stack_deny_apr_008", "personal_data") == true
	is_blank(fact("stack_deny_apr_008", "dpia_reference"))
	message := "The environment processes personal data without an impact assessment; name it in governance.personal_data.dpia_reference."
}
