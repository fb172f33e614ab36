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
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   controls: [nist-800-207:T3]
#   avoid: An InferenceService with another deploymentMode, or without the service account `model-reader`.
#   remediation: Remove the annotation, and set predictor.serviceAccountName to model-reader.
deny_zt_101 contains message if {
	annotations := object.get(metadata, "annotations", {})
	mode := object.get(annotations, "serving.kserve.io/deploymentMode", "Standard")
	mode != "Standard"
	message := sprintf("%s asks for the deployment mode %q; only Standard is served.", [label, mode])
}

deny_zt_101 contains message if {
	account := object.get(object.get(subject_spec, "predictor", {}), "serviceAccountName", "default")
	account != "model-reader"
	message := sprintf("%s runs as the account %q; use model-reader.", [label, account])
}
