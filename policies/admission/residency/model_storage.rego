package bedplate_admission

import rego.v1

# METADATA
# title: Models are served from the environment's own store
# description: >-
#   A model from elsewhere was not registered here, and reading it may cross a border.
# custom:
#   id: RES-101
#   severity: critical
#   scope: resource
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   controls: [uae-pdpl:22, gdpr:44, iso27001:A.8.9]
#   parameters: [stores]
#   avoid: An InferenceService whose storageUri begins with none of the parameter `stores`.
#   remediation: Register the model, and serve it from the model bucket.
deny_res_101 contains message if {
	stores := parameter("stores", [])
	some part in ["predictor", "transformer", "explainer"]
	model := object.get(object.get(subject_spec, part, {}), "model", {})
	uri := object.get(model, "storageUri", "")
	uri != ""
	count([store | some store in stores; startswith(uri, store)]) == 0
	message := sprintf("%s serves %q, which is not below %s.", [label, uri, concat(", ", stores)])
}
