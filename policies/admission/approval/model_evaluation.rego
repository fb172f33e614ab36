package bedplate_admission

import rego.v1

# METADATA
# title: A model was evaluated, and its data is known
# description: >-
#   The gates of the release write down what was measured and against which thresholds; the lineage
#   leads back to the data. Here both must be named, the evidence by its digest.
# custom:
#   id: APR-106
#   severity: high
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [metadata.annotations]
#   controls: [eu-ai-act:10, eu-ai-act:15]
#   parameters: [evidence]
#   avoid: An InferenceService without `bedplate/evaluation` or `bedplate/lineage-id`.
#   remediation: Run the evaluation gates, and annotate the digest of their evidence and the lineage.
deny_apr_106 contains message if {
	serves_model
	missing := missing_evidence(["evaluation", "lineage-id"])
	count(missing) > 0
	message := sprintf("%s lacks the annotations %s.", [label, shown_keys(missing)])
}

deny_apr_106 contains message if {
	serves_model
	malformed := malformed_digests(["evaluation"])
	count(malformed) > 0
	message := sprintf("%s has no SHA-256 digest in %s.", [label, shown_keys(malformed)])
}
