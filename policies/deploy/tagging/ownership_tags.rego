package bedplate_deploy

import rego.v1

# METADATA
# title: Every resource says whose it is, where it belongs, who pays and how secret its data is
# description: >-
#   Without an owner nobody answers an alarm, without a cost centre nobody pays, and without a
#   classification nobody knows which rules bind. Types that take no tags are left alone.
# custom:
#   id: TAG-001
#   severity: medium
#   scope: resource
#   resource_types: ["aws:*"]
#   reads:
#     - tags.owner
#     - tags.environment
#     - tags.cost_center
#     - tags.data_classification
#     - __provider.properties.defaultTags
#   narrow: true
#   controls: [iso27001:A.5.9, iso27001:A.5.12, nist-800-207:T1]
#   avoid: A taggable resource without one of the required tags, or with an empty one.
#   remediation: Add the tags owner, environment, cost_center and data_classification.
#   parameters: [required_tags, environment]
#   settings: [owner, governance.data_classification]
deny_tag_001 contains message if message := without_facts("deny_tag_001", ["required_tags", "environment"])

deny_tag_001 contains message if {
	missing := missing_tags(input, listed(fact("deny_tag_001", "required_tags")))
	message := sprintf("%s lacks the tags %s; add them.", [label(input), concat(", ", missing)])
}

deny_tag_001 contains message if {
	environment := fact("deny_tag_001", "environment")

	# Most are tagged right or take no tags, which shows at once.
	object.get(input, ["tags", "environment"], null) != environment
	some place in [["tags"], ["__provider", "properties", "defaultTags"]]
	object.get(input, place, null) != null
	is_taggable(input.__type)
	stated := tag_of(input, "environment")
	stated != environment
	is_string(stated)
	is_string(environment)
	is_known(stated)
	message := sprintf("%s is tagged for the environment %s; tag it %s.", [label(input), stated, environment])
}
