package bedplate_admission

import rego.v1

# METADATA
# title: A model's risk is known, and a high one is managed
# description: >-
#   Tier 3 is the highest of three. Such a model has a risk file, and a purpose that it is held to.
# custom:
#   id: APR-107
#   severity: high
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [metadata.annotations]
#   controls: [eu-ai-act:9]
#   parameters: [evidence, high_risk_tiers]
#   avoid: An InferenceService without `bedplate/risk-tier`, or one of a high tier without
#     `bedplate/risk-file` or `bedplate/intended-purpose`.
#   remediation: Classify the model, write its risk file and purpose, and annotate them.
deny_apr_107 contains message if {
	serves_model
	missing := missing_evidence(["risk-tier"])
	count(missing) > 0
	message := sprintf("%s lacks the annotation %s.", [label, shown_keys(missing)])
}

deny_apr_107 contains message if {
	serves_model
	tier := annotation("risk-tier")
	is_given(tier)
	not tier in ["1", "2", "3"]
	message := sprintf("%s has no risk tier 1, 2 or 3 in bedplate/risk-tier.", [label])
}

deny_apr_107 contains message if {
	serves_model
	annotation("risk-tier") in parameter("high_risk_tiers", ["1", "2", "3"])
	missing := blank_keys(["risk-file", "intended-purpose"])
	count(missing) > 0
	message := sprintf("%s is of high risk and lacks the annotations %s.", [label, shown_keys(missing)])
}
