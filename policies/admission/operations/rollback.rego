package bedplate_admission

import rego.v1

# METADATA
# title: A release of a model names the one to go back to
# description: >-
#   In a bad hour nobody should have to find out which version was good. The share of traffic that
#   KServe ignores in Standard mode is refused: a canary that takes all traffic is none.
# custom:
#   id: OPS-106
#   severity: high
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [metadata.annotations, spec.predictor.canaryTrafficPercent]
#   controls: [iso27001:A.8.32, eu-ai-act:14]
#   parameters: [evidence]
#   avoid: An InferenceService without `bedplate/rollback`, or with canaryTrafficPercent.
#   remediation: Name the release to return to, or none for the first; weigh a canary in an HTTPRoute.
deny_ops_106 contains message if {
	serves_model
	missing := missing_evidence(["rollback"])
	count(missing) > 0
	message := sprintf("%s lacks the annotation %s; name the release to return to, or none.", [label, shown_keys(missing)])
}

deny_ops_106 contains message if {
	some part in serving_parts
	at(part, ["canaryTrafficPercent"]) != null
	message := sprintf("%s sets canaryTrafficPercent, which Standard mode ignores; weigh it in an HTTPRoute.", [label])
}

deny_ops_106 contains message if {
	serves_model
	version := at(subject, ["metadata", "labels", "model-version"])
	is_given(version)
	text_of("rollback") == version
	message := sprintf("%s names its own version \"%s\" as the one to return to.", [label, version])
}
