package bedplate_admission

import rego.v1

# METADATA
# title: GPU nodes are for GPU work
# description: >-
#   A pod without a GPU on a GPU node keeps the dearest machine of the platform awake.
# custom:
#   id: GPU-101
#   severity: high
#   scope: resource
#   resource_types:
#     - kubernetes:core/v1:Pod
#   controls: [iso27001:A.8.6]
#   avoid: A pod that tolerates `nvidia.com/gpu` and asks for no GPU.
#   remediation: Ask for `nvidia.com/gpu` in the limits, or drop the toleration.
deny_gpu_101 contains message if {
	some toleration in object.get(subject_spec, "tolerations", [])
	tolerates_gpu(toleration)
	count([container | some container in containers; asks_for_gpu(container)]) == 0
	message := sprintf("%s tolerates GPU nodes but asks for no GPU.", [label])
}

tolerates_gpu(toleration) if object.get(toleration, "key", "") == "nvidia.com/gpu"

tolerates_gpu(toleration) if {
	object.get(toleration, "key", "") == ""
	object.get(toleration, "operator", "") == "Exists"
}

asks_for_gpu(container) if {
	limits := object.get(object.get(container, "resources", {}), "limits", {})
	some resource, _ in limits
	startswith(resource, "nvidia.com/")
}
