package bedplate_deploy

import rego.v1

# METADATA
# title: Where personal data is processed, every resource carries the record of processing
# description: >-
#   Purpose, retention, controller and the contact of the data protection officer stand on the
#   resource itself, so that the record of processing can be drawn from the account.
# custom:
#   id: TAG-002
#   severity: high
#   scope: resource
#   resource_types: ["aws:*"]
#   reads:
#     - tags.purpose
#     - tags.retention_days
#     - tags.controller
#     - tags.dpo_contact
#     - __provider.properties.defaultTags
#   narrow: true
#   controls: [uae-pdpl:7, uae-pdpl:8, uae-pdpl:10, gdpr:30, iso27001:A.5.34]
#   avoid: A resource of an environment with personal data that lacks purpose or retention_days.
#   remediation: Add the tags purpose, retention_days, controller and dpo_contact.
#   parameters: [personal_data, personal_data_tags]
#   settings: [governance.personal_data]
deny_tag_002 contains message if message := without_facts("deny_tag_002", ["personal_data", "personal_data_tags"])

deny_tag_002 contains message if {
	fact("deny_tag_002", "personal_data") == true
	missing := missing_tags(input, listed(fact("deny_tag_002", "personal_data_tags")))
	message := sprintf("%s lacks the tags %s of the record of processing; add them.", [label(input), concat(", ", missing)])
}
