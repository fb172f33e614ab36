package bedplate_admission

import rego.v1

# METADATA
# title: Personal data meets a model only after an impact assessment
# description: >-
#   The environment says whether it processes personal data, and where the assessment is kept.
# custom:
#   id: APR-108
#   severity: high
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   controls: [gdpr:35, uae-pdpl:21]
#   parameters: [evidence, impact_assessment, personal_data]
#   avoid: An InferenceService where personal data is processed and no assessment is named.
#   remediation: Assess the impact, and name the record in governance.personal_data.dpia_reference.
deny_apr_108 contains message if {
	serves_model
	is_demanded("impact-assessment")
	count(parameter("personal_data", ["?"])) > 0
	count(parameter("impact_assessment", [])) == 0
	message := sprintf("%s would meet personal data, for which the environment names no impact assessment.", [label])
}
