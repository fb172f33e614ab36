package bedplate_admission

import rego.v1

# METADATA
# title: Somebody answers for automated decisions, and can be asked to look again
# description: >-
#   People may contest a decision about them that no person made.
# custom:
#   id: APR-109
#   severity: medium
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [metadata.annotations]
#   controls: [uae-pdpl:18, gdpr:22, eu-ai-act:14, "difc:reg10"]
#   parameters: [evidence]
#   avoid: An InferenceService that does not say whether it decides by itself, or does and names neither
#     `bedplate/oversight-owner` nor `bedplate/review-route`.
#   remediation: Set `bedplate/automated-decision`; if true, name the owner and where to ask for a review.
deny_apr_109 contains message if {
	serves_model
	missing := missing_evidence(["automated-decision"])
	count(missing) > 0
	message := sprintf("%s lacks the annotation %s; say true or false.", [label, shown_keys(missing)])
}

deny_apr_109 contains message if {
	serves_model
	decision := annotation("automated-decision")
	is_given(decision)
	not decision in ["true", "false"]
	message := sprintf("%s says neither true nor false in bedplate/automated-decision.", [label])
}

deny_apr_109 contains message if {
	serves_model
	annotation("automated-decision") == "true"
	missing := blank_keys(["oversight-owner", "review-route"])
	count(missing) > 0
	message := sprintf("%s decides by itself and lacks the annotations %s.", [label, shown_keys(missing)])
}
