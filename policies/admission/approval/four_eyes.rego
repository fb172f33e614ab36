package bedplate_admission

import rego.v1

# METADATA
# title: Nobody approves a model of their own
# description: >-
#   Who made a thing does not see what is wrong with it.
# custom:
#   id: APR-102
#   severity: critical
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [metadata.annotations]
#   controls: [iso27001:A.5.3]
#   parameters: [evidence]
#   avoid: An InferenceService whose `bedplate/author` is missing, or is among `bedplate/approvers`.
#   remediation: Name the author, and let others approve.
deny_apr_102 contains message if {
	serves_model
	missing := missing_evidence(["author"])
	count(missing) > 0
	message := sprintf("%s lacks the annotation %s.", [label, shown_keys(missing)])
}

deny_apr_102 contains message if {
	serves_model
	both := people("author") & people("approvers")
	count(both) > 0
	message := sprintf("%s is approved by its author; let others approve.", [label])
}
