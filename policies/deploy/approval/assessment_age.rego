package bedplate_deploy

import rego.v1

# METADATA
# title: The impact assessment is not older than a year
# description: >-
#   Models, data and purposes drift; an assessment of what was there before says little. It is asked
#   when deploying, so that a proposal does not turn red by the mere passing of time.
# custom:
#   id: APR-011
#   severity: high
#   scope: stack
#   phase: [deploy]
#   resource_types: []
#   controls: [uae-pdpl:21, gdpr:35]
#   avoid: A deployment to production under an assessment of two years ago, or one without a day.
#   remediation: Review the assessment, and record its day in governance.personal_data.dpia_date.
#   parameters: [tier, personal_data, dpia_age_days]
#   settings: [governance.personal_data.dpia_date, governance.personal_data]
#   applies: {tiers: [production]}
stack_deny_apr_011 contains message if message := without_facts("stack_deny_apr_011", ["tier", "personal_data", "dpia_age_days"])

stack_deny_apr_011 contains message if {
	fact("stack_deny_apr_011", "tier") == "production"
	fact("stack_deny_apr_011", "personal_data") == true
	age := fact("stack_deny_apr_011", "dpia_age_days")
	not is_recent(age, 365)
	message := "The impact assessment is older than 365 days, or has no day that is past; review it and set governance.personal_data.dpia_date."
}
