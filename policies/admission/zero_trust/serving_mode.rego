package bedplate_admission

import rego.v1

# METADATA
# title: Models are served in Standard mode, by the account that only reads
# description: >-
#   Another mode brings components that this platform does not have; another account has rights
#   that a model server needs not.
# custom:
#   id: ZT-101
#   severity: high
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [spec, metadata.annotations]
#   controls: [nist-800-207:T3]
#   avoid: An InferenceService with another deploymentMode, or without the service account `model-reader`.
#   remediation: Remove the annotation, and set predictor.serviceAccountName to model-reader.
deny_zt_101 contains message if {
	serves_model
	mode := at(subject, ["metadata", "annotations", "serving.kserve.io/deploymentMode"])
	is_given(mode)
	mode != "Standard"
	message := sprintf("%s asks for the deployment mode \"%s\"; only Standard is served.", [label, mode])
}

deny_zt_101 contains message if {
	some part in serving_parts
	account := object.get(part, "serviceAccountName", "default")
	is_string(account)
	is_known(account)
	account != "model-reader"
	message := sprintf("%s runs as the account \"%s\"; use model-reader.", [label, account])
}
