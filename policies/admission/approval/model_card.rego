package bedplate_admission

import rego.v1

# METADATA
# title: A model has a card
# description: >-
#   The card is the technical documentation that users and auditors read; its digest says which one.
# custom:
#   id: APR-105
#   severity: high
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [metadata.annotations]
#   controls: [eu-ai-act:11, eu-ai-act:13]
#   parameters: [evidence]
#   avoid: An InferenceService without `bedplate/model-card`, a SHA-256 digest.
#   remediation: Render the model card, and annotate its digest.
deny_apr_105 contains message if {
	serves_model
	missing := missing_evidence(["model-card"])
	count(missing) > 0
	message := sprintf("%s lacks the annotation %s.", [label, shown_keys(missing)])
}

deny_apr_105 contains message if {
	serves_model
	malformed := malformed_digests(["model-card"])
	count(malformed) > 0
	message := sprintf("%s has no SHA-256 digest in %s.", [label, shown_keys(malformed)])
}
