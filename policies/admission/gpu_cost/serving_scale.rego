package bedplate_admission

import rego.v1

# METADATA
# title: A model says how far it scales, and what it needs
# description: >-
#   Without bounds one busy model takes all GPUs; without requests and limits it takes its neighbours'
#   memory; and a GPU model that goes at the first quiet second is loaded again a minute later.
# custom:
#   id: GPU-106
#   severity: medium
#   scope: resource
#   phase: [design, deploy, admission]
#   resource_types:
#     - kubernetes:serving.kserve.io/v1beta1:InferenceService
#   reads: [spec]
#   controls: [iso27001:A.8.6]
#   avoid: A predictor without minReplicas, maxReplicas, requests or limits, or one on GPUs whose
#     number varies without a delay.
#   remediation: Set them, and for GPUs autoScaling.behavior.scaleDown.stabilizationWindowSeconds.
deny_gpu_106 contains message if {
	some part in serving_parts
	some field in ["minReplicas", "maxReplicas"]
	at(part, [field]) == null
	message := sprintf("%s has no %s; say how far it scales.", [label, field])
}

deny_gpu_106 contains message if {
	some part in serving_parts
	least := at(part, ["minReplicas"])
	most := at(part, ["maxReplicas"])
	is_number(least)
	is_number(most)
	least > most
	message := sprintf("%s has more minReplicas than maxReplicas.", [label])
}

deny_gpu_106 contains message if {
	serves_model
	some container in (containers | servers)
	resources := at(container, ["resources"])
	is_known(resources)
	some field in ["requests", "limits"]
	some resource in ["cpu", "memory"]
	at(resources, [field, resource]) == null
	not is_limit_of_time(field, resource)
	message := sprintf("%s has no %s of %s for \"%s\".", [label, field, resource, container_name(container)])
}

deny_gpu_106 contains message if {
	some part in serving_parts
	some field in server_fields
	asks_for_gpu(at(part, [field]))
	varies(part)
	at(part, ["autoScaling", "behavior", "scaleDown", "stabilizationWindowSeconds"]) == null
	message := sprintf("%s scales GPUs down without delay; set scaleDown.stabilizationWindowSeconds.", [label])
}

varies(part) if at(part, ["minReplicas"]) != at(part, ["maxReplicas"])

# A limit of processor time only slows a model down: it may be left out.
is_limit_of_time(field, resource) if {
	field == "limits"
	resource == "cpu"
}
