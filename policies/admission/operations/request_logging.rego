package bedplate_admission

import rego.v1

# METADATA
# title: Requests to a model and its answers are logged
# description: >-
#   Without the record nobody can explain a decision, measure drift, or show what happened. Fields
#   that must not be kept are blotted out by the log itself.
# custom:
#   id: OPS-105
#   severity: high
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [spec.predictor.logger, spec.canary]
#   controls: [eu-ai-act:12, eu-ai-act:19, iso27001:A.8.15]
#   parameters: [evidence, request_log]
#   avoid: An InferenceService whose predictor has no logger, logs one half, or logs elsewhere.
#   remediation: Set predictor.logger to mode all and the address in the ConfigMap platform-endpoints.
deny_ops_105 contains message if {
	serves_model
	is_demanded("request-log")
	some logger in loggers
	logger == null
	message := sprintf("%s logs no requests; set predictor.logger.", [label])
}

deny_ops_105 contains message if {
	serves_model
	is_demanded("request-log")
	some logger in loggers
	mode := at(logger, ["mode"])
	mode in ["request", "response"]
	message := sprintf("%s logs only the %s; set predictor.logger.mode to all.", [label, mode])
}

deny_ops_105 contains message if {
	serves_model
	some logger in loggers
	is_object(logger)
	is_known(logger)
	url := at(logger, ["url"])
	is_known(url)
	addresses := parameter("request_log", [])
	count([address | some address in addresses; is_address(url, address)]) == 0
	message := sprintf("%s logs requests elsewhere than the environment's log (%s).", [label, concat(", ", addresses)])
}

is_address(url, address) if url == address

is_address(url, address) if url == sprintf("%s/", [address])

# That of the predictor, and of each second deployment of it; null where there is none.
loggers contains at(predictor, ["logger"]) if some predictor in predictors
