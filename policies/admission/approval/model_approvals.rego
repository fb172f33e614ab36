package bedplate_admission

import rego.v1

# METADATA
# title: A model was approved by enough people
# description: >-
#   One person's error or will must not reach customers. How many it takes is the environment's.
# custom:
#   id: APR-101
#   severity: critical
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [metadata.annotations]
#   controls: [iso27001:A.5.3, iso27001:A.8.32, eu-ai-act:14]
#   parameters: [approvals]
#   avoid: An InferenceService whose `bedplate/approvers` names fewer people than the environment asks.
#   remediation: Have the release approved, and name all approvers, separated by commas.
deny_apr_101 contains message if {
	serves_model
	approvers := annotation("approvers")
	is_known(approvers)
	given := count(people("approvers"))
	given < wanted_approvals
	message := sprintf("%s names %d distinct approvers in bedplate/approvers; %d are needed.", [label, given, wanted_approvals])
}

# Two where the environment does not say.
wanted_approvals := wanted if {
	some text in parameter("approvals", [])
	wanted := to_number(text)
} else := 2
